//! Values as messages show them.

use crate::model::read::Read;
use crate::model::value::Val;

/// A value in a message: a resource by its address, what is not known as `?`.
pub fn show(val: &Val, read: &dyn Read) -> String {
    match val {
        Val::Absent => "none".into(),
        Val::Unknown(_) => "?".into(),
        Val::Bool(b) => b.to_string(),
        Val::Int(n) => n.to_string(),
        Val::Num(n) => n.to_string(),
        Val::Text(t) => t.to_string(),
        Val::Symbol { family, name } => family.replacen('#', name, 1),
        Val::Hidden { .. } => "(hidden)".into(),
        Val::Res(id) => read.graph().resource(*id).address.to_string(),
        Val::Record(_) => "(record)".into(),
        Val::Cases(_) => show(&val.in_world(read.world()), read),
        Val::List(list) if list.items.iter().any(|i| matches!(i.val, Val::Record(_))) => {
            let more = if list.more.is_some() { " or more" } else { "" };
            let word = if list.items.len() == 1 { "entry" } else { "entries" };
            format!("{}{more} {word}", list.items.len())
        }
        Val::List(list) => {
            let mut parts: Vec<String> = Vec::new();
            for item in &list.items {
                let part = match item.present.truth(read.world()) {
                    crate::model::truth::Truth::False => continue,
                    crate::model::truth::Truth::True => show(&item.val, read),
                    crate::model::truth::Truth::Unknown(_) => format!("{} (perhaps)", show(&item.val, read)),
                };
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
            if list.more.is_some() {
                parts.push("?".into());
            }
            if parts.is_empty() { "none".into() } else { parts.join(", ") }
        }
    }
}
