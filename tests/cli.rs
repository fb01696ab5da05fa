//! The program as it is run: exit codes, streams, settings, what is read and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may be blunt"
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const PLAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/architectures/legacy/plan.json");
const TEMPLATE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/architectures/legacy/cloudformation/template.yaml");
/// A template in which nothing is to be found.
const QUIET: &str = "Resources:\n  Topic:\n    Type: AWS::SSM::Document\n";

/// A folder of its own, with files.
struct Case {
    dir: tempfile::TempDir,
}

/// What a run gave.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Case {
    fn new(files: &[(&str, &str)]) -> Self {
        let case = Self { dir: tempfile::tempdir().unwrap() };
        for (name, text) in files {
            case.put(name, text.as_bytes());
        }
        case
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_archlint"));
        command.args(args).current_dir(self.dir.path());
        for name in ["NO_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG"] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args).stdin(Stdio::null()).output().unwrap())
    }

    fn pipe(&self, args: &[&str], input: &str) -> Ran {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        ran(child.wait_with_output().unwrap())
    }
}

fn ran(output: Output) -> Ran {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().expect("no signal"), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs with arguments; the exit code, and what each stream must hold.
fn check(case: &Case, args: &[&str], code: i32, out: &[&str], err: &[&str]) {
    let ran = case.run(args);
    assert_eq!(ran.code, code, "{args:?}\n{}\n{}", ran.out, ran.err);
    for needle in out {
        assert!(ran.out.contains(needle), "{args:?}: no `{needle}` in\n{}", ran.out);
    }
    for needle in err {
        assert!(ran.err.contains(needle), "{args:?}: no `{needle}` in\n{}", ran.err);
    }
    if code == 2 {
        assert_eq!(ran.out, "", "{args:?}: bad input leaves standard output empty");
        assert!(ran.err.contains("error"), "{args:?}: it says why\n{}", ran.err);
    }
}

#[test]
fn a_plan_and_a_template_are_read_and_judged() {
    let case = Case::new(&[]);
    check(&case, &["check", PLAN], 1, &["NET-005", "nat-gateway-single-zone", "archlint:"], &[]);
    check(&case, &["check", TEMPLATE], 1, &["NET-005", "template.yaml:"], &[]);
    check(&case, &["check", PLAN, TEMPLATE], 1, &["terraform-plan", "cloudformation"], &[]);
}

#[test]
fn standard_input_is_read() {
    let case = Case::new(&[]);
    let ran = case.pipe(&["check", "-", "--allow-incomplete"], QUIET);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("source - (cloudformation, 1 resource)"), "{}", ran.out);
    let ran = case.pipe(&["check", "-"], "");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("`-` is empty"), "{}", ran.err);
}

#[test]
fn exit_codes() {
    let case =
        Case::new(&[("quiet.yaml", QUIET), ("broken.yaml", "Resources:\n  A: {Type: AWS::EC2::VPC\n")]);
    check(&case, &["check", "quiet.yaml", "--allow-incomplete"], 0, &["0 high"], &[]);
    check(&case, &["check", PLAN, "--fail-on", "never", "--allow-incomplete"], 0, &["NET-005"], &[]);
    check(
        &case,
        &["check", PLAN, "--only", "NET-009", "--fail-on", "high", "--allow-incomplete"],
        0,
        &["NET-009"],
        &[],
    );
    check(&case, &["check", PLAN, "--only", "NET-009", "--fail-on", "medium"], 1, &["NET-009"], &[]);
    check(&case, &["check", "broken.yaml"], 2, &[], &["broken.yaml:"]);
    check(
        &case,
        &["check", "quiet.yaml", "broken.yaml"],
        3,
        &["quiet.yaml", "incomplete"],
        &["broken.yaml:"],
    );
    check(&case, &["check", "quiet.yaml", "broken.yaml", "--allow-incomplete"], 0, &[], &["broken.yaml:"]);
    check(&case, &["check"], 2, &[], &["no path is given", "terraform show -json"]);
    check(&case, &["check", "quiet.yaml", "--fail-on", "often"], 2, &[], &["often"]);
    check(&case, &["--help"], 0, &["Usage", "archlint check plan.json"], &[]);
    check(&case, &["check", "--help"], 0, &["Examples:", "Exit codes:"], &[]);
    check(&case, &["chekc"], 2, &[], &["similar subcommand"]);
    check(&case, &["--version"], 0, &["archlint "], &[]);
}

#[test]
fn strict_fails_on_unknown() {
    let template = "Parameters:\n  Dns: {Type: String}\nResources:\n  E:\n    Type: AWS::EC2::VPCEndpoint\n    Properties:\n      VpcId: v\n      VpcEndpointType: Interface\n      ServiceName: com.amazonaws.eu-west-1.logs\n      PrivateDnsEnabled: !Ref Dns\n";
    let case = Case::new(&[("t.yaml", template)]);
    let report = |args: &[&str]| -> (i32, serde_json::Value) {
        let ran = case.run(args);
        (ran.code, serde_json::from_str(&ran.out).unwrap())
    };
    let base = ["check", "t.yaml", "--only", "NET-009", "--format", "json", "--allow-incomplete"];
    let (code, loose) = report(&base);
    assert_eq!((code, loose["summary"]["unknown"].as_u64()), (0, Some(1)), "{loose:#}");
    let (code, _) = report(&[&base[..], &["--strict"]].concat());
    assert_eq!(code, 1);
    let (_, shown) = report(&[&base[..], &["--show", "unknown"]].concat());
    let unknown = |r: &serde_json::Value| {
        r["findings"].as_array().unwrap().iter().filter(|f| f["status"] == "unknown").count() as u64
    };
    assert_eq!(unknown(&loose), 0);
    assert_eq!(unknown(&shown), shown["summary"]["unknown"].as_u64().unwrap());
}

#[test]
fn bad_input_is_named_with_a_remedy() {
    let cases: &[(&str, &[u8], &str)] = &[
        ("empty.json", b"", "is empty"),
        ("spaces.json", &[b' '; 1 << 16], "is empty"),
        ("cut.json", b"{\"format_version\": \"1.2\", \"terraform_version\": \"1.9\", \"planned_values\": {", "cut.json"),
        ("cut.template", b"{\"Resources\": {\"A\": {\"Type\": \"AWS::EC2::VPC\"", "cut.template"),
        ("main.tf", b"resource \"aws_vpc\" \"v\" {}", "terraform show -json"),
        ("saved", b"PK\x03\x04rest", "terraform show -json"),
        ("binary.json", b"\x7fELF\x02\x01\x00\x00", "binary"),
        ("state.json", b"{\"version\": 4, \"terraform_version\": \"1.9.0\", \"serial\": 1, \"lineage\": \"x\", \"resources\": []}", "state"),
        ("pod.yaml", b"apiVersion: v1\nkind: Pod\n", "Kubernetes"),
        ("list.json", b"[1, 2]", "neither"),
        ("params.json", b"[{\"ParameterKey\": \"A\", \"ParameterValue\": \"b\"}]", "--parameters"),
        ("twice.yaml", b"Resources:\n  A: {Type: AWS::EC2::VPC}\n  A: {Type: AWS::EC2::VPC}\n", "twice.yaml:3"),
    ];
    let case = Case::new(&[]);
    for (name, bytes, needle) in cases {
        case.put(name, bytes);
        check(&case, &["check", name], 2, &[], &[needle, name]);
    }
    check(&case, &["check", "gone.json"], 2, &[], &["`gone.json` is not there", "help"]);
}

#[test]
fn folders_are_searched() {
    let case = Case::new(&[
        ("infra/a.yaml", QUIET),
        ("infra/package.json", "{\"dependencies\": {}}"),
        ("infra/node_modules/b.yaml", QUIET),
        ("infra/.terraform/c.yaml", QUIET),
        ("infra/deep/er/plan.json", &fs::read_to_string(PLAN).unwrap()),
        ("docs/readme.md", "text"),
        ("tf/main.tf", ""),
    ]);
    let ran = case.run(&["check", "infra", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let paths: Vec<&str> =
        report["sources"].as_array().unwrap().iter().map(|s| s["path"].as_str().unwrap()).collect();
    let mut sorted: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    sorted.sort();
    assert_eq!(
        sorted,
        [Path::new("infra").join("a.yaml"), Path::new("infra").join("deep").join("er").join("plan.json")]
    );
    assert!(ran.err.contains("are not infrastructure"), "{}", ran.err);
    check(&case, &["check", "docs"], 2, &[], &["holds no Terraform plan"]);
    check(&case, &["check", "tf"], 2, &[], &["terraform show -json"]);
}

#[test]
fn nested_templates_are_read_with_their_parent() {
    let parent = "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: child.yaml}\n";
    let case = Case::new(&[("s/parent.yaml", parent), ("s/child.yaml", QUIET)]);
    let ran = case.run(&["check", "s", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["sources"].as_array().unwrap().len(), 1, "{}", report["sources"]);
}

#[test]
fn templates_that_nest_each_other_in_a_circle_are_still_seen() {
    let nests = |child: &str| {
        format!(
            "Resources:\n  C:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: {child}}}\n"
        )
    };
    for files in [&[("a.yaml", "a.yaml")][..], &[("a.yaml", "b.yaml"), ("b.yaml", "a.yaml")]] {
        let case = Case::new(&[]);
        for (name, child) in files {
            case.put(&format!("s/{name}"), nests(child).as_bytes());
        }
        check(&case, &["check", "s"], 3, &["a.yaml"], &["nests itself"]);
    }
}

#[test]
fn settings_are_read_and_typos_told_with_their_place() {
    let case = Case::new(&[("quiet.yaml", QUIET), ("sub/quiet.yaml", QUIET)]);
    let set = |text: &str| case.put("archlint.toml", text.as_bytes());
    set("allow_incomplete = true\nfail_on = \"never\"\n");
    check(&case, &["check", PLAN], 0, &["NET-005"], &[]);
    check(&case, &["check", PLAN, "--fail-on", "low"], 1, &[], &[]);
    set("skip = [\"NET-*\"]\nallow_incomplete = true\n");
    check(&case, &["check", PLAN, "--only", "NET-005"], 0, &["0 rules"], &[]);
    set("[severity]\nNET-005 = \"info\"\n");
    check(&case, &["check", PLAN, "--only", "NET-005", "--allow-incomplete"], 0, &["info"], &[]);
    for (text, needle) in [
        ("referense = \"ecommerce\"", "did you mean `reference`?"),
        ("fail_on = \"often\"", "one of: high, medium, low, never"),
        ("strict = 1", "true or false"),
        ("only = [\"NET-0x5\"]", "no rule fits `NET-0x5`"),
        ("reference = \"ecomerce\"", "did you mean `ecommerce`?"),
        ("[severity]\nNET-005 = \"grave\"", "unknown severity"),
        ("[severity]\nNET-905 = \"low\"", "no rule fits `NET-905`"),
        ("[params.NET-005]\nno_such = 2", "has no parameter"),
        ("strict = ", "archlint.toml:1"),
    ] {
        set(text);
        check(&case, &["check", "quiet.yaml"], 2, &[], &["archlint.toml:", needle]);
    }
    check(&case, &["check", "quiet.yaml", "--config", "none.toml"], 2, &[], &["`none.toml` cannot be read"]);
    set("strict = true\nx = 1\n");
    let mut below = case.command(&["check", "quiet.yaml"]);
    let ran = ran(below.current_dir(case.dir.path().join("sub")).output().unwrap());
    assert!(ran.code == 2 && ran.err.contains("unknown key `x`"), "it is found from below: {}", ran.err);
}

#[test]
fn a_project_can_bring_rules_and_a_reference() {
    let rule = "title: topic without encryption\nseverity: low\npillar: security\nfor: topic\nmust: has(topic.kms_key)\n\
                clauses: [ours/1]\nwhy: we say so\nfix: { summary: set a key }\nexamples:\n  bad: [{ a: { kind: topic } }]\n  \
                good: [{ a: { kind: topic, kms_key: k } }]\n  unsure: [{ a: { kind: topic, kms_key: '?' } }]\n";
    let topic = "Resources:\n  T:\n    Type: AWS::SNS::Topic\n";
    let case = Case::new(&[("ours/security/OUR-001-topic-plain.yaml", rule), ("t.yaml", topic)]);
    check(
        &case,
        &["check", "t.yaml", "--rules", "ours", "--only", "OUR-*"],
        1,
        &["OUR-001", "topic-plain"],
        &[],
    );
    check(
        &case,
        &["explain", "our-001", "--rules", "ours"],
        0,
        &["topic without encryption", "AWS::SNS::Topic"],
        &[],
    );
    case.put("ref.yaml", b"title: ours\ndescribes: only ours\nrules: [OUR-001]\n");
    check(
        &case,
        &["check", "t.yaml", "--rules", "ours", "--reference", "ref.yaml"],
        1,
        &["1 rule of `ref`"],
        &[],
    );
    case.put("ours/security/OUR-002-typo.yaml", rule.replace("kms_key)", "kms_keyy)").as_bytes());
    check(
        &case,
        &["check", "t.yaml", "--rules", "ours"],
        2,
        &[],
        &["did you mean `kms_key`?", "OUR-002-typo.yaml:"],
    );
    check(&case, &["check", "t.yaml", "--rules", "nowhere"], 2, &[], &["`nowhere` cannot be read"]);
}

#[test]
fn parameters_decide_conditions() {
    let template = "Parameters:\n  Zone: {Type: String}\nResources:\n  S:\n    Type: AWS::EC2::Subnet\n    Properties: {VpcId: v, AvailabilityZone: !Ref Zone}\n";
    let case = Case::new(&[("t.yaml", template), ("p.json", "{\"Zone\": \"a\"}"), ("bad.json", "3")]);
    check(
        &case,
        &["check", "t.yaml", "--parameters", "p.json", "--fail-on", "never", "--allow-incomplete"],
        0,
        &[],
        &[],
    );
    check(
        &case,
        &["check", "t.yaml", "--parameters", "Zone=a", "--fail-on", "never", "--allow-incomplete"],
        0,
        &[],
        &[],
    );
    check(&case, &["check", "t.yaml", "--parameters", "bad.json"], 2, &[], &["bad.json:1"]);
    check(&case, &["check", "t.yaml", "--parameters", "none.json"], 2, &[], &["`none.json` cannot be read"]);
}

#[test]
fn reports_in_every_form_and_into_a_file() {
    let case = Case::new(&[]);
    let sarif = case.run(&["check", PLAN, "--format", "sarif"]);
    let log: serde_json::Value = serde_json::from_str(&sarif.out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let json = case.run(&["check", PLAN, "--format", "json"]);
    let again = case.run(&["check", PLAN, "--format", "json"]);
    assert!(json.out == again.out, "the same input gives the same bytes");
    let schema: serde_json::Value = serde_json::from_str(&case.run(&["schema"]).out).unwrap();
    let report: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&report));
    check(&case, &["check", PLAN, "--format", "json", "--output", "r.json"], 1, &[], &[]);
    assert_eq!(fs::read_to_string(case.dir.path().join("r.json")).unwrap(), json.out);
    check(&case, &["check", PLAN, "--output", "no/such/folder"], 2, &[], &["cannot be written"]);
    let ran = case.run(&["check", "gone.json", "--format", "json"]);
    let problems: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(problems["diagnostics"][0]["code"], "input::missing");
}

#[test]
fn colour_only_where_it_is_wanted() {
    let case = Case::new(&[]);
    let colored = |args: &[&str]| case.run(args).out.contains('\u{1b}');
    assert!(!colored(&["check", PLAN]), "no terminal, no colour");
    assert!(colored(&["check", PLAN, "--color", "always"]));
    assert!(!colored(&["check", PLAN, "--color", "never"]));
    let quiet = case.run(&["check", PLAN, "--quiet"]);
    assert!(!quiet.out.contains("   source ") && quiet.out.contains("archlint:"), "{}", quiet.out);
}

#[test]
fn a_closed_pipe_is_no_fault() {
    let case = Case::new(&[]);
    let mut child = case
        .command(&["check", PLAN, "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = ran(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}

#[test]
fn rules_are_listed_and_explained() {
    let case = Case::new(&[]);
    check(&case, &["rules", "list"], 0, &["NET-005", "high", "availability"], &[]);
    let list = |args: &[&str]| -> Vec<serde_json::Value> {
        serde_json::from_str(&case.run(&[&["rules", "list", "--format", "json"], args].concat()).out).unwrap()
    };
    let all = list(&[]);
    for (filter, key, value) in [
        ("--family", "family", "network"),
        ("--pillar", "pillar", "cost"),
        ("--severity", "severity", "high"),
    ] {
        let some = list(&[filter, value]);
        assert!(!some.is_empty() && some.iter().all(|r| r[key] == value), "{filter}");
        assert_eq!(some.len(), all.iter().filter(|r| r[key] == value).count(), "{filter}");
    }
    assert!(list(&["--clause", "ecommerce/6.*"]).iter().any(|r| r["id"] == "NET-006"));
    assert!(!list(&["--reference", "lean"]).is_empty());
    check(&case, &["explain", "NET-006"], 0, &["AWS::EC2::Subnet", "resource \"aws_subnet\"", "must"], &[]);
    check(&case, &["explain", "nat-without-s3-endpoint", "--as", "terraform"], 0, &["aws_subnet"], &[]);
    check(&case, &["explain", "NET-06"], 2, &[], &["did you mean `NET-0"]);
}

#[test]
fn completions_for_every_shell() {
    let case = Case::new(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        check(&case, &["completions", shell], 0, &["archlint", "check"], &[]);
    }
}

/// An assembly as `cdk synth` writes it: two stacks, the second imports a subnet of the first.
const ASSEMBLY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/cdk/shop");

#[test]
fn cloud_assemblies_are_read() {
    let case = Case::new(&[]);
    let manifest = format!("{ASSEMBLY}/manifest.json");
    for path in [ASSEMBLY, &manifest] {
        check(
            &case,
            &["check", path, "--only", "NET-003"],
            1,
            &["NET-003", "App.template.json:", "Network.template.json:", "(cdk-assembly, 9 resources)"],
            &[],
        );
    }
    // A folder that holds one.
    let parent = Path::new(ASSEMBLY).parent().unwrap().to_str().unwrap();
    check(&case, &["check", parent, "--only", "NET-003"], 1, &["cdk-assembly"], &[]);
}

#[test]
fn several_templates_are_joined_by_exports() {
    let case = Case::new(&[]);
    let template = |name: &str| format!("{ASSEMBLY}/{name}.template.json");
    let (network, app) = (template("Network"), template("App"));
    check(&case, &["check", &app, &network, "--only", "NET-003"], 1, &["NET-003", "ExportsOutputRef"], &[]);
    // Without the stack that exports it the subnet is not in view: neither pass nor fail.
    let ran = case.run(&["check", &app, "--only", "NET-003", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &report["summary"]["unknown"]), (0, &serde_json::json!(1)), "{}", ran.err);
    check(
        &case,
        &["check", &app, "--only", "NET-003", "--strict"],
        1,
        &["1 verdict cannot be given", "to settle it"],
        &[],
    );
}

#[test]
fn standard_input_takes_plans() {
    let case = Case::new(&[]);
    let plan = fs::read_to_string(PLAN).unwrap();
    let ran = case.pipe(&["check", "-", "--only", "NET-005"], &plan);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("source - (terraform-plan"), "{}", ran.out);
}
