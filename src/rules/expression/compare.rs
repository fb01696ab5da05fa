//! Comparisons and arithmetic.
//!
//! Owns when two values are equal, which is greater, and when that cannot be said.

use std::cmp::Ordering;

use super::ast::Op;
use super::code::{Do, Node};
use super::eval::Frame;
use super::lists::{Size, limit};
use crate::model::truth::Truth;
use crate::model::value::{List, Val};
use crate::model::why::{Cause, Reasons};

/// Equality where it can be said. `Err`: which of the two (0, 1) stands in the way.
pub(super) fn equal(a: &Val, b: &Val) -> Result<bool, usize> {
    match (a, b) {
        (Val::Unknown(_), _) => Err(0),
        (_, Val::Unknown(_)) => Err(1),
        (Val::Absent, Val::Absent) => Ok(true),
        (Val::Absent, _) | (_, Val::Absent) => Ok(false),
        (Val::Symbol { family: f, name: n }, Val::Symbol { family: g, name: m }) if f == g => Ok(n == m),
        (Val::Hidden { .. } | Val::Symbol { .. }, _) => Err(0),
        (_, Val::Hidden { .. } | Val::Symbol { .. }) => Err(1),
        (Val::Bool(a), Val::Bool(b)) => Ok(a == b),
        (Val::Text(a), Val::Text(b)) => Ok(a == b),
        (Val::Res(a), Val::Res(b)) => Ok(a == b),
        (a, b) => numbers(a, b).map(|order| order == Ordering::Equal),
    }
}

/// Order of two numbers, of either type, exact. `Err` as in [`equal`].
pub(super) fn numbers(a: &Val, b: &Val) -> Result<Ordering, usize> {
    match (a, b) {
        (Val::Int(a), Val::Int(b)) => Ok(a.cmp(b)),
        (Val::Int(a), Val::Num(b)) => int_num(*a, *b).ok_or(1),
        (Val::Num(a), Val::Int(b)) => int_num(*b, *a).map(Ordering::reverse).ok_or(0),
        (Val::Num(a), Val::Num(b)) => a.partial_cmp(b).ok_or(if a.is_nan() { 0 } else { 1 }),
        (Val::Int(_) | Val::Num(_), _) => Err(1),
        _ => Err(0),
    }
}

/// Order of a whole number and a number, without rounding the whole number.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
#[expect(clippy::cast_precision_loss, reason = "only the bounds of the range are converted")]
fn int_num(a: i64, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    if b >= i64::MAX as f64 {
        return Some(Ordering::Less);
    }
    if b < i64::MIN as f64 {
        return Some(Ordering::Greater);
    }
    let whole = b.floor();
    Some(a.cmp(&(whole as i64)).then(if b > whole { Ordering::Less } else { Ordering::Equal }))
}

fn order(a: &Val, b: &Val) -> Result<Ordering, usize> {
    match (a, b) {
        (Val::Text(a), Val::Text(b)) => Ok(a.cmp(b)),
        (Val::Text(_), _) => Err(1),
        (a, b) => numbers(a, b),
    }
}

fn holds(op: Op, order: Ordering) -> bool {
    match op {
        Op::Lt => order.is_lt(),
        Op::Le => order.is_le(),
        Op::Gt => order.is_gt(),
        Op::Ge => order.is_ge(),
        Op::Ne => order.is_ne(),
        _ => order.is_eq(),
    }
}

impl Frame<'_> {
    pub(super) fn compare(&mut self, op: Op, a: &Node, b: &Node) -> Truth {
        let sized = matches!(a.do_, Do::Size(_)) || matches!(b.do_, Do::Size(_));
        if sized {
            let (x, y) = (self.range(a), self.range(b));
            if let (Ok(x), Ok(y)) = (x, y) {
                return ranges(op, x, y);
            }
        }
        let (x, y) = (self.value(a), self.value(b));
        let decided = match op {
            Op::Eq => equal(&x, &y),
            Op::Ne => equal(&x, &y).map(|same| !same),
            _ => order(&x, &y).map(|order| holds(op, order)),
        };
        decided.map_or_else(|_| Truth::Unknown(self.why(&x, a, &y, b)), Truth::from)
    }

    /// Why two values cannot be compared: every reason there is.
    fn why(&mut self, x: &Val, a: &Node, y: &Val, b: &Node) -> Reasons {
        let plain =
            |val: &Val| matches!(val, Val::Bool(_) | Val::Int(_) | Val::Num(_) | Val::Text(_) | Val::Res(_));
        match (plain(x), plain(y)) {
            (true, false) => self.unfit(y, b, "a value to compare"),
            (false, true) => self.unfit(x, a, "a value to compare"),
            (false, false) => {
                let (x, y) = (self.unfit(x, a, "a value to compare"), self.unfit(y, b, "a value to compare"));
                x.and(&y)
            }
            (true, true) => {
                let words = format!("{} instead of {}", y.what(), x.what());
                Reasons::one(self.what(b), Cause::Malformed(words.into()))
            }
        }
    }

    /// The bounds of a whole number; a list's size may be known only within bounds.
    fn range(&mut self, node: &Node) -> Result<Size, ()> {
        if let Do::Size(of) = &node.do_ {
            return Ok(self.size(of));
        }
        match self.value(node) {
            Val::Int(n) => Ok(Size::exactly(n)),
            _ => Err(()),
        }
    }

    pub(super) fn negate(&mut self, a: &Node) -> Val {
        match self.value(a) {
            Val::Int(n) => n.checked_neg().map_or_else(|| overflow(a), Val::Int),
            Val::Num(n) => Val::Num(-n),
            other => Val::Unknown(self.unfit(&other, a, "a number")),
        }
    }

    pub(super) fn arithmetic(&mut self, op: Op, a: &Node, b: &Node, real: bool, node: &Node) -> Val {
        let (x, y) = (self.value(a), self.value(b));
        match (&x, &y) {
            (Val::Int(x), Val::Int(y)) if !real => whole(op, *x, *y, node),
            (Val::Int(_) | Val::Num(_), Val::Int(_) | Val::Num(_)) => number(op, float(&x), float(&y), node),
            (Val::Text(x), Val::Text(y)) if op == Op::Add => Val::text(format!("{x}{y}")),
            (Val::List(x), Val::List(y)) if op == Op::Add => {
                if self.charge(x.items.len() + y.items.len()) {
                    Val::List(concat(x, y).into())
                } else {
                    Val::Unknown(limit())
                }
            }
            (Val::Absent, Val::List(_)) if op == Op::Add => y,
            (Val::List(_), Val::Absent) if op == Op::Add => x,
            _ if self.lenient && op == Op::Add => {
                Val::text(format!("{}{}", super::show(&x, self.read), super::show(&y, self.read)))
            }
            _ => Val::Unknown(self.why(&x, a, &y, b)),
        }
    }
}

/// A comparison of two numbers of which only bounds are known.
fn ranges(op: Op, x: Size, y: Size) -> Truth {
    let below = |a: &Size, b: &Size| a.most.is_some_and(|most| most < b.least);
    let reach = |a: &Size, b: &Size| a.most.is_some_and(|most| most <= b.least);
    let (yes, no) = match op {
        Op::Lt => (below(&x, &y), reach(&y, &x)),
        Op::Le => (reach(&x, &y), below(&y, &x)),
        Op::Gt => (below(&y, &x), reach(&x, &y)),
        Op::Ge => (reach(&y, &x), below(&x, &y)),
        _ => {
            let same = reach(&x, &y) && reach(&y, &x);
            let apart = below(&x, &y) || below(&y, &x);
            if op == Op::Ne { (apart, same) } else { (same, apart) }
        }
    };
    match (yes, no, x.why, y.why) {
        (true, ..) => Truth::True,
        (_, true, ..) => Truth::False,
        (_, _, Some(a), Some(b)) => Truth::Unknown(a.and(&b)),
        (_, _, Some(why), None) | (_, _, None, Some(why)) => Truth::Unknown(why),
        (_, _, None, None) => Truth::False,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "arithmetic of a whole number with a number is rounded, as in CEL"
)]
pub(super) fn float(val: &Val) -> f64 {
    match val {
        Val::Int(n) => *n as f64,
        Val::Num(n) => *n,
        _ => f64::NAN,
    }
}

fn overflow(node: &Node) -> Val {
    Val::unknown(node.label.clone(), Cause::Malformed("the result does not fit into 64 bits".into()))
}

fn whole(op: Op, x: i64, y: i64, node: &Node) -> Val {
    let result = match op {
        Op::Add => x.checked_add(y),
        Op::Sub => x.checked_sub(y),
        Op::Mul => x.checked_mul(y),
        Op::Div | Op::Rem if y == 0 => return by_zero(node),
        Op::Div => x.checked_div(y),
        _ => x.checked_rem(y),
    };
    result.map_or_else(|| overflow(node), Val::Int)
}

fn number(op: Op, x: f64, y: f64, node: &Node) -> Val {
    let result = match op {
        Op::Add => x + y,
        Op::Sub => x - y,
        Op::Mul => x * y,
        _ if y == 0.0 => return by_zero(node),
        _ => x / y,
    };
    if result.is_finite() { Val::Num(result) } else { overflow(node) }
}

fn by_zero(node: &Node) -> Val {
    Val::unknown(node.label.clone(), Cause::Malformed("a division by zero".into()))
}

fn concat(x: &List, y: &List) -> List {
    let more = match (&x.more, &y.more) {
        (Some(a), Some(b)) => Some(a.and(b)),
        (a, b) => a.clone().or_else(|| b.clone()),
    };
    List { items: x.items.iter().chain(&y.items).cloned().collect(), more }
}
