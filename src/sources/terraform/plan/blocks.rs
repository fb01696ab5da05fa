//! Which part of the configuration speaks of which part of the value: nested blocks to their items,
//! and references that the plan only tells of a whole argument to the fields that they fit.
//!
//! Sets lose the order of the source and dynamic blocks are not in the plan, so position alone
//! proves nothing: the constants of a block do.

use super::expr::{Block, Expr, argument};
use super::follow::Found;
use super::json::Json;
use super::pick::type_of;

/// For each item, the blocks that may have made it: one where it is certain, none where no block
/// fits, several where the plan does not tell.
pub fn assign<'c, 'a>(
    blocks: &'c [Block<'a>],
    items: &[(Option<&Json<'a>>, Option<&Json<'a>>)],
) -> Vec<Vec<&'c Block<'a>>> {
    let scores: Vec<Vec<Score>> = items
        .iter()
        .map(|(value, unknown)| blocks.iter().map(|b| score(b, *value, *unknown)).collect())
        .collect();
    let best = |row: &[Score]| row.iter().map(|s| s.against).min().unwrap_or(0);
    if items.len() == blocks.len() {
        let in_order =
            scores.iter().enumerate().all(|(i, row)| row.get(i).is_some_and(|s| s.against == best(row)));
        if in_order {
            return blocks.iter().map(|b| vec![b]).collect();
        }
    }
    // More items than blocks: some come from dynamic blocks, and only a block that agrees in a
    // constant has a claim.
    let strict = items.len() > blocks.len();
    scores
        .iter()
        .map(|row| {
            let least = best(row);
            let fits = |s: &Score| s.against == least && (!strict || (s.against == 0 && s.agreed > 0));
            row.iter().zip(blocks).filter(|(s, _)| fits(s)).map(|(_, b)| b).collect()
        })
        .collect()
}

/// How well a block explains an item.
#[derive(Clone, Copy, Default)]
struct Score {
    /// Constants that agree.
    agreed: usize,
    /// What the block does not explain.
    against: usize,
}

fn score(block: &Block<'_>, value: Option<&Json<'_>>, unknown: Option<&Json<'_>>) -> Score {
    let mut total = Score::default();
    for (name, expr) in block {
        let (v, u) = (value.and_then(|v| v.get(name)), unknown.and_then(|u| u.get(name)));
        match expr {
            Expr::Const(constant) => match v {
                Some(v) if v.alike(constant) => total.agreed += 1,
                _ => total.against += 1,
            },
            Expr::Refs(_) => {}
            Expr::Blocks(inner) => {
                for (n, block) in inner.iter().enumerate() {
                    let inside = score(block, v.and_then(|v| v.item(n)), u.and_then(|u| u.item(n)));
                    total.agreed += inside.agreed;
                    total.against += inside.against;
                }
            }
        }
    }
    // A marked field that the block does not set: another block may.
    if let Some(Json::Map(marks)) = unknown {
        total.against +=
            marks.iter().filter(|(k, mark)| mark.is_marked() && argument(block, k).is_none()).count();
    }
    total
}

/// Keeps the references that fit a field, where the plan tells them only of the object around it:
/// `nat_gateway_id` takes `aws_nat_gateway.a`, and `gateway_id` beside it does not.
pub fn narrow(found: &mut Found, field: &str, siblings: &[&str]) {
    let mut fits = Vec::new();
    let mut open = Vec::new();
    for group in found.groups.drain(..) {
        let ty = group.hits.first().map(|h| type_of(&h.base));
        let ty = ty.unwrap_or_default();
        let best = siblings.iter().map(|s| overlap(s, ty)).max().unwrap_or(0);
        match overlap(field, ty) {
            0 if best == 0 => open.push(group),
            n if n == best => fits.push(group),
            _ => {}
        }
    }
    found.groups = if fits.is_empty() { open } else { fits };
}

/// How many words a field's name and a type's have in common, where one holds all of the other's.
fn overlap(field: &str, ty: &str) -> usize {
    const ENDS: [&str; 7] = ["_ids", "_id", "_arns", "_arn", "_names", "_name", "_identifier"];
    let field = ENDS.iter().find_map(|end| field.strip_suffix(end)).unwrap_or(field);
    let singular = |w: &str| w.strip_suffix('s').unwrap_or(w).to_owned();
    let a: Vec<String> = field.split('_').map(singular).collect();
    let b: Vec<String> = ty.split('_').map(singular).collect();
    let common = a.iter().filter(|w| b.contains(w)).count();
    if common == a.len() || common == b.len() { common } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_fit_types() {
        let fields = ["gateway_id", "nat_gateway_id", "egress_only_gateway_id", "transit_gateway_id"];
        for (ty, want) in [
            ("nat_gateway", 1),
            ("internet_gateway", 0),
            ("vpn_gateway", 0),
            ("egress_only_internet_gateway", 2),
            ("ec2_transit_gateway", 3),
        ] {
            let scores: Vec<usize> = fields.iter().map(|f| overlap(f, ty)).collect();
            let best = scores.iter().copied().max().unwrap();
            assert_eq!(scores.iter().position(|s| *s == best), Some(want), "{ty} {scores:?}");
        }
        assert_eq!(overlap("vpc_security_group_ids", "security_group"), 2);
        assert_eq!(overlap("cidr_blocks", "instance"), 0);
    }
}
