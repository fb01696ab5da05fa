//! `Fn::Select`, `Fn::GetAZs`, `Fn::Cidr`, `Fn::Length`: lists and what is in them.

use std::net::IpAddr;

use ipnet::IpNet;

use super::super::eval::Eval;
use super::super::pseudo;
use super::super::text::known;
use super::{derived, each_case, malformed, may_be_none, whole};
use crate::base::text::Text;
use crate::base::tree::Node;
use crate::model::doc::{Doc, Said};
use crate::model::why::{Cause, Reasons};

/// Zones that every region has at least.
const LEAST_ZONES: usize = 2;
/// Most blocks that `Fn::Cidr` gives, as CloudFormation has it.
const MOST_BLOCKS: usize = 256;

/// `Fn::Select`.
pub(super) fn select(eval: &Eval<'_>, node: &Node, argument: &Node) -> Said {
    let [index, list] = argument.items() else {
        return malformed(eval, node, "`Fn::Select` takes an index and a list");
    };
    let index = eval.doc(index);
    each_case(index, &|index| {
        let Some(n) = whole(&index) else { return derived(eval, node, &[&index]) };
        each_case(eval.doc(list), &|list| {
            let Said::List(items, more) = &list.said else { return derived(eval, node, &[&list]) };
            // In an open list what is not known may stand for several items, and moves those after it.
            let moves = |i: &&Doc| more.is_some() && matches!(i.said, Said::Unknown(_) | Said::Template(_));
            if let Some(item) = items.iter().take(n.saturating_add(1)).find(moves) {
                return derived(eval, node, &[item]);
            }
            if items.iter().take(n.saturating_add(1)).any(may_be_none) {
                return derived(eval, node, &[&list]);
            }
            match (items.get(n), items.first(), more) {
                (Some(item), ..) => item.said.clone(),
                // An open series: the n-th is known to differ from the others.
                (None, Some(Doc { said: Said::Symbol { family, .. }, .. }), Some(_)) => {
                    Said::Symbol { family: family.clone(), name: n.to_string().into() }
                }
                (None, _, Some(_)) => derived(eval, node, &[&list]),
                _ => malformed(eval, node, "`Fn::Select` asks for more than the list has"),
            }
        })
    })
}

/// `Fn::GetAZs`: the zones of a region, in an order that is not known; at least two.
pub(super) fn zones(eval: &Eval<'_>, argument: &Node) -> Said {
    let asked = eval.doc(argument);
    let region: Text = match known(&asked).filter(|t| !t.is_empty()) {
        Some(region) => region,
        None => match pseudo::direct(&asked) {
            Some(parameter) => parameter.clone(),
            None => eval.scope.region.clone().unwrap_or_else(|| "AWS::Region".into()),
        },
    };
    let family: Text = format!("zone # of {region}").into();
    let items = (0..LEAST_ZONES).map(|n| {
        let name = n.to_string().into();
        Doc::at(Said::Symbol { family: family.clone(), name }, asked.place)
    });
    let more = Reasons::one(family.clone(), Cause::NotInView(family.clone()));
    Said::List(items.collect(), Some(more))
}

/// `Fn::Cidr`: worked out, or blocks that are known to differ.
pub(super) fn cidr(eval: &Eval<'_>, node: &Node, argument: &Node) -> Said {
    let (block, count, bits) = match argument.items() {
        [block, count] => (block, count, None),
        [block, count, bits] => (block, count, Some(bits)),
        _ => return malformed(eval, node, "`Fn::Cidr` takes a block, a count and bits"),
    };
    let count_doc = eval.doc(count);
    let Some(count) = whole(&count_doc).filter(|n| *n <= MOST_BLOCKS) else {
        return derived(eval, node, &[&count_doc]);
    };
    let bits_doc = bits.map(|b| eval.doc(b));
    let bits = match &bits_doc {
        Some(doc) => match whole(doc) {
            Some(bits) => Some(bits),
            None => return derived(eval, node, &[doc]),
        },
        None => None,
    };
    each_case(eval.doc(block), &|block| {
        if let Some(text) = known(&block) {
            return match blocks(&text, count, bits) {
                Some(all) => {
                    let items = all.into_iter().map(|t| Doc::at(Said::Text(t.into()), block.place));
                    Said::List(items.collect(), None)
                }
                None => malformed(eval, node, "these blocks do not fit"),
            };
        }
        let family = eval.scope.own(&eval.written(node));
        let one = |n: usize| Said::Symbol { family: family.clone(), name: n.to_string().into() };
        Said::List((0..count).map(|n| Doc::at(one(n), block.place)).collect(), None)
    })
}

/// The first `count` blocks with `bits` host bits of a block.
fn blocks(block: &str, count: usize, bits: Option<usize>) -> Option<Vec<String>> {
    let net: IpNet = block.trim().parse().ok()?;
    let width = net.max_prefix_len();
    let bits = match (bits, &net) {
        (Some(bits), _) => u8::try_from(bits).ok()?,
        (None, IpNet::V4(_)) => 8,
        (None, IpNet::V6(_)) => 64,
    };
    let prefix = width.checked_sub(bits).filter(|p| *p >= net.prefix_len())?;
    if u32::from(prefix - net.prefix_len()) < 9 && count > 1usize << (prefix - net.prefix_len()) {
        return None;
    }
    let one = |n: usize| -> Option<String> {
        let step = u128::try_from(n).ok()?.checked_shl(u32::from(bits))?;
        let address = match net.network() {
            IpAddr::V4(first) => {
                let n = u32::from(first).checked_add(u32::try_from(step).ok()?)?;
                IpAddr::V4(n.into())
            }
            IpAddr::V6(first) => IpAddr::V6(u128::from(first).checked_add(step)?.into()),
        };
        Some(format!("{address}/{prefix}"))
    };
    (0..count).map(one).collect()
}

/// `Fn::Length`.
pub(super) fn length(eval: &Eval<'_>, node: &Node, argument: &Node) -> Said {
    each_case(eval.doc(argument), &|list| match &list.said {
        Said::List(items, None) if !items.iter().any(may_be_none) => {
            Said::Number(items.len().to_string().into())
        }
        _ => derived(eval, node, &[&list]),
    })
}
