//! Several templates: nested, exporting and importing, assembled by the CDK; files of parameters.

use std::path::Path;

use super::*;

/// Writes files below a folder: `name`, `text`.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn read_paths(folder: &Path, names: &[&str], options: &Options) -> Vec<Batch> {
    let inputs: Vec<Input> = names.iter().map(|n| Input::Path(folder.join(n))).collect();
    read(&inputs, &mut Files::default(), options).unwrap()
}

/// Every resource as `address body`, and every problem.
fn told(batches: &[Batch]) -> Vec<String> {
    let mut all: Vec<String> = batches
        .iter()
        .flat_map(|b| &b.resources)
        .filter(|r| &*r.ty != "AWS::CloudFormation::Stack")
        .map(|r| format!("{} {}", r.address, show(&r.body)))
        .collect();
    all.extend(batches.iter().flat_map(|b| &b.problems).map(|p| format!("{}: {}", p.code, p.message)));
    all
}

#[test]
fn nested_stacks_pass_values_down_and_outputs_up() {
    let parent = "
Parameters: {Env: {Type: String}}
Conditions: {Prod: !Equals [!Ref Env, prod]}
Resources:
  Vpc: {Type: AWS::EC2::VPC}
  App: {Type: X, Properties: {Db: !GetAtt Data.Outputs.Endpoint, No: !GetAtt Data.Outputs.Nope}}
  Data:
    Type: AWS::CloudFormation::Stack
    Condition: Prod
    Properties: {TemplateURL: data/child.yaml, Parameters: {VpcId: !Ref Vpc, Env: !Ref Env, Zones: 'a,b'}}
";
    let child = "
Parameters: {VpcId: {Type: String}, Env: {Type: String}, Zones: {Type: CommaDelimitedList}, Own: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  Db: {Type: Y, Properties: {In: !Ref VpcId, Size: !If [IsProd, 2, 1], Zones: !Ref Zones, Own: !Ref Own}}
Outputs:
  Endpoint: {Value: !GetAtt Db.Endpoint.Address}
";
    let folder = folder(&[("main.yaml", parent), ("data/child.yaml", child)]);
    let batches = read_paths(folder.path(), &["main.yaml"], &Options::default());
    assert_eq!(
        told(&batches),
        [
            "Vpc {}",
            "App {Db: @Data/Db.Endpoint.Address, No: ?(`Data.Outputs.Nope` does not resolve to anything in view)}",
            "Data/Db {In: @Vpc, Size: (Prod -> 2 | not Prod -> 1), Zones: [\"a\", \"b\"], Own: ?(parameter `Data/Own` has no value)}",
            "cfn::unresolved: the template of stack `Data` has no output `Nope`",
        ]
    );
    let nested = batches[0].resources.iter().find(|r| &*r.address == "Data/Db").unwrap();
    assert!(matches!(&nested.presence, Cond::Atom(a) if &*a.text == "Prod"), "it exists when its stack does");
    // The same folder as a whole: the child is not a template of its own.
    assert_eq!(told(&read_paths(folder.path(), &["."], &Options::default())).len(), 4);
}

#[test]
fn joined_text_is_a_list_to_a_list_parameter() {
    let check = |value: &str, want: &str| {
        let parent = format!(
            "
Parameters: {{Env: {{Type: String}}, More: {{Type: String}}}}
Conditions: {{Prod: !Equals [!Ref Env, prod]}}
Resources:
  A: {{Type: S}}
  C: {{Type: S}}
  Data: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: child.yaml, Parameters: {{Ids: {value}}}}}}}
"
        );
        let child = "{Parameters: {Ids: {Type: 'List<AWS::EC2::Subnet::Id>'}}, Resources: {G: {Type: G, Properties: {All: !Ref Ids, First: !Select [0, !Ref Ids]}}}}";
        let folder = folder(&[("main.yaml", &parent), ("child.yaml", child)]);
        let all = told(&read_paths(folder.path(), &["main.yaml"], &Options::default()));
        assert_eq!(all[2..], [format!("Data/G {want}")], "{value}");
    };
    check("!Join [',', [!Ref A, !Ref C]]", "{All: [@A, @C], First: @A}");
    check("!Sub '${A}, ${C},'", "{All: [@A, @C], First: @A}");
    check("!Ref A", "{All: [@A], First: @A}");
    check("!Join [',', [subnet-1, !Ref C]]", "{All: [\"subnet-1\", @C], First: \"subnet-1\"}");
    check(
        "!If [Prod, !Join [',', [!Ref A, !Ref C]], !Ref A]",
        "{All: (Prod -> [@A, @C] | not Prod -> [@A]), First: (Prod -> @A | not Prod -> @A)}",
    );
    // What is not known may be any number of items.
    check(
        "!Join [',', [!Ref A, !Ref More]]",
        "{All: [@A, ?(parameter `More` has no value), ...], First: @A}",
    );
    check(
        "!Join [',', [!Ref More, !Ref A]]",
        "{All: [?(parameter `More` has no value), @A, ...], First: ?(parameter `More` has no value)}",
    );
}

#[test]
fn nested_templates_stay_in_the_folder() {
    let stack = |url: &str| {
        format!(
            "Resources:\n  S: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {url}}}}}\n  X: {{Type: X, Properties: {{V: !GetAtt S.Outputs.O}}}}\n"
        )
    };
    let outside = folder(&[("t.yaml", "Resources: {A: {Type: B}}")]);
    let check = |url: &str, want: &str| {
        let folder = folder(&[
            ("in/main.yaml", &stack(url)),
            ("t.yaml", "Resources: {A: {Type: B}}"),
            ("in/bad.yaml", "{"),
        ]);
        std::os::unix::fs::symlink(outside.path().join("t.yaml"), folder.path().join("in/link.yaml"))
            .unwrap();
        let batches = read_paths(folder.path(), &["in/main.yaml"], &Options::default());
        let all = told(&batches);
        assert_eq!(all[0], "X {V: ?(`template of stack S` is not in view)}", "{url}");
        assert!(all[1].contains(want), "{url}: {all:?}");
        assert!(batches[0].incomplete, "{url}");
    };
    check("../t.yaml", "it is outside of");
    check("link.yaml", "it is outside of");
    check(&outside.path().join("t.yaml").display().to_string(), "it is outside of");
    check("gone.yaml", "there is no such file");
    check("main.yaml", "nests itself");
    check("bad.yaml", "cfn::syntax");
    check("https://bucket.s3.amazonaws.com/t.yaml", "which is not fetched");
    check("!Sub 'https://${Bucket}/t.yaml'", "is not known");
}

#[test]
fn templates_given_together_are_joined_by_exports() {
    let network = "
Resources:
  Vpc: {Type: AWS::EC2::VPC}
  Shared: {Type: S}
Outputs:
  Vpc: {Value: !Ref Vpc, Export: {Name: !Sub '${AWS::StackName}-VpcId'}}
  Zone: {Value: eu-west-1a, Export: {Name: zone}}
";
    let app = "
Parameters: {Network: {Type: String, Default: net}}
Resources:
  Shared: {Type: S}
  App:
    Type: X
    Properties:
      Vpc: {'Fn::ImportValue': !Sub '${Network}-VpcId'}
      Zone: !ImportValue zone
      No: !ImportValue nowhere
";
    let folder = folder(&[("network.yaml", network), ("app.yaml", app)]);
    let batches = read_paths(folder.path(), &["network.yaml", "app.yaml"], &Options::default());
    assert_eq!(
        told(&batches),
        [
            "network:Vpc {}",
            "network:Shared {}",
            "app:Shared {}",
            "app:App {Vpc: @network:Vpc, Zone: \"eu-west-1a\", No: ?(`export nowhere` is not in view)}",
        ]
    );
}

#[test]
fn a_cloud_assembly_is_read_through_its_manifest() {
    let manifest = r#"{"version": "36.0.0", "artifacts": {
        "Main": {"type": "aws:cloudformation:stack", "environment": "aws://123456789012/eu-west-1",
            "properties": {"templateFile": "Main.template.json", "parameters": {"P": "given"}}},
        "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
        "assembly-Prod": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}}}"#;
    let stage = r#"{"artifacts": {"ProdApp": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "ProdApp.template.json", "stackName": "prod-app"}}}}"#;
    let main = r#"{"Parameters": {"P": {"Type": "String"}}, "Resources": {
        "A": {"Type": "X", "Properties": {"P": {"Ref": "P"}, "Z": {"Fn::Sub": "${AWS::Region}a"}, "N": {"Ref": "AWS::StackName"}}},
        "N": {"Type": "AWS::CloudFormation::Stack", "Metadata": {"aws:asset:path": "N.nested.template.json"},
              "Properties": {"TemplateURL": {"Fn::Sub": "https://x/1.json"}}},
        "M": {"Type": "AWS::CloudFormation::Stack",
              "Properties": {"TemplateURL": {"Fn::Join": ["", ["https://x/", "0123abcd", ".json"]]}}}}}"#;
    let assets = r#"{"files": {"0123abcd": {"source": {"path": "M.nested.template.json"}}}}"#;
    let leaf = r#"{"Resources": {"Leaf": {"Type": "L"}}}"#;
    let folder = folder(&[
        ("manifest.json", manifest),
        ("Main.template.json", main),
        ("Main.assets.json", assets),
        ("N.nested.template.json", leaf),
        ("M.nested.template.json", leaf),
        ("assembly-Prod/manifest.json", stage),
        ("assembly-Prod/ProdApp.template.json", leaf),
    ]);
    let batches = read_paths(folder.path(), &["."], &Options::default());
    assert_eq!(batches[0].kind, "cdk-assembly");
    assert_eq!(
        told(&batches),
        ["A {P: \"given\", Z: \"eu-west-1a\", N: \"Main\"}", "N/Leaf {}", "M/Leaf {}", "Leaf {}"]
    );
    let a = &batches[0].resources[0];
    assert_eq!((a.region.as_deref(), a.account.as_deref()), (Some("eu-west-1"), Some("123456789012")));
    let leaf = batches[0].resources.last().unwrap();
    assert_eq!((leaf.region.as_deref(), leaf.account.as_deref()), (None, None));
}

#[test]
fn files_of_parameters() {
    let check = |text: &str, want: &str| {
        let mut files = Files::default();
        let file = files.add("p.json", text);
        let parameters = match Parameters::parse(&files, file) {
            Ok(parameters) => parameters,
            Err(error) => return assert_eq!(error.message, want, "{text}"),
        };
        let template = "Parameters: {A: {Type: String, Default: d}, L: {Type: CommaDelimitedList}, S: {Type: String, NoEcho: true}}\nResources: {X: {Type: X, Properties: {A: !Ref A, L: !Ref L, S: !Ref S}}}";
        let batches = batches(template, &Options { parameters, ..Options::default() }).unwrap();
        assert_eq!(show(&batches[0].resources[0].body), want, "{text}");
        let notes: Vec<&str> = batches[0].problems.iter().map(|p| &*p.message).collect();
        let misspelt = if text.contains("\"l\"") { 1 } else { 0 };
        assert_eq!(notes.len(), misspelt, "{text}: {notes:?}");
    };
    let all = "{A: \"1\", L: [\"x\", \"y\"], S: hidden false}";
    check(
        r#"[{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "L", "ParameterValue": "x,y"}]"#,
        all,
    );
    check(r#"{"Parameters": {"A": 1, "L": "x, y", "S": "secret"}, "Tags": {}}"#, all);
    check(r#"{"A": "1", "L": ["x", "y"]}"#, all);
    check("A: 1\nL: [x, y]\n", all);
    check(r#"{"A": "1", "L": "x,y", "l": "z"}"#, all);
    check(r#"["A=1", "L=x,y"]"#, all);
    check(r#"{"t": {"A": "1", "L": "x,y"}}"#, all);
    check(r#"{"t:A": "1", "other:A": "2", "L": "x,y"}"#, all);
    check("3", "parameters must be a mapping or a list, and this is a number");
    check("[{}]", "this item has no `ParameterKey`");
}
