//! Conditions that are not decided give cases: pass if every case passes, fail if every case fails, else
//! unknown, naming the case that fails. Cases are followed under their constraints, never enumerated.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may be blunt")]

use archlint::base::text::Files;
use archlint::catalog::Catalog;
use archlint::engine;
use archlint::rules::{Rule, embedded, load};
use archlint::sources::cloudformation::{self, Input, Options};

const HEAD: &str = "
Parameters:
  Env: { Type: String }
  Dns: { Type: String }
  A: { Type: String }
  B: { Type: String }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: !Equals [!Ref Env, dev]
  NotProd: !Not [!Condition IsProd]
  Dns: !Equals [!Ref Dns, 'on']
  Both: !And [!Condition IsProd, !Condition Dns]
  C1: !Equals [!Ref A, '1']
  C2: !Equals [!Ref A, '2']
  C3: !Equals [!Ref B, '3']
Resources:
";

/// Every verdict of one rule that is told, one a line: `fail Endpoint when IsProd is true`.
fn verdicts(rule: &str, resources: &str) -> String {
    let catalog = Catalog::load().unwrap();
    let schema = engine::schema(&catalog).unwrap();
    let loaded = load(&mut Files::default(), embedded(), &schema);
    let rules: Vec<Rule> = loaded.rules.into_iter().filter(|r| *r.id == *rule).collect();
    assert_eq!(rules.len(), 1, "{rule}");
    let mut files = Files::default();
    let input = Input::Text { name: "t.yaml".into(), text: format!("{HEAD}{resources}"), path: None };
    let batches = cloudformation::read(&[input], &mut files, &Options::default()).unwrap();
    let report = engine::report(&catalog, &schema, &rules, "test", &batches, &files);
    let mut lines = Vec::new();
    for f in report.findings.iter().chain(&report.unknown) {
        let status = if f.missing.is_empty() { "fail" } else { "unknown" };
        let case = f.case.as_ref().map(|c| format!(" when {}", c.replace('`', ""))).unwrap_or_default();
        lines.push(format!("{status} {}{case}", f.resource.address));
    }
    lines.push(format!("pass {}", report.summary.pass));
    lines.join("\n")
}

fn check(rule: &str, resources: &str, expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(verdicts(rule, resources), expected.join("\n"), "{resources}");
}

fn endpoint(dns: &str) -> String {
    format!(
        "  Logs:\n    Type: AWS::EC2::VPCEndpoint\n    Properties:\n      VpcId: vpc-0123456789abcdef0\n      \
         VpcEndpointType: Interface\n      ServiceName: com.amazonaws.eu-west-1.logs\n      PrivateDnsEnabled: {dns}\n"
    )
}

#[test]
fn a_value_under_a_condition() {
    check("NET-009", &endpoint("!If [IsProd, true, false]"), "unknown Logs when IsProd is false\npass 0");
    check("NET-009", &endpoint("!If [IsProd, true, true]"), "pass 1");
    check("NET-009", &endpoint("!If [IsProd, false, false]"), "fail Logs\npass 0");
    check("NET-009", &endpoint("!Ref AWS::NoValue"), &verdicts("NET-009", &endpoint("false")));
}

#[test]
fn conditions_constrain_each_other() {
    // IsProd and NotProd cannot both be false: the inner false is never reached.
    check("NET-009", &endpoint("!If [IsProd, true, !If [NotProd, true, false]]"), "pass 1");
    // Env cannot be prod and dev at once.
    check("NET-009", &endpoint("!If [IsProd, !If [IsDev, false, true], true]"), "pass 1");
    check("NET-009", &endpoint("!If [Both, !If [IsProd, true, false], true]"), "pass 1");
}

#[test]
fn a_resource_under_a_condition() {
    let conditional = endpoint("false").replace("    Properties:", "    Condition: IsProd\n    Properties:");
    check("NET-009", &conditional, "fail Logs when IsProd is true\npass 0");
    // Where it exists its own condition holds.
    let own = endpoint("!If [IsProd, true, false]")
        .replace("    Properties:", "    Condition: IsProd\n    Properties:");
    check("NET-009", &own, "pass 1");
}

const NETWORK: &str = "
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Nat: { Type: AWS::EC2::NatGateway, Properties: { SubnetId: subnet-0123456789abcdef0, AllocationId: eipalloc-0123456789abcdef0 } }
  Table: { Type: AWS::EC2::RouteTable, Properties: { VpcId: !Ref Vpc } }
  Out: { Type: AWS::EC2::Route, Properties: { RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat } }
  App: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24 } }
  AppTable: { Type: AWS::EC2::SubnetRouteTableAssociation, Properties: { SubnetId: !Ref App, RouteTableId: !Ref Table } }
";

#[test]
fn what_a_verdict_needs_may_be_conditional() {
    let s3 = |extra: &str| {
        format!(
            "{NETWORK}  S3:\n    Type: AWS::EC2::VPCEndpoint\n{extra}    Properties: {{ VpcId: !Ref Vpc, ServiceName: \
             com.amazonaws.eu-west-1.s3, RouteTableIds: [!Ref Table] }}\n"
        )
    };
    check("NET-006", &s3(""), "pass 1");
    check("NET-006", &s3("    Condition: IsProd\n"), "unknown App when IsProd is false\npass 0");
    check("NET-006", NETWORK, "fail App\npass 0");
    // The way out itself is conditional: without it the rule does not apply.
    let out = NETWORK.replace("Type: AWS::EC2::Route,", "Type: AWS::EC2::Route, Condition: IsProd,");
    check("NET-006", &out, "fail App when IsProd is true\npass 0");
}

#[test]
fn what_says_something_of_another_may_say_it_under_a_condition() {
    // The route belongs to one table or the other.
    let out = NETWORK.replace(
        "RouteTableId: !Ref Table, Dest",
        "RouteTableId: !If [IsProd, !Ref Table, !Ref Other], Dest",
    );
    let other = "  Other: { Type: AWS::EC2::RouteTable, Properties: { VpcId: !Ref Vpc } }\n";
    check("NET-006", &format!("{out}{other}"), "fail App when IsProd is true\npass 0");
}

#[test]
fn many_conditions_are_not_enumerated() {
    use std::fmt::Write as _;
    // Forty independent conditions that the verdict does not need, and one that it does.
    let mut head = String::from("\nParameters:\n  Env: { Type: String }\n");
    for n in 0..40 {
        let _ = writeln!(head, "  P{n}: {{ Type: String }}");
    }
    head.push_str("Conditions:\n  IsProd: !Equals [!Ref Env, prod]\n");
    for n in 0..40 {
        let _ = writeln!(head, "  C{n}: !Equals [!Ref P{n}, x]");
    }
    head.push_str("Resources:\n");
    let mut routes = String::new();
    for n in 0..40 {
        let _ = writeln!(
            routes,
            "  R{n}: {{ Type: AWS::EC2::Route, Condition: C{n}, Properties: {{ RouteTableId: !Ref Table, \
             DestinationCidrBlock: 10.{n}.0.0/16, VpcPeeringConnectionId: pcx-0123456789abcdef0 }} }}"
        );
    }
    let catalog = Catalog::load().unwrap();
    let schema = engine::schema(&catalog).unwrap();
    let loaded = load(&mut Files::default(), embedded(), &schema);
    let rules: Vec<Rule> = loaded.rules.into_iter().filter(|r| *r.id == *"NET-006").collect();
    let mut files = Files::default();
    let input = Input::Text { name: "t.yaml".into(), text: format!("{head}{NETWORK}{routes}"), path: None };
    let batches = cloudformation::read(&[input], &mut files, &Options::default()).unwrap();
    let report = engine::report(&catalog, &schema, &rules, "test", &batches, &files);
    assert_eq!(report.findings.len(), 1, "{:?}", report.unknown.first().map(|f| &f.missing));
}
