//! The row grammar: where in a source's document a fact stands, and what leaving it out means.
//!
//! ```text
//! row    := alt ("//" alt)* ("|" pipe)*       first alternative that is present
//! alt    := path ("+" path)*                  list concatenation
//! path   := "@" satellite [filter] ["." steps] | "$" attribute | "=" literal | steps
//! steps  := step ("." step)*
//! step   := key ("[]" | "[n]" | "[key=literal]" | "{}" | "<json>" | "<base64>")*
//! ```
//!
//! Closed on purpose: no conditions, no arithmetic, no names of our own. What does not fit is a named
//! converter (`convert`) or, if it needs more than one document, a derived fact.

use crate::base::near::nearest;
use crate::base::text::Text;

use super::convert::Converter;

/// A parsed row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Alternatives, each a concatenation of paths.
    pub alts: Vec<Vec<Path>>,
    /// What is done to what was found.
    pub pipes: Vec<Pipe>,
}

/// Where something stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Where the path begins.
    pub root: Root,
    /// How it goes on.
    pub steps: Vec<Step>,
}

/// Where a path begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Root {
    /// The resource's body, or the item.
    Body,
    /// Each satellite of this name, filtered.
    Satellite(Text, Option<(Text, Text)>),
    /// An attribute beside the body: `$DeletionPolicy`, `$request.Bucket`.
    Meta(Text),
    /// A constant.
    Literal(Literal),
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Into a map by key.
    Key(Text),
    /// Into every element of a list.
    Each,
    /// Into the n-th element.
    Nth(usize),
    /// Into the elements whose key equals a literal.
    Where(Text, Text),
    /// Into every entry of a map, as `$key` and `$value`.
    Entries,
    /// Into the JSON that a text holds.
    Json,
    /// Into the text that base64 holds.
    Base64,
}

/// A constant in a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// Nothing.
    Absent,
    /// true or false.
    Bool(bool),
    /// A number, as spelt.
    Number(Text),
    /// Text.
    Text(Text),
}

/// What is done to what was found, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Pipe {
    /// What leaving it out means.
    Omitted(Literal),
    /// Leaving it out means something that this source cannot tell: why.
    OmittedUnknown(Text),
    /// Equal to one of these?
    Is(Vec<Text>),
    /// Negation.
    Not,
    /// Is there a value?
    Present,
    /// How many values are there?
    Count,
    /// Keep a literal only if it looks like an id of a kind that the fact points at: for paths that
    /// several facts share (`gateway_id` may be an internet gateway or a VPN gateway).
    Fits,
    /// A named converter.
    Convert(Converter),
}

/// Parses a row.
///
/// # Errors
/// What is wrong, for the table's author.
pub fn parse(text: &str) -> Result<Row, String> {
    let mut parts = split_outside(text, "|").into_iter();
    let source = parts.next().unwrap_or_default();
    let alts = split_outside(source, "//")
        .into_iter()
        .map(|alt| split_outside(alt, "+").into_iter().map(parse_path).collect())
        .collect::<Result<Vec<Vec<Path>>, String>>()?;
    let pipes = parts.map(parse_pipe).collect::<Result<_, _>>()?;
    Ok(Row { alts, pipes })
}

/// Splits at a separator that stands outside quotes and brackets.
fn split_outside<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0usize, 0i32, false);
    let mut skip_to = 0;
    for (i, c) in text.char_indices() {
        if i < skip_to {
            continue;
        }
        match c {
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth -= 1,
            _ if !quoted && depth == 0 && text.get(i..).is_some_and(|t| t.starts_with(separator)) => {
                parts.push(text.get(start..i).unwrap_or_default().trim());
                start = i + separator.len();
                skip_to = start;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default().trim());
    parts
}

fn parse_path(text: &str) -> Result<Path, String> {
    if text.is_empty() {
        return Err("a path is empty".into());
    }
    if let Some(literal) = text.strip_prefix('=') {
        return Ok(Path { root: Root::Literal(parse_literal(literal.trim())), steps: Vec::new() });
    }
    // `$key` and `$value` are what `{}` gives for each entry of a map.
    if let Some(meta) = text.strip_prefix('$')
        && !text.starts_with("$key")
        && !text.starts_with("$value")
    {
        return Ok(Path { root: Root::Meta(meta.into()), steps: Vec::new() });
    }
    if let Some(rest) = text.strip_prefix('@') {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, mut rest) = rest.split_at(end);
        let mut filter = None;
        if let Some(inner) = rest.strip_prefix('[') {
            let close = inner.find(']').ok_or("`[` is not closed")?;
            let (key, value) = inner
                .get(..close)
                .and_then(|f| f.split_once('='))
                .ok_or("a satellite's filter reads `[key=literal]`")?;
            filter = Some((key.trim().into(), unquote(value.trim()).into()));
            rest = inner.get(close + 1..).unwrap_or_default();
        }
        let steps = match rest.strip_prefix('.') {
            Some(steps) => parse_steps(steps)?,
            None if rest.is_empty() => Vec::new(),
            None => parse_suffixes(rest)?,
        };
        return Ok(Path { root: Root::Satellite(name.into(), filter), steps });
    }
    Ok(Path { root: Root::Body, steps: parse_steps(text)? })
}

fn parse_steps(text: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for part in split_outside(text, ".") {
        let end = part.find(['[', '{', '<']).unwrap_or(part.len());
        let (key, suffixes) = part.split_at(end);
        if key.is_empty() && suffixes.is_empty() {
            return Err(format!("`{text}` has an empty step"));
        }
        if !key.is_empty() {
            steps.push(Step::Key(key.trim().into()));
        }
        steps.extend(parse_suffixes(suffixes)?);
    }
    Ok(steps)
}

fn parse_suffixes(mut text: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    while !text.is_empty() {
        let (step, rest) = if let Some(rest) = text.strip_prefix("[]") {
            (Step::Each, rest)
        } else if let Some(rest) = text.strip_prefix("{}") {
            (Step::Entries, rest)
        } else if let Some(rest) = text.strip_prefix("<json>") {
            (Step::Json, rest)
        } else if let Some(rest) = text.strip_prefix("<base64>") {
            (Step::Base64, rest)
        } else if let Some(inner) = text.strip_prefix('[') {
            let close = inner.find(']').ok_or_else(|| format!("`{text}`: `[` is not closed"))?;
            let (inside, rest) = inner.split_at(close);
            let step = match inside.split_once('=') {
                Some((key, value)) => Step::Where(key.trim().into(), unquote(value.trim()).into()),
                None => Step::Nth(inside.trim().parse().map_err(|_| format!("`[{inside}]` is no index"))?),
            };
            (step, rest.get(1..).unwrap_or_default())
        } else {
            return Err(format!(
                "`{text}` is no suffix; there are [] [n] [key=literal] {{}} <json> <base64>"
            ));
        };
        steps.push(step);
        text = rest;
    }
    Ok(steps)
}

fn parse_pipe(text: &str) -> Result<Pipe, String> {
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    Ok(match name {
        "omitted" => match rest.strip_prefix("unknown") {
            Some(why) if !why.trim().is_empty() => Pipe::OmittedUnknown(unquote(why.trim()).into()),
            _ if rest.is_empty() => return Err("`omitted` needs a literal".into()),
            _ => Pipe::Omitted(parse_literal(rest)),
        },
        "is" => Pipe::Is(split_outside(rest, ",").into_iter().map(|l| unquote(l).into()).collect()),
        "not" => Pipe::Not,
        "present" => Pipe::Present,
        "count" => Pipe::Count,
        "fits" => Pipe::Fits,
        _ => Pipe::Convert(Converter::find(name, rest).ok_or_else(|| {
            let near = nearest(name, Converter::names());
            let hint = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            format!("`{name}` is no pipe{hint}")
        })?),
    })
}

fn parse_literal(text: &str) -> Literal {
    match text {
        "absent" => Literal::Absent,
        "true" => Literal::Bool(true),
        "false" => Literal::Bool(false),
        _ if text.parse::<f64>().is_ok() => Literal::Number(text.into()),
        _ => Literal::Text(unquote(text).into()),
    }
}

fn unquote(text: &str) -> &str {
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_parse_or_say_why() {
        for good in [
            "multi_az | omitted false",
            "Tags[Key=Name].Value",
            "LoadBalancerAttributes[Key=idle_timeout.timeout_seconds].Value | omitted 60",
            "cidr_blocks[] + ipv6_cidr_blocks[] + cidr_ipv4",
            "@rule[type=ingress]",
            "@versioning.versioning_configuration[].status is Enabled".split(" is").next().unwrap(),
            "container_definitions<json>[].image",
            "environment[].variables{}",
            "$DeletionPolicy | is Snapshot, Retain | omitted true",
            "=false",
            "PubliclyAccessible | omitted unknown \"depends on the subnet group\"",
        ] {
            assert!(parse(good).is_ok(), "{good}: {:?}", parse(good));
        }
        for (bad, why) in [
            ("a | omited false", "did you mean `omitted`"),
            ("a[x", "not closed"),
            ("", "empty"),
            ("a..b", "empty step"),
        ] {
            let said = parse(bad).unwrap_err();
            assert!(said.contains(why), "{bad}: {said}");
        }
    }
}
