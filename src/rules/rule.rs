//! A rule that was read, and its verdict on one resource.

use super::example::Example;
use super::expression::{Code, Frame, Param, Trace, code::Do};
use super::fix::Fix;
use super::template::Template;
use crate::base::text::{FileId, Place, Span, Text};
use crate::diag::finding::{Pillar, Severity};
use crate::model::doc::Dialect;
use crate::model::read::Read;
use crate::model::schema::{AttrId, KindId};
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};
use crate::model::why::Reasons;

/// What a rule says of a resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It is as the rule demands.
    Pass,
    /// It is not.
    Fail,
    /// It cannot be said, because.
    Unknown(Reasons),
    /// The rule does not speak of it.
    NotApplicable,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `NET-006`; stable for ever.
    pub id: Text,
    /// `nat-without-s3-endpoint`.
    pub slug: Text,
    /// The folder: `network`.
    pub family: Text,
    /// Its path, as given.
    pub path: Text,
    /// Its file.
    pub file: FileId,
    /// The defect, in one line.
    pub title: Text,
    /// How bad, unless [`Rule::severity_when`] says otherwise.
    pub severity: Severity,
    /// The first that is true decides; unknown does not.
    pub severity_when: Vec<(Severity, Condition)>,
    /// Which pillar it serves.
    pub pillar: Pillar,
    /// The kind or role that it judges, as written.
    pub subject: Text,
    /// The kinds that it judges.
    pub kinds: Vec<KindId>,
    /// To which of them it applies; absent: all.
    pub where_: Option<Condition>,
    /// What must hold.
    pub must: Condition,
    /// What a finding says; absent: the title.
    pub message: Option<Template>,
    /// Attributes whose path is shown.
    pub evidence: Vec<Code>,
    /// Its parameters, with the values that apply.
    pub params: Vec<Param>,
    /// The dialects from which it can be seen; empty: all.
    pub sources: Vec<Dialect>,
    /// Clauses of references: `ecommerce/6.1`.
    pub clauses: Vec<Text>,
    /// Rules of other tools that test the same thing: tool and ids.
    pub see_also: Vec<(Text, Vec<Text>)>,
    /// Why it matters: Markdown.
    pub why: Text,
    /// What to change.
    pub fix: Fix,
    /// Neutral graphs with their verdicts.
    pub examples: Vec<Example>,
}

/// A condition with its text.
#[derive(Clone, Debug)]
pub struct Condition {
    /// As it was written.
    pub source: Text,
    /// What it means.
    pub code: Code,
}

impl Rule {
    /// Whether a source tells what the rule asks. The neutral words of examples are of every source.
    pub fn seen_from(&self, dialect: Dialect) -> bool {
        dialect == Dialect::Neutral || self.sources.is_empty() || self.sources.contains(&dialect)
    }

    /// The verdict on a resource of [`Rule::kinds`]. `trace`, if given, is filled with what was read,
    /// what decided first; that costs time, so ask for it only once a verdict is worth telling.
    pub fn judge(&self, read: &dyn Read, res: ResId, trace: Option<&mut Trace>) -> Verdict {
        let dialect = read.graph().resource(res).dialect;
        if !self.seen_from(dialect) {
            return Verdict::NotApplicable;
        }
        let mut frame = Frame::new(read, &self.params, res);
        if trace.is_some() {
            frame = frame.traced();
        }
        let verdict = self.weigh(&mut frame);
        if let Some(trace) = trace {
            *trace = frame.into_trace();
        }
        verdict
    }

    fn weigh(&self, frame: &mut Frame<'_>) -> Verdict {
        let applies = self.where_.as_ref().map_or(Truth::True, |c| frame.test(&c.code));
        if applies.is_false() {
            return Verdict::NotApplicable;
        }
        let between = frame.mark();
        let holds = frame.test(&self.must.code);
        match (applies, holds) {
            (_, Truth::True) => Verdict::Pass,
            (Truth::Unknown(why), Truth::Unknown(also)) => Verdict::Unknown(why.and(&also)),
            (Truth::Unknown(why), _) => Verdict::Unknown(why),
            (_, Truth::Unknown(why)) => {
                frame.promote(0, between);
                Verdict::Unknown(why)
            }
            (_, Truth::False) => {
                frame.promote(0, between);
                Verdict::Fail
            }
        }
    }

    /// How bad it is that this resource fails.
    pub fn severity(&self, read: &dyn Read, res: ResId) -> Severity {
        let mut frame = Frame::new(read, &self.params, res);
        let first = self.severity_when.iter().find(|(_, when)| frame.test(&when.code).is_true());
        first.map_or(self.severity, |(severity, _)| *severity)
    }

    /// What a finding on this resource says; what is not known is written as `?`.
    pub fn message(&self, read: &dyn Read, res: ResId) -> String {
        match &self.message {
            Some(template) => template.render(read, &self.params, res),
            None => self.title.to_string(),
        }
    }

    /// The attributes whose path is shown, on the resources that hold them.
    pub fn evidence(&self, read: &dyn Read, res: ResId) -> Vec<(ResId, AttrId)> {
        let mut frame = Frame::new(read, &self.params, res);
        let mut all = Vec::new();
        for code in &self.evidence {
            let Do::Attr { of, slots, .. } = &code.node.do_ else { continue };
            let Val::Res(holder) = frame.value(of) else { continue };
            let kind = read.graph().resource(holder).kind;
            all.extend(slots.iter().find(|(k, _)| *k == kind).map(|(_, attr)| (holder, *attr)));
        }
        all
    }

    /// Sets a parameter; false if there is none of that name.
    pub fn set_param(&mut self, name: &str, value: Val) -> bool {
        match self.params.iter_mut().find(|p| &*p.name == name) {
            Some(param) => {
                param.value = value;
                true
            }
            None => false,
        }
    }

    /// Sets the severity for good: `severity_when` does not count any more.
    pub fn set_severity(&mut self, severity: Severity) {
        self.severity = severity;
        self.severity_when.clear();
    }

    /// The beginning of its file.
    pub fn start(&self) -> Place {
        Place { file: self.file, span: Span::default() }
    }

    /// Every expression of the rule.
    pub fn codes(&self) -> Vec<&Code> {
        let mut all: Vec<&Code> = self.where_.iter().map(|c| &c.code).chain([&self.must.code]).collect();
        all.extend(self.severity_when.iter().map(|(_, when)| &when.code));
        all.extend(self.message.iter().flat_map(Template::codes));
        all.extend(&self.evidence);
        all.extend(self.fix.codes());
        all
    }
}
