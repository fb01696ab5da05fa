//! Corners: what decides, what does not, and what leaves the question open.

use super::check;

#[test]
fn prefix_lists() {
    let with = |list: &str, expected: &str| {
        check(
            &format!(
                "sg: {{ kind: security_group, ingress: [{{ protocol: tcp, from_port: 443, to_port: 443, prefix_lists: [{list}] }}] }}
lb: {{ kind: load_balancer, internal: false, security_groups: [sg] }}
l: {{ kind: listener, load_balancer: lb, default_actions: [{{ type: forward }}] }}
cdn: {{ kind: distribution, enabled: true, origins: [{{ id: lb, load_balancer: lb }}] }}
mine: {{ kind: prefix_list, entries: [0.0.0.0/1, 128.0.0.0/1] }}
named: {{ kind: prefix_list, prefix_name: com.amazonaws.global.cloudfront.origin-facing }}"
            ),
            expected,
        );
    };
    with("named", "lb.bypassable = false\n sg.open_admin_ports = []");
    // the id of CloudFront's list in Seoul is the same in every account
    with("pl-22a6434b", "lb.bypassable = false");
    with("pl-0123456789abcdef0", "lb.bypassable = ?");
    with("mine", "lb.bypassable = true");
}

#[test]
fn ways_around_the_cdn() {
    let with = |rest: &str, expected: &str| {
        check(
            &format!(
                "sg: {{ kind: security_group, ingress: [{{ protocol: tcp, from_port: 443, to_port: 443, cidrs: [0.0.0.0/0] }}] }}
acl: {{ kind: web_acl }}
lb: {{ kind: load_balancer, internal: false, security_groups: [sg] }}
cdn: {{ kind: distribution, enabled: true, web_acl: acl, origins: [{{ id: lb, load_balancer: lb }}] }}
{rest}"
            ),
            expected,
        );
    };
    with(
        "l: { kind: listener, load_balancer: lb, default_actions: [{ type: forward }] }",
        "lb.bypassable = true\n lb.waf_protected = false",
    );
    with(
        "l: { kind: listener, load_balancer: lb, default_actions: [{ type: fixed-response }] }
r: { kind: listener_rule, listener: l, actions: [{ type: forward }], conditions: [{ header: X-Key, values: [k] }] }",
        "lb.bypassable = false\n lb.waf_protected = true",
    );
    with(
        "l: { kind: listener, load_balancer: lb, default_actions: [{ type: fixed-response }] }
r: { kind: listener_rule, listener: l, actions: [{ type: forward }], conditions: [{ field: path-pattern, values: [/x] }] }",
        "lb.bypassable = true\n lb.waf_protected = false",
    );
    with(
        "l: { kind: listener, load_balancer: lb, default_actions: '?' }",
        "lb.bypassable = ?\n lb.waf_protected = ?",
    );
}

#[test]
fn origins_by_dns_name() {
    check(
        "lb: { kind: load_balancer, internal: false }
name: { kind: dns_record, name: origin.shop.example, alias_load_balancer: lb }
cdn: { kind: distribution, enabled: true, origins: [{ id: o, domain: origin.shop.example, custom: true }] }
off: { kind: distribution, enabled: false, origins: [{ id: o, load_balancer: lb }] }",
        "lb.distributions = [cdn]",
    );
}

#[test]
fn origins_that_are_something_else() {
    let with = |origin: &str, expected: &str| {
        let text = format!(
            "box: {{ kind: instance }}\ncdn: {{ kind: distribution, enabled: true, origins: [{{ id: o, {origin} }}] }}"
        );
        check(
            &text,
            &format!(
                "cdn.has_bucket_origin = {expected}\n cdn.open_bucket_origins = {}",
                if expected == "?" { "[]+?" } else { "[]" }
            ),
        );
    };
    // a custom origin whose name is not known yet, because it is that of an instance
    with("domain: \"?\", custom: true", "false");
    with("domain: \"?\"", "?");
}

#[test]
fn ports_known_in_part() {
    let with = |rule: &str, expected: &str| {
        let text = format!("sg: {{ kind: security_group, ingress: [{{ {rule} }}] }}");
        check(&text, &format!("sg.open_admin_ports = {expected}"));
    };
    with("protocol: tcp, from_port: 20, to_port: 30, cidrs: ['::/0']", "[22]");
    with("protocol: all, cidrs: [0.0.0.0/0]", "[22, 3389, 5985, 5986]");
    with("protocol: udp, from_port: 0, to_port: 65535, cidrs: [0.0.0.0/0]", "[]");
    with("protocol: tcp, from_port: 0, to_port: '?', cidrs: [0.0.0.0/0]", "[]+?");
    with("protocol: tcp, from_port: 6000, to_port: '?', cidrs: [0.0.0.0/0]", "[]");
    with("protocol: '?', from_port: 22, to_port: 22, cidrs: [0.0.0.0/0]", "[]+?");
    // a port that is not known matters only if somebody is admitted from anywhere
    with("protocol: tcp, from_port: '?', to_port: '?', cidrs: [10.0.0.0/8]", "[]");
    with("protocol: tcp, from_port: 22, to_port: 22, cidrs: '?'", "[]+?");
}

#[test]
fn trust() {
    let with = |account: &str, statement: &str, expected: &str| {
        check(
            &format!(
                "r: {{ kind: role{account}, trust: {{ Statement: [{{ Effect: Allow, Action: 'sts:AssumeRole', {statement} }}] }} }}"
            ),
            &format!("r.trust_too_wide = {expected}"),
        );
    };
    let own = ", account: '111122223333'";
    let foreign = "Principal: { AWS: 'arn:aws:iam::444455556666:root' }";
    with(own, foreign, "account 444455556666");
    with("", foreign, "?");
    with(own, "Principal: { AWS: '111122223333' }", "absent");
    with(own, "Principal: { AWS: '*' }", "anyone");
    with(own, "Principal: { Service: 'lambda.amazonaws.com' }", "absent");
    let limited = "Condition: { StringEquals: { 'sts:ExternalId': x } }";
    with(own, &format!("{foreign}, {limited}"), "absent");
}

#[test]
fn policies_out_of_view() {
    let with = |policies: &str, expected: &str| {
        check(&format!("r: {{ kind: role, policies: [{policies}] }}"), &format!("r.admin = {expected}"));
    };
    with("'arn:aws:iam::aws:policy/AdministratorAccess'", "true");
    with("'arn:aws:iam::aws:policy/ReadOnlyAccess'", "false");
    with("'arn:aws:iam::111122223333:policy/team'", "?");
    with("", "false");
}

#[test]
fn spot() {
    let group = |facts: &str, expected: &str| {
        check(&format!("g: {{ kind: autoscaling_group, {facts} }}"), &format!("g.uses_spot = {expected}"));
    };
    group("mixed: true, on_demand_percentage: 100", "false");
    group("mixed: true, on_demand_percentage: 0, on_demand_base: 4, max_size: 4", "false");
    group("mixed: true, on_demand_percentage: 0, on_demand_base: 2, max_size: 4", "true");
    group("mixed: true, on_demand_percentage: '?', on_demand_base: 4, max_size: 4", "false");
    group("mixed: true, on_demand_percentage: '?', max_size: 4", "?");
    let service = |strategy: &str, expected: &str| {
        let text = format!("s: {{ kind: ecs_service, capacity_providers: [{strategy}] }}");
        check(&text, &format!("s.uses_spot = {expected}"));
    };
    service("{ name: FARGATE_SPOT, weight: 1 }", "true");
    service("{ name: FARGATE_SPOT, weight: 0 }, { name: FARGATE, weight: 1 }", "false");
    service("{ name: FARGATE, weight: 1 }", "false");
    service("{ name: elsewhere, weight: 1 }", "?");
    let by_default = |of_service: &str, strategy: &str, expected: &str| {
        let text = format!(
            "c: {{ kind: ecs_cluster, capacity_providers: [FARGATE, FARGATE_SPOT], default_capacity_providers: {strategy} }}
s: {{ kind: ecs_service, cluster: c{of_service} }}"
        );
        check(&text, &format!("s.uses_spot = {expected}"));
    };
    by_default("", "[{ name: FARGATE_SPOT, weight: 1 }]", "true");
    by_default("", "[{ name: FARGATE, weight: 1 }]", "false");
    by_default("", "[]", "false");
    by_default("", "'?'", "?");
    by_default(", launch_type: FARGATE", "[{ name: FARGATE_SPOT, weight: 1 }]", "false");
    by_default(", launch_type: '?'", "[{ name: FARGATE_SPOT, weight: 1 }]", "?");
}

#[test]
fn spot_that_a_peak_may_run_on() {
    let group = |facts: &str, expected: &str| {
        let text = format!("g: {{ kind: autoscaling_group, mixed: true, on_demand_percentage: 0, {facts} }}");
        check(&text, &format!("g.spot_pools = {expected}"));
    };
    group("instance_types: [m7g.large]", "1");
    group("instance_types: [m7g.large, m6g.large]", "2");
    group("attribute_based: true", "2");
    // a provider of the account's own is Spot by its group, not by its name
    let own = |market: &str, expected: &str| {
        let text = format!(
            "lt: {{ kind: launch_template{market} }}
g: {{ kind: autoscaling_group, launch_template: lt }}
p: {{ kind: capacity_provider, name: hosts, autoscaling_group: g }}
s: {{ kind: ecs_service, capacity_providers: [{{ name: hosts, base: 2, weight: 1 }}, {{ name: FARGATE_SPOT, weight: 1 }}] }}"
        );
        check(&text, &format!("s.on_demand_floor = {expected}"));
    };
    own("", "2");
    own(", market: spot", "0");
}

#[test]
fn rate_limits_in_rule_groups() {
    let with = |rule: &str, expected: &str| {
        let text = format!("a: {{ kind: web_acl, rules: [{{ name: r, priority: 1, {rule} }}] }}");
        check(&text, &format!("a.blocking_rate_rule = {expected}"));
    };
    with("action: block, rate_based: true", "true");
    with("action: count, rate_based: true", "false");
    with("override: none, rule_group: 'arn:aws:wafv2:us-east-1:111122223333:global/rulegroup/own/a'", "?");
    with(
        "override: count, rule_group: 'arn:aws:wafv2:us-east-1:111122223333:global/rulegroup/own/a'",
        "false",
    );
    with("override: none, managed_group: AWSManagedRulesCommonRuleSet", "false");
}

#[test]
fn clusters_whose_zones_the_service_chooses() {
    let with = |members: &str, expected: &str| {
        check(
            &format!(
                "a: {{ kind: subnet, zone: a }}
c: {{ kind: subnet, zone: c }}
two: {{ kind: db_subnet_group, subnets: [a, c] }}
one: {{ kind: db_subnet_group, subnets: [a] }}
{members}"
            ),
            &format!("k.multi_zone = {expected}"),
        );
    };
    let members = "m: { kind: db_instance, cluster: k }\nn: { kind: db_instance, cluster: k }";
    with(&format!("k: {{ kind: db_cluster, subnet_group: two }}\n{members}"), "?");
    with(&format!("k: {{ kind: db_cluster, subnet_group: one }}\n{members}"), "false");
    with("k: { kind: db_cluster, subnet_group: two }\nm: { kind: db_instance, cluster: k }", "false");
    with("k: { kind: db_cluster, subnet_group: two, multi_az_cluster: true }", "true");
}

#[test]
fn public_buckets() {
    let with = |facts: &str, expected: &str| {
        let statement = "Sid: S, Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: '*'";
        let text = format!("b: {{ kind: bucket, {} }}", facts.replace("OPEN", statement));
        check(&text, &format!("b.public_grants = {expected}"));
    };
    with("policy: { Statement: [{ OPEN }] }", "[policy statement S]");
    with("policy: { Statement: [{ OPEN }] }, block_public_policy: true", "[policy statement S]");
    with("policy: { Statement: [{ OPEN }] }, restrict_public_buckets: true", "[]");
    with("acl: public-read, block_public_acls: true", "[ACL public-read]");
    with(
        "policy: { Statement: [{ OPEN, Condition: { StringEquals: { 'aws:SourceVpce': vpce-1 } } }] }",
        "[]",
    );
    with(
        "policy: { Statement: [{ OPEN, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }] }",
        "[policy statement S]",
    );
    with(
        "policy: { Statement: [{ OPEN, Condition: { IpAddress: { 'aws:SourceIp': 0.0.0.0/0 } } }] }",
        "[policy statement S]",
    );
    with("policy: '?'", "[]+?");
    with("policy: '?', restrict_public_buckets: true", "[]");
    with("acl: public-read", "[ACL public-read]");
    with("acl: public-read, ignore_public_acls: true", "[]");
    with("acl: '?'", "[]+?");
}

#[test]
fn forwarding_instances() {
    check(
        "n: { kind: instance, source_dest_check: false }
r: { kind: instance }
p: { kind: instance, source_dest_check: '?' }
t: { kind: route_table, routes: [{ destination: [0.0.0.0/0], instance: r }] }",
        "n.is_nat = true
         n.tier = nat
         r.is_nat = true
         p.is_nat = ?
         p.tier = ?",
    );
}
