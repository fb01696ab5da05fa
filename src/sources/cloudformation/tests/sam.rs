//! SAM: which resources an event or property makes, and what they say. Ids and properties are those of
//! aws-sam-translator, except where the module says otherwise.

use super::*;

fn read_sam(yaml: &str) -> Vec<Raw> {
    resources(&format!("Transform: AWS::Serverless-2016-10-31\n{yaml}"))
}

/// The resources, without those that stand in the template themselves, as `id type`.
fn check_made(yaml: &str, want: &[&str]) {
    let mut got: Vec<String> = read_sam(yaml)
        .iter()
        .filter(|r| !["Q", "T", "B"].contains(&&*r.address))
        .map(|r| format!("{} {}", r.address, r.ty.trim_start_matches("AWS::")))
        .collect();
    got.sort();
    assert_eq!(got, want, "{yaml}");
}

const F: &str = "Resources:\n  Q: {Type: AWS::SQS::Queue}\n  T: {Type: AWS::SNS::Topic}\n  B: {Type: AWS::S3::Bucket}\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Role: arn:r\n";

#[test]
fn events_make_resources() {
    let check = |event: &str, want: &[&str]| {
        let mut all = vec!["F Lambda::Function"];
        all.extend(want);
        all.sort_unstable();
        check_made(&format!("{F}      Events:\n        E: {event}\n"), &all);
    };
    check("{Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}", &["FE Lambda::EventSourceMapping"]);
    check(
        "{Type: Kinesis, Properties: {Stream: s, StartingPosition: LATEST}}",
        &["FE Lambda::EventSourceMapping"],
    );
    check(
        "{Type: SNS, Properties: {Topic: !Ref T}}",
        &["FE SNS::Subscription", "FEPermission Lambda::Permission"],
    );
    check(
        "{Type: SNS, Properties: {Topic: !Ref T, SqsSubscription: true}}",
        &[
            "FE SNS::Subscription",
            "FEEventSourceMapping Lambda::EventSourceMapping",
            "FEQueue SQS::Queue",
            "FEQueuePolicy SQS::QueuePolicy",
        ],
    );
    check(
        "{Type: S3, Properties: {Bucket: !Ref B, Events: 's3:ObjectCreated:*'}}",
        &["FEPermission Lambda::Permission"],
    );
    check(
        "{Type: Schedule, Properties: {Schedule: rate(1 day)}}",
        &["FE Events::Rule", "FEPermission Lambda::Permission"],
    );
    check(
        "{Type: EventBridgeRule, Properties: {Pattern: {source: [x]}}}",
        &["FE Events::Rule", "FEPermission Lambda::Permission"],
    );
    check(
        "{Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}",
        &["FE Scheduler::Schedule", "FERole IAM::Role"],
    );
    check(
        "{Type: CloudWatchLogs, Properties: {LogGroupName: g, FilterPattern: x}}",
        &["FE Logs::SubscriptionFilter", "FEPermission Lambda::Permission"],
    );
    check(
        "{Type: Api, Properties: {Path: /a, Method: get}}",
        &[
            "FEMethod ApiGateway::Method",
            "FEPermissionProd Lambda::Permission",
            "ServerlessRestApi ApiGateway::RestApi",
            "ServerlessRestApiDeployment ApiGateway::Deployment",
            "ServerlessRestApiProdStage ApiGateway::Stage",
        ],
    );
    check(
        "{Type: HttpApi}",
        &[
            "FEIntegration ApiGatewayV2::Integration",
            "FEPermission Lambda::Permission",
            "FERoute ApiGatewayV2::Route",
            "ServerlessHttpApi ApiGatewayV2::Api",
            "ServerlessHttpApiApiGatewayDefaultStage ApiGatewayV2::Stage",
        ],
    );
}

#[test]
fn properties_make_resources() {
    let check = |properties: &str, want: &[&str]| {
        let mut all = vec!["F Lambda::Function"];
        all.extend(want);
        all.sort_unstable();
        check_made(&format!("{F}      {properties}\n"), &all);
    };
    check("AutoPublishAlias: live", &["FAliaslive Lambda::Alias", "FVersion Lambda::Version"]);
    check(
        "FunctionUrlConfig: {AuthType: NONE}",
        &["FUrl Lambda::Url", "FUrlPublicPermissions Lambda::Permission"],
    );
    check("FunctionUrlConfig: {AuthType: AWS_IAM}", &["FUrl Lambda::Url"]);
    check("EventInvokeConfig: {MaximumRetryAttempts: 1}", &["FEventInvokeConfig Lambda::EventInvokeConfig"]);
    let plain = "Resources:\n  F: {Type: AWS::Serverless::Function}\n";
    check_made(plain, &["F Lambda::Function", "FRole IAM::Role"]);
    check_made(
        "Resources:\n  S: {Type: AWS::Serverless::StateMachine}\n",
        &["S StepFunctions::StateMachine", "SRole IAM::Role"],
    );
    check_made("Resources:\n  L: {Type: AWS::Serverless::LayerVersion}\n", &["L Lambda::LayerVersion"]);
    check_made(
        "Resources:\n  A: {Type: AWS::Serverless::Api, Properties: {StageName: live}}\n",
        &["A ApiGateway::RestApi", "ADeployment ApiGateway::Deployment", "AliveStage ApiGateway::Stage"],
    );
}

#[test]
fn domains_are_mapped_to_stages() {
    let text = "Resources:\n  A: {Type: AWS::Serverless::Api, Properties: {StageName: live, Domain: {DomainName: x.com, CertificateArn: c, SecurityPolicy: TLS_1_2, BasePath: [one, /two]}}}\n  H: {Type: AWS::Serverless::HttpApi, Properties: {Domain: {DomainName: y.com, CertificateArn: c, SecurityPolicy: TLS_1_2}}}\n";
    let check = |path: &str, want: &str| check_property(text, path, want);
    check(
        "ADomainName",
        r#"{DomainName: "x.com", RegionalCertificateArn: "c", EndpointConfiguration: {Types: ["REGIONAL"]}, SecurityPolicy: "TLS_1_2"}"#,
    );
    check(
        "AtwoBasePathMapping",
        r#"{DomainName: @ADomainName, RestApiId: @A, Stage: @AliveStage, BasePath: "two"}"#,
    );
    check("HDomainName.DomainNameConfigurations.0.SecurityPolicy", "\"TLS_1_2\"");
    check("HApiMapping", "{DomainName: @HDomainName, ApiId: @H, Stage: @HApiGatewayDefaultStage}");
}

fn check_property(yaml: &str, path: &str, want: &str) {
    let all = read_sam(yaml);
    let mut steps = path.split('.');
    let id = steps.next().unwrap();
    let resource = all.iter().find(|r| &*r.address == id).unwrap_or_else(|| panic!("no {id}"));
    let mut doc = &resource.body;
    for step in steps {
        let next = match (&doc.said, step.parse::<usize>()) {
            (Said::List(items, _), Ok(n)) => items.get(n),
            _ => doc.get(step),
        };
        let Some(next) = next else { return assert_eq!("(absent)", want, "{path}") };
        doc = next;
    }
    assert_eq!(show(doc), want, "{path}");
}

#[test]
fn what_is_made_says_what_was_meant() {
    let text = "
Globals:
  Function: {Timeout: 5, Environment: {Variables: {A: 1}}, VpcConfig: {SubnetIds: [s]}}
Resources:
  Q: {Type: AWS::SQS::Queue}
  B: {Type: AWS::S3::Bucket}
  Tab: {Type: AWS::Serverless::SimpleTable}
  Api2:
    Type: AWS::Serverless::Api
    Properties: {StageName: live, TracingEnabled: true, EndpointConfiguration: REGIONAL, Auth: {DefaultAuthorizer: Cog, Authorizers: {Cog: {UserPoolArn: arn:x}}}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://b/k
      Timeout: 9
      Tracing: Active
      AutoPublishAlias: live
      Environment: {Variables: {B: !Ref Q}}
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Q.Arn}
      Policies: [AmazonS3ReadOnlyAccess, {DynamoDBReadPolicy: {TableName: !Ref Tab}}, {NoSuchPolicy: {}}]
      Events:
        A: {Type: Api, Properties: {Path: /a, Method: any, RestApiId: !Ref Api2}}
        O: {Type: Api, Properties: {Path: /o, Method: get, RestApiId: !Ref Api2, Auth: {Authorizer: NONE}}}
        P: {Type: S3, Properties: {Bucket: !Ref B, Events: 's3:ObjectCreated:*'}}
        S: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn, BatchSize: 5}}
  G: {Type: AWS::Serverless::Function, IgnoreGlobals: [Timeout]}
  X: {Type: T, Properties: {Stage: !Ref Api2.Stage, Alias: !Ref F.Alias, Role: !GetAtt FRole.Arn}}
";
    let check = |path: &str, want: &str| check_property(text, path, want);
    check("F.Timeout", "9");
    check("F.Environment.Variables", "{B: @Q, A: 1}");
    check("F.VpcConfig.SubnetIds", "[\"s\"]");
    check("G.Timeout", "(absent)");
    check("G.VpcConfig.SubnetIds", "[\"s\"]");
    check("F.Role", "@FRole.Arn");
    check("F.Code", "{S3Bucket: \"b\", S3Key: \"k\"}");
    check("F.DeadLetterConfig", "{TargetArn: @Q.Arn}");
    check("F.TracingConfig", "{Mode: \"Active\"}");
    check("F.Events", "(absent)");
    check(
        "FRole.ManagedPolicyArns.0",
        "`arn:${?(parameter `AWS::Partition` has no value)}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`",
    );
    check("FRole.Policies.0.PolicyDocument.Statement.0.Resource", "@Q.Arn");
    check("FRole.Policies.1.PolicyDocument.Statement.0.Action.0", "\"dynamodb:GetItem\"");
    check("FRole.Policies.2.PolicyDocument.Statement", "?(`Fn::Transform NoSuchPolicy` is not evaluated)");
    check("FAMethod.HttpMethod", "\"ANY\"");
    check("FAMethod.AuthorizationType", "\"COGNITO_USER_POOLS\"");
    check("FAMethod.AuthorizerId", "@Api2CogAuthorizer");
    check("FOMethod.AuthorizationType", "\"NONE\"");
    check("Api2.EndpointConfiguration", "{Types: [\"REGIONAL\"]}");
    check("Api2.Body", "(absent)");
    check("Api2liveStage.TracingEnabled", "true");
    check("Api2liveStage.RestApiId", "@Api2");
    check(
        "B.NotificationConfiguration",
        "{LambdaConfigurations: [{Event: \"s3:ObjectCreated:*\", Function: @FAliaslive}]}",
    );
    check("FS", "{BatchSize: 5, EventSourceArn: @Q.Arn, FunctionName: @FAliaslive}");
    check("Tab.BillingMode", "\"PAY_PER_REQUEST\"");
    check("X", "{Stage: @Api2liveStage, Alias: @FAliaslive, Role: @FRole.Arn}");
}

#[test]
fn queues_and_topics_are_made_where_a_type_stands_for_one() {
    check_made(
        &format!(
            "{F}      EventInvokeConfig: {{DestinationConfig: {{OnFailure: {{Type: SQS}}, OnSuccess: {{Type: SNS}}}}}}\n      Events:\n        E: {{Type: EventBridgeRule, Properties: {{Pattern: {{source: [x]}}, DeadLetterConfig: {{Type: SQS}}}}}}\n"
        ),
        &[
            "F Lambda::Function",
            "FE Events::Rule",
            "FEPermission Lambda::Permission",
            "FEQueue SQS::Queue",
            "FEQueuePolicy SQS::QueuePolicy",
            "FEventInvokeConfig Lambda::EventInvokeConfig",
            "FEventInvokeConfigOnFailureQueue SQS::Queue",
            "FEventInvokeConfigOnSuccessTopic SNS::Topic",
        ],
    );
}

#[test]
fn a_choice_of_policies_stays_a_choice() {
    let text = "
Parameters: {P: {Type: String}}
Conditions: {C: !Equals [!Ref P, x]}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - !If [C, {Statement: [{Effect: Allow, Action: a, Resource: r}]}, !Ref AWS::NoValue]
        - !If [C, AWSLambdaExecute, arn:aws:iam::aws:policy/X]
";
    let all = resources(text);
    let role = all.iter().find(|r| &*r.address == "FRole").unwrap();
    assert_eq!(
        show(role.body.get("Policies").unwrap()),
        "[(C -> {PolicyName: \"Policy0\", PolicyDocument: {Statement: [{Effect: \"Allow\", Action: \"a\", Resource: \"r\"}]}} | not C -> none)]"
    );
    assert!(
        show(role.body.get("ManagedPolicyArns").unwrap())
            .ends_with(", (C -> none | not C -> \"arn:aws:iam::aws:policy/X\")]")
    );
}

#[test]
fn attributes_of_what_an_alias_stands_for() {
    let text = format!(
        "{F}      AutoPublishAlias: live\n  X: {{Type: AWS::X::Y, Properties: {{V: !GetAtt F.Version.FunctionArn}}}}\n"
    );
    let all = resources(&text);
    let x = all.iter().find(|r| &*r.address == "X").unwrap();
    assert_eq!(show(x.body.get("V").unwrap()), "@FVersion.FunctionArn");
}
