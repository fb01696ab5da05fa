//! What text a reference stands for, as far as its shape is known: so that `Fn::Split` finds its way
//! in the ARN of a role or the URL of an API.
//!
//! Owns which references are plain names and how the ARNs of a few types are built. Nothing else of a
//! type is known here. To add one: a row in [`ARNS`] or [`NAMES`].

use super::super::eval::Eval;
use super::super::pseudo;
use super::super::text::{known, parts};
use crate::model::doc::{Doc, Part, Reference, Said};

/// Types whose ARN is built of their name, which is what `Ref` gives. `{}` stands for the name.
const ARNS: &[(&str, &str)] = &[
    ("AWS::IAM::Role", "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/{}"),
    ("AWS::S3::Bucket", "arn:${AWS::Partition}:s3:::{}"),
    ("AWS::Lambda::Function", "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:{}"),
    ("AWS::DynamoDB::Table", "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/{}"),
];

/// Other types whose `Ref` is an id or a name: letters, digits, `.`, `-` and `_`.
const NAMES: &[&str] =
    &["AWS::ApiGateway::RestApi", "AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Api", "AWS::EC2::"];

/// Attributes that are an id or a host name.
const ATTRIBUTES: &[&str] = &[
    "DNSName",
    "DomainName",
    "DualStackDomainName",
    "Endpoint.Address",
    "GroupId",
    "RegionalDomainName",
    "SubnetId",
    "VpcId",
];

/// The parts of a value, ARNs taken apart; `None` if one of them might hold the delimiter.
pub(super) fn apart(eval: &Eval<'_>, doc: &Doc, delimiter: &str) -> Option<Vec<Part>> {
    let mut all = Vec::new();
    for part in parts(doc.clone()) {
        match part {
            Part::Hole(Doc { said: Said::Ref(reference), place }) => {
                let inner = reference_apart(eval, &reference)?;
                all.extend(inner.into_iter().map(|part| match part {
                    Part::Hole(hole) => Part::Hole(Doc { place: hole.place.or(place), ..hole }),
                    text @ Part::Text(_) => text,
                }));
            }
            Part::Hole(hole) if !is_pseudo(&hole) => return None,
            part => all.push(part),
        }
    }
    // A name holds none of what delimits; `-` and `.` may be in a name.
    delimiter.contains(['/', ':', ',', '|', ' ']).then_some(all)
}

fn is_pseudo(hole: &Doc) -> bool {
    matches!(&hole.said, Said::Symbol { .. })
        || pseudo::direct(hole).is_some_and(|name| {
            matches!(&**name, "AWS::Region" | "AWS::AccountId" | "AWS::Partition" | "AWS::URLSuffix")
        })
}

fn reference_apart(eval: &Eval<'_>, reference: &Reference) -> Option<Vec<Part>> {
    let [target] = reference.targets.as_slice() else { return None };
    let resource = eval.scope.template.resources.iter().find(|r| eval.scope.address(&r.id) == *target)?;
    let whole = |reference: Reference| vec![Part::Hole(Doc::new(Said::Ref(reference)))];
    let has_arn = ARNS.iter().find(|(ty, _)| *ty == &*resource.ty);
    match &*reference.attribute {
        "" => {
            let plain = has_arn.is_some() || NAMES.iter().any(|ty| resource.ty.starts_with(ty));
            plain.then(|| whole(reference.clone()))
        }
        "Arn" => {
            let (_, shape) = has_arn?;
            // A role's path stands between `role/` and its name.
            let path = resource.property("Path").map(|node| known(&eval.doc(node)));
            if path.is_some_and(|path| path.as_deref() != Some("/")) {
                return None;
            }
            let (before, after) = shape.split_once("{}")?;
            let named = Reference { attribute: "".into(), ..reference.clone() };
            let mut all = super::texts::filled(eval, before);
            all.extend(whole(named));
            all.push(Part::Text(after.into()));
            Some(all)
        }
        attribute => ATTRIBUTES.contains(&attribute).then(|| whole(reference.clone())),
    }
}
