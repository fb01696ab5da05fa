//! YAML as CloudFormation means it.

use super::*;

/// A tree in one line: text in quotes, numbers and booleans bare.
fn show(node: &Node) -> String {
    let tag = node.tag.as_ref().map(|t| format!("{t} ")).unwrap_or_default();
    let said = match &node.kind {
        NodeKind::Null => "null".into(),
        NodeKind::Bool(b) => b.to_string(),
        NodeKind::Number(n) => n.to_string(),
        NodeKind::Text(t) => format!("{t:?}"),
        NodeKind::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        NodeKind::Map(_) => {
            let all: Vec<_> =
                node.entries().iter().map(|e| format!("{}: {}", e.key, show(&e.value))).collect();
            format!("{{{}}}", all.join(", "))
        }
    };
    format!("{tag}{said}")
}

#[test]
fn values_are_typed_as_cloudformation_types_them() {
    let check = |text: &str, want: &str| {
        let got = parse(text, Limits::default()).map_or_else(|e| e.message, |n| show(&n));
        assert_eq!(got, want, "{text}");
    };
    check("2010-09-09", "\"2010-09-09\"");
    check(
        "[012, 0, 12, -3, 1.5, .5, 1., 1.0e+3, 1e3, 0x1F, 22:22, 1_000]",
        "[\"012\", 0, 12, -3, 1.5, .5, 1., 1.0e+3, \"1e3\", \"0x1F\", \"22:22\", \"1_000\"]",
    );
    check(
        "[yes, No, on, OFF, true, y, 'yes', ~, null, '']",
        "[true, false, true, false, true, \"y\", \"yes\", null, null, \"\"]",
    );
    check("on: 1\nyes: 2\n8080: x", "{on: 1, yes: 2, 8080: \"x\"}");
    check("a:\nb: ''", "{a: null, b: \"\"}");
    check("!Ref Vpc", "!Ref \"Vpc\"");
    check("!Sub 80", "!Sub \"80\"");
    check("!!str 80", "\"80\"");
    check("! 80", "\"80\"");
    check("!If [C, !Ref A, !GetAtt B.Arn]", "!If [\"C\", !Ref \"A\", !GetAtt \"B.Arn\"]");
    check("!And\n  - a\n  - !Not [b]", "!And [\"a\", !Not [\"b\"]]");
    check("a: |\n  x\n  y\nb: >-\n  p\n  q\n", "{a: \"x\\ny\\n\", b: \"p q\"}");
    check(
        "a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}\nc: *x",
        "{a: {k: 1, l: 2}, b: {l: 3, k: 1}, c: {k: 1, l: 2}}",
    );
    check(
        "p: &p {a: 1}\nq: &q {a: 2, b: 2}\nr: {<<: [*p, *q]}",
        "{p: {a: 1}, q: {a: 2, b: 2}, r: {a: 1, b: 2}}",
    );
    check("\u{feff}a: 1", "{a: 1}");
    check("# note\n---\na: 1\n...\n", "{a: 1}");
    check("{\"a\": [1, true, null, \"x\"],}", "{a: [1, true, null, \"x\"]}");
}

#[test]
fn a_lenient_section_may_repeat_keys() {
    let read = |text| parse_except(text, Limits::default(), &["Metadata"]);
    assert_eq!(
        show(&read("Metadata:\n  L: {a: 1, b: 2, a: 3}\nR: 1").unwrap()),
        "{Metadata: {L: {b: 2, a: 3}}, R: 1}"
    );
    assert!(read("Metadata: {}\nMetadata: {}").is_err());
    assert!(read("Metadata: {}\nR: {a: 1, a: 2}").is_err());
}

#[test]
fn spans_cover_what_is_written() {
    let text = "\u{feff}é:\n  - a: !Ref X  # note\n    b: [1, 2]\n\n\n  - |\n    text\n\nz: {}\n";
    let root = parse(text, Limits::default()).unwrap();
    let list = root.get("é").unwrap();
    let slice = |n: &Node| &text[n.span.range()];
    assert_eq!(slice(&list.items()[0]), "a: !Ref X  # note\n    b: [1, 2]");
    assert_eq!(slice(list.items()[0].get("a").unwrap()), "!Ref X");
    assert_eq!(slice(list.items()[0].get("b").unwrap()), "[1, 2]");
    assert!(slice(list).ends_with("text"), "{:?}", slice(list));
    assert_eq!(slice(root.get("z").unwrap()), "{}");
    assert_eq!(&text[root.entries()[1].key_span.range()], "z");
    assert!(slice(&root).ends_with("z: {}"));
}

#[test]
fn bad_yaml_names_the_fault() {
    let check = |text: &str, want: &str| match parse(text, Limits::default()) {
        Ok(node) => panic!("{text:.40} parsed as {:.80}", show(&node)),
        Err(error) => assert!(error.message.contains(want), "{text:.40}: {}", error.message),
    };
    check("", "nothing");
    check("# only a comment\n", "nothing");
    check(&" ".repeat(1_000_000), "nothing");
    check("a: 1\nb: 2\na: 3\n", "`a` is given twice: first on line 1");
    check("a: 1\n---\nb: 2\n", "second document");
    check("a:\n\tb: 1\n", "tab");
    check("a: *nowhere", "not there");
    check("a: &x [*x]", "inside what it repeats");
    check("a: [1, 2", "unclosed bracket `[`");
    check("a: 'open", "unclosed quote");
    check("{a: 1}: 2", "a key must be text");
    check("<<: 3", "merges mappings");
    check(&"[".repeat(10_000), "nested deeper");
    check(&"- ".repeat(10_000), "nested deeper");
    let deep: String = (0..3_000).map(|i| format!("{}k:\n", " ".repeat(i))).collect();
    check(&deep, "nested deeper");
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..10 {
        let aliases = vec![format!("*a{}", i - 1); 9].join(", ");
        bomb += &format!("a{i}: &a{i} [{aliases}]\n");
    }
    check(&bomb, "aliases expanded");
}
