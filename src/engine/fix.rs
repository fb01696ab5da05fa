//! Fixes in the user's own language: what a rule says in the catalog's words, spelt so that it can be
//! pasted into the file in which the judged resource stands.
//!
//! Must not know how a source is read. What is not known is left as a visible gap.

use crate::base::text::Text;
use crate::catalog::{reverse, spell};
use crate::diag::finding::Fix;
use crate::model::doc::{Dialect, Doc, Raw, Said};
use crate::model::graph::Resource;
use crate::model::read::Read;
use crate::model::schema::KindId;
use crate::model::value::ResId;
use crate::rules::Rule;

use super::finding::Maker;

impl Maker<'_> {
    /// What to change, spelt for the resource's own source.
    pub(super) fn fix(&self, rule: &Rule, read: &dyn Read, res: ResId) -> Fix {
        let summary = rule.fix.summary.render(read, &rule.params, res);
        let resource = self.graph.resource(res);
        // What has no source language of its own is mended where it was made, which is not in view.
        if !matches!(resource.dialect, Dialect::Terraform | Dialect::CloudFormation) {
            return Fix { summary, snippet: String::new() };
        }
        let snippet = rule.fix.change.as_ref().map(|change| {
            let facts = change.facts(read, &rule.params, res);
            match change.add {
                Some(kind) => self.added(kind, facts, resource),
                None => self.changed(resource, facts),
            }
        });
        Fix { summary, snippet: snippet.unwrap_or_default() }
    }

    fn spelt(
        &self,
        kind: KindId,
        ty: Option<&str>,
        name: &str,
        facts: Vec<(Text, Doc)>,
        resource: &Resource,
    ) -> Vec<Raw> {
        let kind_name = self.graph.schema().kind(kind).name.clone();
        let facts = facts.into_iter().map(|(n, d)| (n, in_block(d, resource.dialect))).collect();
        let mut raw = Raw::new(kind_name, name, Doc::new(Said::Map(facts)));
        // Where the region is not known the text says so rather than guess.
        raw.region = Some(match (resource.dialect, &resource.region) {
            (Dialect::CloudFormation, _) => "${AWS::Region}".into(),
            (_, region) => region.clone().unwrap_or_else(|| "<region>".into()),
        });
        let names = |text: &str| self.graph.find(text).map(|_| name_of(text, resource.dialect, true).into());
        let mut raws = reverse::resource(self.catalog, &raw, ty, resource.dialect, &names).raws;
        for raw in &mut raws {
            raw.body = to_paste(std::mem::replace(&mut raw.body, Doc::new(Said::Null)));
        }
        raws
    }

    /// A resource to add, spelt whole.
    fn added(&self, kind: KindId, facts: Vec<(Text, Doc)>, resource: &Resource) -> String {
        let name = self.graph.schema().kind(kind).name.to_string();
        let name = match resource.dialect {
            Dialect::Terraform => "this".to_owned(),
            // A logical id that is taken would replace what is there.
            _ if self.graph.find(&spell::logical_id(&name)).is_some() => format!("new_{name}"),
            _ => name,
        };
        written(&self.spelt(kind, None, &name, facts, resource), resource)
    }

    /// The judged resource with what changes in it.
    fn changed(&self, resource: &Resource, facts: Vec<(Text, Doc)>) -> String {
        let name = name_of(&resource.address, resource.dialect, false);
        let own = name.rsplit('.').next().unwrap_or(&name);
        let mut raws = self.spelt(resource.kind, Some(&resource.ty), own, facts, resource);
        let indexed = name_of(&resource.address, resource.dialect, true);
        if indexed != name {
            for raw in &mut raws {
                at_index(&mut raw.body, &name, &indexed);
            }
        }
        raws.retain(|r| {
            !matches!(&r.body.said, Said::Map(entries) if entries.is_empty()) || !r.meta.is_empty()
        });
        written(&raws, resource)
    }
}

/// Resources as they are pasted, below a line that says into which module or stack they belong.
fn written(raws: &[Raw], resource: &Resource) -> String {
    if raws.is_empty() {
        return String::new();
    }
    let text = match resource.dialect {
        Dialect::Terraform => spell::file(raws, resource.dialect),
        _ => spell::resources(raws),
    };
    let parts = segments(&resource.address);
    let place = match resource.dialect {
        Dialect::Terraform => parts
            .iter()
            .take(parts.len().saturating_sub(2))
            .map(|p| p.split('[').next().unwrap_or(p))
            .collect::<Vec<_>>()
            .join("."),
        _ => resource
            .address
            .rsplit_once('/')
            .map(|(stack, _)| format!("the template of {stack}"))
            .unwrap_or_default(),
    };
    if place.is_empty() { text } else { format!("# in {place}\n{text}") }
}

/// What is not known is left for the reader to fill in.
fn to_paste(mut doc: Doc) -> Doc {
    doc.said = match doc.said {
        Said::Map(entries) => Said::Map(entries.into_iter().map(|(k, d)| (k, to_paste(d))).collect()),
        Said::List(items, more) => Said::List(items.into_iter().map(to_paste).collect(), more),
        Said::Unknown(_) | Said::Cases(_) => Said::Text("<fill in>".into()),
        other => other,
    };
    doc
}

/// References to the block of a resource become references to one of its instances.
fn at_index(doc: &mut Doc, block: &str, instance: &str) {
    match &mut doc.said {
        Said::Ref(r) if r.targets.first().is_some_and(|t| **t == *block) => {
            r.written = r.written.replacen(block, instance, 1).into();
        }
        Said::Map(entries) => entries.iter_mut().for_each(|(_, d)| at_index(d, block, instance)),
        Said::List(items, _) => items.iter_mut().for_each(|d| at_index(d, block, instance)),
        _ => {}
    }
}

/// References as they would stand in the user's own file.
fn in_block(mut doc: Doc, dialect: Dialect) -> Doc {
    doc.said = match doc.said {
        Said::Ref(mut r) => {
            let own = r.targets.first().map(|t| name_of(t, dialect, true)).unwrap_or_default();
            let dotted = dialect == Dialect::Terraform;
            r.written = if dotted { format!("{own}.id").into() } else { own.clone().into() };
            r.targets = vec![own.into()];
            Said::Ref(r)
        }
        Said::List(items, more) => {
            Said::List(items.into_iter().map(|d| in_block(d, dialect)).collect(), more)
        }
        Said::Map(entries) => {
            Said::Map(entries.into_iter().map(|(k, d)| (k, in_block(d, dialect))).collect())
        }
        other => other,
    };
    doc
}

/// The parts of a Terraform address; dots within an index divide nothing.
fn segments(address: &str) -> Vec<&str> {
    let mut depth = 0usize;
    address
        .split(|c| {
            match c {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == '.' && depth == 0
        })
        .collect()
}

/// The name of a resource within its own file: without modules and parent stacks, and, unless it is
/// referred to, without its index.
fn name_of(address: &str, dialect: Dialect, indexed: bool) -> String {
    match dialect {
        Dialect::Terraform => {
            let parts = segments(address);
            let own = parts.iter().skip(parts.len().saturating_sub(2));
            let whole = own.copied().collect::<Vec<_>>().join(".");
            if indexed { whole } else { whole.split('[').next().unwrap_or(&whole).to_owned() }
        }
        _ => address.rsplit(['/', ':']).next().unwrap_or(address).to_owned(),
    }
}
