//! Functions of text. A question about a text that has no value is answered with no.

use super::code::Node;
use super::eval::Frame;
use super::functions::TextTest;
use super::show;
use crate::model::truth::Truth;
use crate::model::value::Val;

impl Frame<'_> {
    pub(super) fn text_test(&mut self, test: TextTest, a: &Node, b: &Node) -> Truth {
        match (self.value(a), self.value(b)) {
            (Val::Text(text), Val::Text(part)) => match test {
                TextTest::Starts => text.starts_with(&*part),
                TextTest::Ends => text.ends_with(&*part),
                TextTest::Contains => text.contains(&*part),
            }
            .into(),
            (Val::Absent, _) | (_, Val::Absent) => Truth::False,
            (Val::Text(_), other) => Truth::Unknown(self.unfit(&other, b, "text")),
            (other, Val::Text(_)) => Truth::Unknown(self.unfit(&other, a, "text")),
            (x, y) => {
                let (x, y) = (self.unfit(&x, a, "text"), self.unfit(&y, b, "text"));
                Truth::Unknown(x.and(&y))
            }
        }
    }

    pub(super) fn matches(&mut self, a: &Node, regex: &regex::Regex) -> Truth {
        match self.value(a) {
            Val::Text(text) => {
                self.charge(text.len() / 16);
                regex.is_match(&text).into()
            }
            Val::Absent => Truth::False,
            other => Truth::Unknown(self.unfit(&other, a, "text")),
        }
    }

    pub(super) fn lower(&mut self, a: &Node) -> Val {
        match self.value(a) {
            Val::Text(text) => Val::text(text.to_ascii_lowercase()),
            Val::Absent => Val::Absent,
            other => Val::Unknown(self.unfit(&other, a, "text")),
        }
    }

    /// `list.join(by)`; where text is shown, unknown items are written as `?`.
    pub(super) fn join(&mut self, list: &Node, by: &Node) -> Val {
        let by = match self.value(by) {
            Val::Text(by) => by,
            other => return Val::Unknown(self.unfit(&other, by, "text")),
        };
        let items = match self.value(list) {
            Val::List(items) => items,
            Val::Absent => return Val::text(""),
            other => return Val::Unknown(self.unfit(&other, list, "a list")),
        };
        let mut parts = Vec::new();
        for item in &items.items {
            match item.present.truth(self.read.world()) {
                Truth::False => continue,
                Truth::Unknown(why) if !self.lenient => return Val::Unknown(why),
                _ => {}
            }
            let val = item.val.in_world(self.read.world());
            if !self.lenient && matches!(val, Val::Unknown(_) | Val::Hidden { .. } | Val::Symbol { .. }) {
                return Val::Unknown(self.unfit(&val, list, "text"));
            }
            parts.push(show(&val, self.read));
        }
        match &items.more {
            Some(why) if !self.lenient => return Val::Unknown(why.clone()),
            Some(_) => parts.push("?".into()),
            None => {}
        }
        Val::text(parts.join(&by))
    }
}
