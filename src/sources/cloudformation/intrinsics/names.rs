//! `Ref`, `Fn::GetAtt`, `Fn::ImportValue`: what names stand for.

use super::super::eval::{Eval, unknown};
use super::super::{pseudo, text};
use super::malformed;
use crate::base::text::Text;
use crate::base::tree::Node;
use crate::model::doc::{Reference, Said};
use crate::model::why::Cause;

/// `Ref`.
pub(super) fn reference(eval: &Eval<'_>, argument: &Node) -> Said {
    let Some(name) = argument.text() else {
        return malformed(eval, argument, "`Ref` takes the name of a parameter or resource");
    };
    named(eval, argument, name, || format!("!Ref {name}"))
}

/// `Fn::GetAtt`, as `Name.Attribute` or `[Name, Attribute]`.
pub(super) fn attribute(eval: &Eval<'_>, argument: &Node) -> Said {
    let (name, attribute): (Text, Option<Text>) = match argument.items() {
        [] => match argument.text().and_then(|t| t.split_once('.')) {
            Some((name, attribute)) => (name.into(), Some(attribute.into())),
            None => {
                return malformed(eval, argument, "`Fn::GetAtt` takes a resource's name and an attribute");
            }
        },
        [name, rest @ ..] => {
            let parts: Option<Vec<Text>> = rest.iter().map(|n| text::known(&eval.doc(n))).collect();
            (name.text().unwrap_or_default().into(), parts.map(|p| p.join(".").into()))
        }
    };
    let Some(attribute) = attribute.filter(|a| !a.is_empty()) else {
        let what: Text = format!("!GetAtt {name}").into();
        return unknown(what.clone(), Cause::Unresolved(what));
    };
    attribute_of(eval, argument, &name, &attribute, &|| format!("!GetAtt {name}.{attribute}"))
}

/// What a bare name stands for.
pub(super) fn named(eval: &Eval<'_>, node: &Node, name: &str, written: impl Fn() -> String) -> Said {
    if let Some(said) = pseudo::value(eval.scope, name) {
        return said;
    }
    if let Some(doc) = eval.parameter(name) {
        return doc.said;
    }
    let name = eval.scope.aliases.get(name).map_or(name, |real| real);
    if eval.scope.resource(name).is_some() {
        return Said::Ref(Reference {
            targets: vec![eval.scope.address(name)],
            one_of: false,
            attribute: "".into(),
            written: written().into(),
        });
    }
    unresolved(eval, node, name, written())
}

/// What `name.attribute` stands for.
pub(super) fn attribute_of(
    eval: &Eval<'_>,
    node: &Node,
    name: &str,
    attribute: &str,
    written: &dyn Fn() -> String,
) -> Said {
    if let Some(output) = attribute.strip_prefix("Outputs.")
        && let Some(said) = eval.nested_output(name, output, node)
    {
        return said;
    }
    if eval.scope.aliases.contains_key(&*format!("{name}.{attribute}")) {
        return named(eval, node, &format!("{name}.{attribute}"), written);
    }
    if let Some((first, rest)) = attribute.split_once('.')
        && let Some(real) = eval.scope.aliases.get(&*format!("{name}.{first}"))
    {
        return attribute_of(eval, node, real, rest, written);
    }
    let name = eval.scope.aliases.get(name).map_or(name, |real| real);
    if eval.scope.resource(name).is_some() {
        return Said::Ref(Reference {
            targets: vec![eval.scope.address(name)],
            one_of: false,
            attribute: attribute.into(),
            written: written().into(),
        });
    }
    unresolved(eval, node, name, written())
}

fn unresolved(eval: &Eval<'_>, node: &Node, name: &str, written: String) -> Said {
    if !eval.scope.macros {
        let ids = eval.scope.template.resources.iter().map(|r| &*r.id);
        let parameters = eval.scope.template.parameters.iter().map(|e| &*e.key);
        let near = crate::base::near::nearest(name, ids.chain(parameters));
        let help = near.map_or_else(
            || "declare a parameter or resource of this name".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let message = format!("`{name}` is neither a parameter nor a resource of this template");
        eval.warn("cfn::unresolved", node.span, message, &help);
    }
    let written: Text = written.into();
    unknown(written.clone(), Cause::Unresolved(written))
}

/// `Fn::ImportValue`.
pub(super) fn import(eval: &Eval<'_>, node: &Node, argument: &Node) -> Said {
    let name = eval.doc(argument);
    if let Some(found) = eval.exported(&name) {
        return found;
    }
    let what = text::known(&name).unwrap_or_else(|| eval.written(argument));
    unknown(eval.written(node), Cause::NotInView(format!("export {what}").into()))
}

/// `Fn::GetStackOutput`: an output of another stack, by the stack's name.
pub(super) fn stack_output(eval: &Eval<'_>, node: &Node, argument: &Node) -> Said {
    let get = |key: &str| argument.get(key).and_then(|n| text::known(&eval.doc(n)));
    let elsewhere = argument.get("Region").is_some() || argument.get("RoleArn").is_some();
    if let (Some(stack), Some(output), false) = (get("StackName"), get("OutputName"), elsewhere)
        && let Some(found) = eval.output_of_stack(&stack, &output)
    {
        return found.said;
    }
    let what = eval.written(argument);
    unknown(eval.written(node), Cause::NotInView(format!("stack output {what}").into()))
}
