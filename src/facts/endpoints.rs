//! What a VPC calls, and which of those calls leave through NAT although an endpoint could carry them.

use super::Derived;
use super::items::{Found, Items, Known, Proof};
use super::service_use::from_ecr;
use super::view::View;
use crate::model::read::Answer;
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "used_services",
        &["vpc"],
        "texts",
        "endpoint names of the AWS services that its compute calls",
        used_services,
    ),
    Derived::new(
        "services_via_nat",
        &["vpc"],
        "texts",
        "services, other than S3 and DynamoDB, that compute behind NAT calls without an endpoint",
        services_via_nat,
    ),
    Derived::new("pulls_images", &["vpc"], "bool", "tasks in it pull images from ECR", pulls_images),
];

/// Compute that stands in a subnet.
fn compute(v: &View<'_>, subnet: ResId) -> Items<ResId> {
    ["instances", "autoscaling_groups", "ecs_services", "functions"]
        .iter()
        .fold(Items::default(), |all, attr| all.chain(v.refs(subnet, attr)))
}

fn used_services(v: &View<'_>, vpc: ResId) -> Known<Answer> {
    collect(v, vpc, &|_| Proof::from(true), &|_, _| Truth::True)
}

fn services_via_nat(v: &View<'_>, vpc: ResId) -> Known<Answer> {
    let endpoints =
        v.refs(vpc, "endpoints").keep(|e| v.says(*e, "kind_of", "Gateway").or(|| v.flag(*e, "private_dns")));
    let behind_nat = |subnet: ResId| Proof::new(v.says(subnet, "egress", "nat"), v.path_of(subnet, "egress"));
    let uncovered = |compute: ResId, service: &str| {
        // the Lambda service itself writes a function's logs and traces, from outside of the VPC
        let by_service = v.is(compute, "function") && ["logs", "xray"].contains(&service);
        let named_apart = ["s3", "dynamodb"].contains(&service);
        Truth::from(!by_service && !named_apart).and(|| !endpoints.any(|e| v.says(*e, "service", service)))
    };
    collect(v, vpc, &behind_nat, &uncovered)
}

fn collect(
    v: &View<'_>,
    vpc: ResId,
    subnet_counts: &dyn Fn(ResId) -> Proof,
    service_counts: &dyn Fn(ResId, &str) -> Truth,
) -> Known<Answer> {
    let mut found = Found::default();
    let subnets = v.refs(vpc, "subnets");
    found.maybe_more(subnets.more.as_ref());
    for subnet in &subnets.items {
        let counts = subnet_counts(subnet.val);
        let here = subnet.present.clone().and(|| counts.truth);
        if here.is_false() {
            continue;
        }
        let compute = compute(v, subnet.val);
        found.maybe_more(compute.more.as_ref());
        for c in &compute.items {
            let here = here.clone().and(|| c.present.clone());
            let services = v.texts(c.val, "used_services");
            found.maybe_more(services.more.as_ref());
            for s in &services.items {
                let sure = here.clone().and(|| s.present.clone()).and(|| service_counts(c.val, &s.val));
                let mut path = vec![v.step(c.val, format!("calls {}", s.val))];
                path.extend(counts.path.iter().cloned());
                found.add(&sure, Val::Text(s.val.clone()), path);
            }
        }
    }
    found.answer()
}

fn pulls_images(v: &View<'_>, vpc: ResId) -> Known<Answer> {
    let services = v.refs(vpc, "subnets").flat_map(|s| v.refs(*s, "ecs_services"));
    services
        .prove_any(|service| {
            let definition = match v.refer(service.val, "task_definition") {
                Ok(Some(definition)) => definition,
                Ok(None) => return false.into(),
                Err(why) => return Truth::Unknown(why).into(),
            };
            let from_ecr = v.records(definition, "containers").any(|c| from_ecr(v, c));
            Proof::new(from_ecr, vec![v.step(service.val, "runs an image of ECR")])
        })
        .answer()
}
