//! The functions and macros of the language: one row each, which the checker, the suggestions and
//! the documentation read.

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `f(x)`
    Global,
    /// `x.f()`
    Method,
    /// `f(x)` or `x.f()`
    Both,
}

/// A function or macro.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is called.
    pub style: Style,
    /// A call, for messages and docs.
    pub usage: &'static str,
    /// One line for the docs.
    pub means: &'static str,
}

const fn row(name: &'static str, style: Style, usage: &'static str, means: &'static str) -> Function {
    Function { name, style, usage, means }
}

/// Every function and macro, in the order of the documentation.
pub const TABLE: &[Function] = &[
    row("has", Style::Global, "has(a.b)", "there is a value; an empty list is none"),
    row("known", Style::Global, "known(a)", "the value is known; the only way to look at an unknown"),
    row(
        "all",
        Style::Both,
        "all(\"kind\"), list.all(x, condition)",
        "every resource of a kind or role; every item fits",
    ),
    row("exists", Style::Method, "list.exists(x, condition)", "some item fits"),
    row("exists_one", Style::Method, "list.exists_one(x, condition)", "exactly one item fits"),
    row("filter", Style::Method, "list.filter(x, condition)", "the items that fit"),
    row("map", Style::Method, "list.map(x, value)", "a value for every item"),
    row("size", Style::Both, "size(a)", "items of a list, characters of text; 0 where there is no value"),
    row("startsWith", Style::Method, "text.startsWith(\"a\")", "it begins so; false where there is no value"),
    row("endsWith", Style::Method, "text.endsWith(\"a\")", "it ends so; false where there is no value"),
    row("contains", Style::Method, "text.contains(\"a\")", "it holds this; false where there is no value"),
    row(
        "matches",
        Style::Method,
        "text.matches(\"^a+$\")",
        "a regular expression (RE2 syntax) is found in it",
    ),
    row("lowerAscii", Style::Method, "text.lowerAscii()", "ASCII letters in lower case"),
    row("flatten", Style::Method, "lists.flatten()", "the items of the lists in a list"),
    row("distinct", Style::Method, "list.distinct()", "every value once"),
    row("sum", Style::Method, "numbers.sum()", "the sum; 0 for no items"),
    row("min", Style::Method, "numbers.min()", "the least; no value for no items"),
    row("max", Style::Method, "numbers.max()", "the greatest; no value for no items"),
    row("join", Style::Method, "texts.join(\", \")", "one text"),
    row("containsAny", Style::Method, "list.containsAny([a, b])", "some of these is in it"),
];

/// A function by name.
pub fn find(name: &str) -> Option<&'static Function> {
    TABLE.iter().find(|f| f.name == name)
}

/// Questions about a text and another text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextTest {
    /// `startsWith`
    Starts,
    /// `endsWith`
    Ends,
    /// `contains`
    Contains,
}

/// Functions of a list alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// `flatten`
    Flatten,
    /// `distinct`
    Distinct,
    /// `sum`
    Sum,
    /// `min`
    Min,
    /// `max`
    Max,
}
