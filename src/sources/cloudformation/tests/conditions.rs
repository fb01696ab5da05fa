//! Conditions and cases.

use super::*;
use crate::model::cond::World;

const P: &str = "
Parameters:
  E: {Type: String}
  D: {Type: String, Default: prod}
  A: {Type: String, AllowedValues: [a, b]}
Conditions:
  Prod: !Equals [!Ref E, prod]
  NotProd: !Not [!Condition Prod]
  Test: !Equals [test, !Ref E]
  Known: !Equals [!Ref D, prod]
  Never: !Equals [!Ref A, c]
  Both: !And [!Condition Prod, !Condition Known]
  Any: !Or [!Condition Prod, !Condition Test]
  Twice: !Equals [!Ref E, prod]
  InCases: !Equals [!If [Prod, x, y], x]
  Region: !Equals [!Ref AWS::Region, us-east-1]
";

#[test]
fn a_choice_is_decided_or_gives_cases() {
    check_value(P, "!If [Known, 1, 2]", "1");
    check_value(P, "!If [Never, 1, 2]", "2");
    check_value(P, "!If [Prod, 1, 2]", "(Prod -> 1 | not Prod -> 2)");
    check_value(P, "!If [NotProd, 1, 2]", "(not Prod -> 1 | Prod -> 2)");
    check_value(P, "!If [Both, 1, 2]", "(Prod -> 1 | not Prod -> 2)");
    check_value(P, "!If [Twice, 1, 2]", "(Prod -> 1 | not Prod -> 2)");
    check_value(P, "!If [InCases, 1, 2]", "(Prod -> 1 | not Prod -> 2)");
    check_value(P, "!If [Any, 1, !Ref AWS::NoValue]", "((Prod or Test) -> 1 | not (Prod or Test) -> none)");
    check_value(P, "!If [Prod, 1, 1]", "1");
    check_value(P, "!If [Known, !Ref AWS::NoValue, 1]", "(absent)");
    check_value(P, "!If [Region, 1, 2]", "(Region -> 1 | not Region -> 2)");
    check_value(P, "!Select [!If [Prod, 0, 1], [a, b]]", "(Prod -> \"a\" | not Prod -> \"b\")");
}

#[test]
fn literals_of_one_parameter_exclude_each_other() {
    let text = format!(
        "{P}\nResources:\n  X: {{Type: T, Condition: Prod}}\n  Y: {{Type: T, Condition: Test}}\n  Z: {{Type: T, Condition: Never}}\n"
    );
    let all = resources(&text);
    assert_eq!(all.len(), 2, "what never exists is left out");
    let (Cond::Atom(prod), Cond::Atom(test)) = (&all[0].presence, &all[1].presence) else { panic!() };
    let world = World::default().assume(prod, true).unwrap();
    assert_eq!(world.decided(test), Some(false));
}

#[test]
fn what_is_wrong_is_told_and_the_rest_is_read() {
    let text = "
Conditions: {A: !Condition B, B: !Condition A}
Resources:
  X: {Type: T, Condition: Nope, DependsOn: Gone, Properties: {V: !Ref Vpcc, W: !If [A, 1, 2]}}
  Vpc: {Type: AWS::EC2::VPC}
  Bad: [1]
  Typeless: {Properties: {}}
";
    assert_eq!(
        problems(text),
        [
            "cfn::condition-cycle: condition `A` depends on itself",
            "cfn::unresolved: condition `Nope` is not declared",
            "cfn::unresolved: `X` depends on `Gone`, which is not a resource of this template",
            "cfn::unresolved: `Vpcc` is neither a parameter nor a resource of this template",
            "cfn::resource: resource `Bad` must be a mapping, and is a list",
            "cfn::resource: resource `Typeless` has no `Type`",
        ]
    );
    assert_eq!(resources(text).len(), 2);
}
