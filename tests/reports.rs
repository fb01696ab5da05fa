//! Every report format over the same handful of cases, and diagnostics in both forms.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may be blunt"
)]

use std::collections::BTreeMap;

use archlint::base::text::{FileId, Files, Place, Span};
use archlint::diag::Diagnostic;
use archlint::diag::finding::*;
use archlint::report::look::Look;
use archlint::report::{diagnostics, human, json, sarif, schema};

const TEMPLATE: &str = "\
Resources:
  AppTable:
    Type: AWS::EC2::RouteTable
    Properties:
      VpcId: !Ref Vpc
  Db:
    Type: AWS::RDS::DBInstance
    Properties:
      MultiAZ: false
      PubliclyAccessible: true
      # 데이터베이스
      DBInstanceClass: db.t3.micro
";

/// The place of a piece of the template.
fn at(files: &Files, needle: &str) -> Place {
    let file = FileId(0);
    let start = files.get(file).unwrap().text.find(needle).expect("the needle is in the template");
    Place { file, span: Span::new(start, start + needle.len()) }
}

fn finding(rule: &str, slug: &str, severity: Severity, pillar: Pillar, resource: ResourceRef) -> Finding {
    Finding {
        rule: rule.into(),
        slug: slug.into(),
        status: Status::Fail,
        severity,
        pillar,
        message: format!("`{}` departs from the reference", resource.address),
        fingerprint: format!("{rule}:{}", resource.address),
        resource,
        place: None,
        path: vec![],
        read: vec![],
        missing: vec![],
        case: None,
        why: "A first paragraph that\ngoes on.\n\n- and a list\n- of more".into(),
        fix: None,
        clauses: vec!["ecommerce/1.1".into()],
        change: None,
    }
}

fn resource(address: &str, kind: &str, ty: &str) -> ResourceRef {
    ResourceRef {
        address: address.into(),
        kind: kind.into(),
        ty: ty.into(),
        id: None,
        arn: None,
        account: None,
        region: Some("ap-northeast-2".into()),
    }
}

fn report(sources: &[(&str, &str, usize)], findings: Vec<Finding>, unknown: Vec<Finding>) -> Report {
    let mut summary = Summary { unknown: unknown.len(), pass: 7, not_applicable: 2, ..Summary::default() };
    for f in findings.iter().filter(|f| f.status == Status::Fail) {
        *summary.fail.entry(f.severity).or_default() += 1;
    }
    for group in unknown.iter().flat_map(|f| &f.missing).map(|m| m.group.clone()) {
        *summary.unknown_by_reason.entry(group).or_default() += 1;
    }
    Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "archlint".into(), version: "0.0.0".into() },
        reference: "ecommerce".into(),
        sources: sources
            .iter()
            .map(|(path, kind, n)| SourceSummary {
                path: (*path).into(),
                kind: (*kind).into(),
                resources: *n,
            })
            .collect(),
        findings,
        unknown,
        waived: vec![],
        coverage: Coverage { rules: 3, ..Coverage::default() },
        summary,
        incomplete: false,
        secrets: Vec::new(),
    }
}

/// A finding on the user's own lines: value, path, case, fix.
fn with_lines() -> (Report, Files) {
    let mut files = Files::default();
    files.add("app/template.yaml", TEMPLATE);
    let place = |needle: &str| diagnostics::resolve(&files, at(&files, needle));
    let mut db = finding(
        "DATA-001",
        "database-in-one-zone",
        Severity::High,
        Pillar::Availability,
        resource("Db", "db_instance", "AWS::RDS::DBInstance"),
    );
    db.message = "`Db` has no standby in a second zone".into();
    db.place = place("MultiAZ: false");
    db.case = Some("`IsProd` is false".into());
    db.read = vec![
        ReadValue {
            what: "Db.multi_az".into(),
            value: "false".into(),
            defaulted: false,
            place: place("MultiAZ: false"),
        },
        ReadValue { what: "Db.replicas".into(), value: "0".into(), defaulted: true, place: None },
    ];
    db.fix = Some(Fix {
        summary: "set a standby".into(),
        snippet: "Db:\n  Properties:\n    MultiAZ: true\n".into(),
    });
    let mut open = finding(
        "SEC-001",
        "database-exposed",
        Severity::High,
        Pillar::Security,
        resource("Db", "db_instance", "AWS::RDS::DBInstance"),
    );
    open.message = "`Db` can be reached from the internet".into();
    open.place = place("PubliclyAccessible: true");
    open.path = vec![
        PathStep { address: "internet".into(), via: String::new(), place: None },
        PathStep {
            address: "AppTable".into(),
            via: "default route".into(),
            place: place("AWS::EC2::RouteTable"),
        },
        PathStep { address: "Db".into(), via: "port 3306".into(), place: place("AWS::RDS::DBInstance") },
    ];
    open.change = Some("introduced".into());
    (report(&[("app/template.yaml", "cloudformation", 2)], vec![db, open], vec![]), files)
}

/// Findings without lines, from two sources, one waived, and unknowns.
fn without_lines() -> (Report, Files) {
    let mut nat = finding(
        "NET-006",
        "nat-without-s3-endpoint",
        Severity::Medium,
        Pillar::Cost,
        resource("module.vpc.aws_subnet.private[0]", "subnet", "aws_subnet"),
    );
    nat.path = vec![PathStep {
        address: "module.vpc.aws_route_table.private".into(),
        via: "association".into(),
        place: None,
    }];
    nat.resource.arn = Some("arn:aws:ec2:ap-northeast-2:111122223333:subnet/subnet-1".into());
    nat.resource.account = Some("111122223333".into());
    let mut vague = finding(
        "DATA-002",
        "no-backup",
        Severity::Low,
        Pillar::Operations,
        resource("aws_db_instance.x", "db_instance", "aws_db_instance"),
    );
    vague.status = Status::Unknown;
    vague.fix = Some(Fix { summary: "keep backups for a week".into(), snippet: String::new() });
    vague.missing = vec![Missing {
        what: "aws_db_instance.x.backup_retention".into(),
        why: "known only after apply".into(),
        settle: "check the state after apply, or the live account".into(),
        group: "known after apply".into(),
    }];
    let waived = finding(
        "OPS-005",
        "no-owner",
        Severity::Info,
        Pillar::Operations,
        resource("aws_vpc.v", "vpc", "aws_vpc"),
    );
    let sources = [("a b/plan.json", "terraform-plan", 12), ("/abs/plan.json", "terraform-plan", 1)];
    let mut report = report(&sources, vec![nat, vague.clone()], vec![vague]);
    report.waived = vec![waived];
    report.summary.waived = 1;
    report.incomplete = true;
    report.coverage.unknown_types = BTreeMap::from([("aws_foo".into(), 3), ("aws_bar".into(), 1)]);
    report.coverage.todo =
        BTreeMap::from([("aws_db_instance.blue_green_update".into(), "may change the standby".into())]);
    (report, Files::default())
}

/// More findings of one rule than are shown in full, from standard input.
fn many() -> (Report, Files) {
    let findings = (0..8)
        .map(|n| {
            let address = format!("aws_subnet.s[{n}]");
            finding(
                "NET-001",
                "one-zone",
                Severity::Low,
                Pillar::Availability,
                resource(&address, "subnet", "aws_subnet"),
            )
        })
        .collect();
    (report(&[("-", "terraform-plan", 8)], findings, vec![]), Files::default())
}

/// Text that would do something to a terminal, a line too long to draw, a place beyond the file.
fn hostile() -> (Report, Files) {
    let mut files = Files::default();
    files.add("min.json", format!("{{\"x\": \"{}\"}}", "y".repeat(5000)));
    files.add("esc.json", "{\n \"x\": \"\u{1b}[2J\"\n}\n");
    let one = |n: u32, start, end| {
        let mut f = finding(
            "NET-001",
            "one-zone",
            Severity::High,
            Pillar::Availability,
            resource("aws_vpc.\u{1b}[31mred", "vpc", "aws_vpc"),
        );
        let place = Place { file: FileId(n), span: Span::new(start, end) };
        f.place = diagnostics::resolve(&files, place).or(Some(PlaceRef {
            file: "gone.json".into(),
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 1,
            span: Some(place),
        }));
        f
    };
    let findings = vec![one(0, 6, 10), one(1, 3, 6), one(1, 400, 500), one(9, 0, 1)];
    (report(&[("min.json", "cloudformation", 1), ("esc.json", "cloudformation", 1)], findings, vec![]), files)
}

fn nothing() -> (Report, Files) {
    (report(&[("empty.yaml", "cloudformation", 0)], vec![], vec![]), Files::default())
}

type Case = (&'static str, fn() -> (Report, Files));
const CASES: &[Case] = &[
    ("with_lines", with_lines),
    ("without_lines", without_lines),
    ("many", many),
    ("hostile", hostile),
    ("nothing", nothing),
];

/// Renders every case and compares it with its snapshot.
fn check(format: &str, render: impl Fn(&Report, &Files) -> String) {
    for (name, case) in CASES {
        let (report, files) = case();
        insta::assert_snapshot!(format!("{format}__{name}"), render(&report, &files));
    }
}

#[test]
fn human_reports() {
    check("human", |report, files| human::render(report, files, &Look::default()));
}

#[test]
fn human_reports_in_ascii_narrow_and_verbose() {
    let look = Look { unicode: false, width: 60, verbose: true, ..Look::default() };
    check("ascii", |report, files| {
        let text = human::render(report, files, &look);
        // The user's own text may hold anything; what archlint draws may not.
        assert!(
            text.lines().filter(|l| !l.contains('데')).all(|l| l.replace('\u{fffd}', "").is_ascii()),
            "{text}"
        );
        text
    });
}

#[test]
fn colours_only_when_asked_for_and_never_from_the_input() {
    for (_, case) in CASES {
        let (report, files) = case();
        assert!(!human::render(&report, &files, &Look::default()).contains('\u{1b}'));
        let color = human::render(&report, &files, &Look { color: true, ..Look::default() });
        assert!(color.contains('\u{1b}') && !color.contains("\u{1b}[2J") && !color.contains("\u{1b}[31mred"));
    }
}

#[test]
fn json_reports() {
    check("json", |report, _| json::render(report).unwrap());
}

#[test]
fn json_reports_hold_to_the_published_schema() {
    let schema: serde_json::Value = serde_json::from_str(&schema::render().unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, case) in CASES {
        let report: serde_json::Value = serde_json::from_str(&json::render(&case().0).unwrap()).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|e| format!("{name}: {} at {}", e, e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut bad: serde_json::Value = serde_json::from_str(&json::render(&with_lines().0).unwrap()).unwrap();
    bad["findings"][0]["severity"] = "awful".into();
    assert!(!validator.is_valid(&bad), "the schema refuses a severity that is none");
}

#[test]
fn the_published_schema_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report-schema.json");
    let now = schema::render().unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(published == now, "it is not: run `cargo run -- schema > docs/report-schema.json`");
}

#[test]
fn sarif_reports() {
    check("sarif", |report, _| sarif::render(report).unwrap());
}

#[test]
fn sarif_reports_hold_to_the_official_schema() {
    // The schema has one pattern with a bracket too many, which is no regular expression in its dialect.
    let text = include_str!("../fixtures/schemas/sarif-2.1.0.json");
    let text = text.replace("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, case) in CASES {
        let log: serde_json::Value = serde_json::from_str(&sarif::render(&case().0).unwrap()).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|e| format!("{name}: {} at {}", e, e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    assert!(
        !validator.is_valid(&serde_json::json!({ "version": "2.1.0" })),
        "the schema refuses a log without runs"
    );
}

/// Diagnostics as people meet them.
fn diagnostics_case() -> (Vec<Diagnostic>, Files) {
    let mut files = Files::default();
    files.add("app/template.yaml", TEMPLATE);
    let other = files.add("archlint.toml", "referense = \"ecommerce\"\n");
    let all = vec![
        Diagnostic::error("cfn::cycle", "`AppTable` depends on itself")
            .help("break the cycle")
            .label(at(&files, "AppTable"), "here")
            .label(Place { file: other, span: Span::new(0, 9) }, "and elsewhere"),
        Diagnostic::error("input::missing", "`plan.json` is not there").help("check the path"),
        Diagnostic::warning("input::skipped", "a file in `infra/` is not infrastructure"),
    ];
    (all, files)
}

#[test]
fn diagnostics_for_people() {
    let (all, files) = diagnostics_case();
    insta::assert_snapshot!("diagnostics__human", diagnostics::human(&all, &files, &Look::default()));
}

#[test]
fn diagnostics_as_json() {
    let (all, files) = diagnostics_case();
    insta::assert_snapshot!("diagnostics__json", diagnostics::json(&all, &files).unwrap());
}
