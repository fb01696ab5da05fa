//! Functions and parameters.

use super::*;

#[test]
fn references() {
    let p = "Parameters:\n  P: {Type: String}\n  D: {Type: String, Default: dev}\n  N: {Type: Number, Default: 3}\n  L: {Type: CommaDelimitedList, Default: 'a, b'}\n  S: {Type: String, NoEcho: true}\n  T: {Type: String, NoEcho: 'true', Default: hunter2}\n  E: {Type: String, NoEcho: true, Default: ''}\n  O: {Type: String, AllowedValues: [only]}\n  M: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /aws/ami}";
    check_value(p, "!Ref Vpc", "@Vpc");
    check_value(p, "{Ref: Vpc}", "@Vpc");
    check_value(p, "!GetAtt Db.Endpoint.Address", "@Db.Endpoint.Address");
    check_value(p, "{'Fn::GetAtt': [Db, Endpoint.Address]}", "@Db.Endpoint.Address");
    check_value(p, "!GetAtt [Db, Arn]", "@Db.Arn");
    check_value(p, "!Ref P", "?(parameter `P` has no value)");
    check_value(p, "!Ref D", "\"dev\"");
    check_value(p, "!Ref N", "3");
    check_value(p, "!Ref L", "[\"a\", \"b\"]");
    check_value(p, "!Ref S", "hidden false");
    check_value(p, "!Ref T", "hidden true");
    check_value(p, "!Ref E", "\"\"");
    check_value(p, "!Ref O", "\"only\"");
    check_value(p, "!Ref M", "?(`SSM parameter /aws/ami` is not in view)");
    check_value(p, "!Ref AWS::NoValue", "(absent)");
    check_value(p, "[1, !Ref AWS::NoValue, 2]", "[1, 2]");
    check_value(p, "!Ref AWS::Region", "?(parameter `AWS::Region` has no value)");
    check_value(p, "!Ref Nowhere", "?(`!Ref Nowhere` does not resolve to anything in view)");
    check_value(p, "{a: !Ref D, b: [true, 1.5]}", "{a: \"dev\", b: [true, 1.5]}");
}

#[test]
fn text() {
    let p = "Parameters:\n  P: {Type: String}\n  D: {Type: String, Default: dev}\n  L: {Type: CommaDelimitedList, Default: 'a,b'}\nConditions:\n  C: !Equals [!Ref P, x]";
    check_value(p, "!Sub 'x-${D}-y'", "\"x-dev-y\"");
    check_value(p, "!Sub '${Vpc}'", "@Vpc");
    check_value(p, "!Sub 'arn:${Db.Arn}:*'", "`arn:${@Db.Arn}:*`");
    check_value(p, "!Sub '${!Literal} ${D}'", "\"${Literal} dev\"");
    check_value(p, "!Sub ['${a}/${D}', {a: !Ref Vpc}]", "`${@Vpc}/dev`");
    check_value(p, "!Sub 'open ${D'", "\"open ${D\"");
    check_value(p, "!Sub '${AWS::Region}a'", "<${AWS::Region}#: a>");
    check_value(p, "!Join ['', [!Ref AWS::Region, b]]", "<${AWS::Region}#: b>");
    check_value(p, "!Sub '${AWS::Region}-a'", "`${?(parameter `AWS::Region` has no value)}-a`");
    check_value(p, "!Join ['-', [a, !Ref D, 3]]", "\"a-dev-3\"");
    check_value(p, "!Join [',', !Ref L]", "\"a,b\"");
    check_value(p, "!Join ['-', [a, !Ref Vpc]]", "`a-${@Vpc}`");
    check_value(p, "!Join ['-', !Ref P]", "?(parameter `P` has no value)");
    check_value(p, "!Join ['', [a, !If [C, b, c]]]", "(C -> \"ab\" | not C -> \"ac\")");
    check_value(p, "!Split [',', 'a,b,c']", "[\"a\", \"b\", \"c\"]");
    check_value(p, "!Select [1, !Split ['/', 'a/b']]", "\"b\"");
    check_value(p, "!Select [1, !Split ['/', !GetAtt Db.Arn]]", "?(known only after apply)");
    // What has holes is cut where its text is, if no hole can hold the delimiter.
    check_value(
        p,
        "!Split ['/', !Sub '${Vpc}/${AWS::Region}/x']",
        "[@Vpc, ?(parameter `AWS::Region` has no value), \"x\"]",
    );
    check_value(p, "!Split ['/', !Sub '${P}/x']", "?(parameter `P` has no value)");
    check_value(p, "!Split ['-', !Sub '${Vpc}-x']", "?(known only after apply)");
    check_value(p, "!Split [',', !GetAtt Db.Endpoint.Address]", "[@Db.Endpoint.Address]");
    check_value(p, "!Base64 hello", "\"hello\"");
    check_value(p, "{'Fn::Base64': !Sub '${D}!'}", "\"dev!\"");
    check_value(p, "{'Fn::ToJsonString': {a: [1, 'x\"', !Ref D]}}", r#""{\"a\":[1,\"x\\\"\",\"dev\"]}""#);
    check_value(p, "{'Fn::ToJsonString': {a: !Ref Vpc}}", "`{\"a\":\"${@Vpc}\"}`");
    check_value(p, "'{{resolve:secretsmanager:db:SecretString:pw}}'", "hidden false");
    check_value(p, "!Sub '{{resolve:secretsmanager:${Db}:SecretString:pw}}'", "hidden false");
    check_value(p, "'{{resolve:ssm:/ami:1}}'", "?(`SSM parameter /ami:1` is not in view)");
    check_value(p, "'user:{{resolve:ssm-secure:pw:1}}'", "`user:${hidden false}`");
}

#[test]
fn lists() {
    let p = "Parameters:\n  P: {Type: String}\n  I: {Type: Number, Default: 1}\n  Q: {Type: 'List<AWS::EC2::Subnet::Id>'}\nConditions:\n  C: !Equals [!Ref P, x]";
    check_value(p, "!Select [0, [a, b]]", "\"a\"");
    check_value(p, "!Select ['1', [a, b]]", "\"b\"");
    check_value(p, "!Select [!Ref I, [a, b]]", "\"b\"");
    check_value(p, "!Select [0, !Ref Q]", "?(parameter `Q` has no value)");
    check_value(p, "!Select [0, !GetAZs '']", "<zone # of AWS::Region: 0>");
    check_value(p, "!Select [2, !GetAZs {Ref: AWS::Region}]", "<zone # of AWS::Region: 2>");
    check_value(p, "!Select [0, {'Fn::GetAZs': eu-west-1}]", "<zone # of eu-west-1: 0>");
    check_value(p, "!GetAZs", "[<zone # of AWS::Region: 0>, <zone # of AWS::Region: 1>, ...]");
    check_value(p, "!Select [1, [!If [C, a, !Ref AWS::NoValue], b]]", "?(depends on `C`)");
    check_value(p, "!Select [5, [a]]", "?(cannot be read: `!Select [5, [a]]`)");
    check_value(p, "!Cidr [10.0.0.0/16, 3, 8]", "[\"10.0.0.0/24\", \"10.0.1.0/24\", \"10.0.2.0/24\"]");
    check_value(p, "!Select [1, !Cidr ['2001:db8::/56', 2, 64]]", "\"2001:db8:0:1::/64\"");
    check_value(
        p,
        "!Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 2, 8]]",
        "<!Cidr [!GetAtt Vpc.CidrBlock, 2, 8]: 1>",
    );
    check_value(p, "!Cidr [10.0.0.0/24, 9, 6]", "?(cannot be read: `!Cidr [10.0.0.0/24, 9, 6]`)");
    check_value(p, "{'Fn::Length': [a, b, c]}", "3");
    check_value(p, "{'Fn::Length': !Ref Q}", "?(parameter `Q` has no value)");
}

#[test]
fn maps() {
    let p = "Parameters:\n  E: {Type: String}\n  A: {Type: String, AllowedValues: [dev, prod]}\nMappings:\n  M:\n    dev: {size: small, zones: [a], same: 1}\n    prod: {size: large, zones: [a, b], same: 1}\n    test: {size: tiny, zones: [], same: 1}";
    check_value(p, "!FindInMap [M, prod, size]", "\"large\"");
    check_value(p, "!FindInMap [M, prod, zones]", "[\"a\", \"b\"]");
    check_value(p, "!FindInMap [M, !Ref E, same]", "1");
    check_value(
        p,
        "!FindInMap [M, !Ref E, size]",
        "(E == dev -> \"small\" | E == prod -> \"large\" | (not E == dev and not E == prod) -> \"tiny\")",
    );
    check_value(p, "!FindInMap [M, !Ref A, size]", "(A == dev -> \"small\" | not A == dev -> \"large\")");
    check_value(p, "!FindInMap [M, nope, size, {DefaultValue: d}]", "\"d\"");
    check_value(p, "!FindInMap [M, nope, size]", "?(cannot be read: `!FindInMap [M, nope, size]`)");
    check_value(p, "!FindInMap [M, !GetAtt Db.X, size]", "?(known only after apply)");
}

#[test]
fn what_is_not_evaluated_says_so() {
    check_value(
        "",
        "!Transform {Name: AWS::Include, Parameters: {Location: s3://x}}",
        "?(`Fn::Transform AWS::Include` is not evaluated)",
    );
    check_value("", "{a: 1, 'Fn::Transform': {Name: X}}", "?(`Fn::Transform X` is not evaluated)");
    check_value("", "!Frobnicate x", "?(`Fn::Frobnicate` is not evaluated)");
    check_value("", "!ImportValue net-vpc", "?(`export net-vpc` is not in view)");
}

#[test]
fn loops_are_written_out() {
    let text = "
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'x,y'}
Resources:
  Fn::ForEach::Buckets:
    - Name
    - !Ref Names
    - Bucket${Name}:
        Type: AWS::S3::Bucket
        Properties:
          BucketName: !Sub 'b-${Name}'
          Plain: !Ref Name
          Fn::ForEach::Inner: [P, [p, q], {'K${P}': !Sub '${Name}${P}'}]
";
    let all: Vec<String> =
        resources(text).iter().map(|r| format!("{} {}", r.address, show(&r.body))).collect();
    assert_eq!(
        all,
        [
            "Bucketx {BucketName: \"b-x\", Plain: \"x\", Kp: \"xp\", Kq: \"xq\"}",
            "Buckety {BucketName: \"b-y\", Plain: \"y\", Kp: \"yp\", Kq: \"yq\"}",
        ]
    );
}

#[test]
fn names_within_addresses_are_found() {
    let check = |role: &str, value: &str, want: &str| {
        let text = format!(
            "Resources:\n  R: {{Type: AWS::IAM::Role, Properties: {{{role}}}}}\n  B: {{Type: AWS::S3::Bucket}}\n  A: {{Type: AWS::ApiGateway::RestApi}}\n  X: {{Type: AWS::X::Y, Properties: {{V: {value}}}}}\n"
        );
        let all = resources(&text);
        let x = all.iter().find(|r| &*r.address == "X").unwrap();
        assert_eq!(show(x.body.get("V").unwrap()), want, "{value}");
    };
    // As the CDK writes the name of a role of which it has the ARN.
    let name = "!Select [1, !Split ['/', !Select [5, !Split [':', !GetAtt R.Arn]]]]";
    check("", name, "@R");
    check("Path: /", name, "@R");
    check("Path: /service/", name, "?(known only after apply)");
    check("", "!Select [5, !Split [':', !GetAtt B.Arn]]", "@B");
    // As the CDK writes the host of an API of which it has the URL.
    check(
        "",
        "!Select [0, !Split ['/', !Select [1, !Split ['://', !Sub 'https://${A}.execute-api.${AWS::Region}.${AWS::URLSuffix}/prod/']]]]",
        "`${@A}.execute-api.${?(parameter `AWS::Region` has no value)}.${?(parameter `AWS::URLSuffix` has no value)}`",
    );
}
