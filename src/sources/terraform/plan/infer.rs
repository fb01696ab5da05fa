//! Values that come through a local, of which the plan does not tell the expression.
//!
//! Such a value is unknown because something in the local's reach is: a resource of the module, of a
//! module that it calls, or an input. Where exactly one instance in that reach fits the argument's name
//! (`vpc_id` and one `aws_vpc`), it is the one meant; of a few, one of them. Else nothing is inferred.

use std::collections::HashMap;
use std::sync::Mutex;

use super::follow::{Follow, Hit, Scope};
use super::instances::ModuleId;
use super::pick::type_of;

/// Answers, kept because a module's arguments repeat.
pub type Inferred = Mutex<HashMap<Question, Option<Vec<Hit>>>>;

/// What is known of a value that comes through a local.
pub enum Answer {
    /// It is this, or one of these.
    Only(Vec<Hit>),
    /// There is none that it may be, or too many.
    Open,
    /// The question is being answered further out, and its candidates are counted there.
    Asked,
}

/// In which module instance, for which argument.
pub type Question = (ModuleId, String);

/// Most instances that one value may be.
const MOST: usize = 8;

/// The instances in reach of a module's locals that fit an argument's name. `depth` bounds the
/// chain of references that the search follows.
pub fn search(follow: &Follow<'_, '_>, module: ModuleId, name: &str, depth: usize) -> Option<Vec<Hit>> {
    let mut hits: Vec<Hit> = Vec::new();
    let mut add = |hit: Hit| {
        if fits(name, type_of(&hit.base)) && !hits.iter().any(|h| h.address == hit.address) {
            hits.push(hit);
        }
    };
    for (base, list) in follow.instances.resources(module) {
        for i in list {
            let (address, key) = (i.address.clone(), i.key.clone());
            add(Hit { address, base: base.as_str().into(), key, attribute: String::new() });
        }
    }
    // Outputs of what it calls, and its own inputs. Where one bears the argument's name and comes
    // through a local in its turn, the same is asked there.
    let mut ways = Vec::new();
    for child in follow.instances.children(module) {
        let scope = Scope { module: child, key: None, for_each: None };
        let outputs = follow.source(child).into_iter().flat_map(|s| &s.outputs);
        ways.extend(outputs.map(|(output, expr)| (output.as_str(), expr, scope)));
    }
    let here = follow.instances.module(module)?;
    if let Some(caller) = here.caller {
        let call = follow.source(caller)?.calls.get(&*here.name)?;
        let outer = Scope { module: caller, key: here.key.as_ref(), for_each: call.for_each.as_ref() };
        ways.extend(call.block.iter().map(|(input, expr)| (&**input, expr, outer)));
    }
    for (way, expr, scope) in ways {
        let found = follow.told(expr, scope, way, depth);
        if found.cut {
            return None;
        }
        if found.groups.is_empty() && !found.lost.is_empty() && fits(name, way) && names(way) == names(name) {
            match follow.local(scope.module, name, depth) {
                Answer::Only(hits) => hits.into_iter().for_each(&mut add),
                Answer::Open => return None,
                Answer::Asked => {}
            }
        }
        found.groups.into_iter().flat_map(|g| g.hits).for_each(&mut add);
    }
    // What a data source has read is known; one that waits looks up, by what it is given, one of the others.
    if hits.iter().any(|h| !h.base.starts_with("data.")) {
        hits.retain(|h| !h.base.starts_with("data."));
    }
    hits.sort_by(|a, b| a.address.cmp(&b.address));
    let some = !hits.is_empty() && hits.len() <= MOST;
    some.then(|| hits.into_iter().map(|hit| Hit { attribute: String::new(), ..hit }).collect())
}

/// True for arguments that take a name, which is mostly known, where another takes an id.
fn names(argument: &str) -> bool {
    argument.ends_with("_name") || argument.ends_with("_names")
}

/// True if a type's name (without its provider) is the argument's, but for one word in front:
/// `vpc_id` and `vpc`, `role` and `iam_role`, `vpc_security_group_ids` and `security_group`.
fn fits(argument: &str, ty: &str) -> bool {
    const ENDS: [&str; 7] = ["_ids", "_id", "_arns", "_arn", "_names", "_name", "_identifier"];
    let strip = |text: &str| {
        let text = ENDS.iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text).to_owned();
        text.strip_suffix('s').map(str::to_owned).unwrap_or(text)
    };
    let (argument, ty) = (strip(argument), strip(ty));
    if argument == "allocation" && ty == "eip" {
        return true;
    }
    let headless = |text: &str| text.split_once('_').map(|(_, rest)| rest.to_owned());
    argument == ty || headless(&ty).as_ref() == Some(&argument) || headless(&argument).as_ref() == Some(&ty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_types() {
        for (argument, ty, want) in [
            ("vpc_id", "vpc", true),
            ("vpc_id", "default_vpc", true),
            ("vpc_id", "vpc_endpoint", false),
            ("role", "iam_role", true),
            ("bucket", "s3_bucket", true),
            ("bucket", "s3_bucket_policy", false),
            ("vpc_security_group_ids", "security_group", true),
            ("subnets", "subnet", true),
            ("parameter_group_name", "db_parameter_group", true),
            ("name", "db_subnet_group", false),
            ("allocation_id", "eip", true),
        ] {
            assert_eq!(fits(argument, ty), want, "{argument} {ty}");
        }
    }
}
