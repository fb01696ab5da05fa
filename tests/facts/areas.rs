//! One architecture, every area: what each fact says of it.

use super::{check, path};

pub const SHOP: &str = include_str!("shop.yaml");

#[test]
fn network() {
    check(
        SHOP,
        "app-c.effective_route_table = in-a
         in-a.effective_subnets = [app-a, app-c]
         app-c.nat_zone = a
         v.public_zones = [a, c]
         v.private_zones = [a, c]
         v.paired_zones = [a, c]
         v.endpoint_services = [s3, logs]
         v.workload = true
         v.has_public_entry = true
         v.flow_logged = true",
    );
}

#[test]
fn exposure() {
    check(
        SHOP,
        "db.effective_port = 3306
         db.subnets_of = [db-a, db-c]
         db.vpc_of = v
         db.exposed = false
         replica.exposed = true
         aurora.exposed = false
         aurora-1.effective_port = 5432
         bare-replica.effective_port = 3306
         bare-replica.subnets_of = [db-a, db-c]
         redis.exposed = false
         db.open_to = [192.168.0.0/16 (db-sg)]
         open-sg.open_admin_ports = [22]
         open-sg.open_database_ports = []
         open-sg.all_open = false
         wide-sg.all_open = true
         open-sg.in_use = true
         open-sg.exposed = true
         web-sg.exposed = false
         single.exposed = true
         single.exposed_ports = [22, 80]
         bastion.exposed = false
         bastion.public_ip_effective = true
         asg.effective_security_groups = [web-sg]
         asg.public_ip_effective = false
         asg.foreign_sources = []
         single.foreign_sources = [0.0.0.0/0 (open-sg)]",
    );
    assert_eq!(
        path(SHOP, "replica.exposed"),
        [
            "replica: publicly accessible",
            "the internet: where traffic begins",
            "out: associated route table",
            "igw: default route 0.0.0.0/0 → internet gateway",
            "pub-a: public subnet",
            "wide-sg: admits 3306 from 0.0.0.0/1",
            "replica: listens on 3306",
        ]
    );
    assert_eq!(path(SHOP, "db.exposed"), ["db: not publicly accessible"]);
}

#[test]
fn tiers() {
    check(
        SHOP,
        "asg.tier = web
         asg.zones = [a, c]
         asg.load_balancers = [lb]
         asg.uses_spot = true
         asg.scaled = true
         api.tier = web
         api.uses_spot = false
         api.min_tasks = 2
         worker.tier = async
         worker.uses_spot = true
         worker.min_tasks = 3
         single.tier = none
         single.single_entry = true
         single.is_bastion = false
         single.recovers = false
         single.is_nat = false
         bastion.tier = admin
         bastion.single_entry = false
         hook.tier = web
         drain.tier = async
         eip.attached = true
         spare.attached = false
         lb.internet_facing = true
         hidden-lb.internet_facing = false
         lb.zones = [a, c]
         lb.web = true
         lb.targets = [asg, api]
         tg.web = true
         tg.weak_health_check = absent
         tg-ecs.load_balancers = [lb]
         tg-ecs.weak_health_check = a dead target goes unnoticed for 180 s
         https.forwards = true
         https.tls_minimum = 1.2
         https.tls13 = true
         http.forwards = false
         http.redirects = true
         http.tls_minimum = absent",
    );
}

#[test]
fn data() {
    check(
        SHOP,
        "db.multi_zone = true
         db.judged = true
         replica.judged = false
         aurora.member_zones = [a, c]
         aurora.multi_zone = true
         aurora-1.judged = false
         redis.failover_ready = true
         redis.judged = true
         site.blocked = true
         site.public_grants = []
         open.blocked = false
         open.public_grants = [ACL public-read, policy statement Read]
         trails.receives_logs = true
         trails.retained = true
         open.retained = false
         items.destroyed = true
         db.destroyed = false
         trail.records_management = true",
    );
}

#[test]
fn edge() {
    check(
        SHOP,
        "lb.distributions = [cdn]
         site.distributions = [cdn]
         lb.bypassable = false
         lb.waf_protected = true
         prod.waf_protected = false
         waf.in_use = true
         waf.managed_groups = [AWSManagedRulesCommonRuleSet]
         waf.has_managed_rules = true
         waf.blocking_rate_rule = true
         cdn.web = true
         cdn.has_bucket_origin = true
         cdn.open_bucket_origins = [open]
         cdn.insecure_origins = []
         cdn.plain_origins = []",
    );
}

#[test]
fn identity_and_use() {
    check(
        SHOP,
        "admin-role.admin = true
         web-role.admin = false
         admin-role.passrole_unbounded = false
         named-role.admin = true
         fn-role.passrole_unbounded = true
         web-role.passrole_unbounded = false
         admin-role.trust_too_wide = anyone
         web-role.trust_too_wide = absent
         asg.used_services = [ssm, ssmmessages, ec2messages, sqs, s3]
         api.used_services = [sqs, ecr.api, ecr.dkr, logs]
         hook.used_services = [sqs, logs]
         v.services_via_nat = [ssm, ssmmessages, ec2messages, sqs, ecr.api, ecr.dkr]
         v.pulls_images = true
         hook.reaches_database = true
         drain.reaches_database = false
         hook.api_fronted = true
         drain.api_fronted = false
         orders.is_dlq = false
         dead.is_dlq = true
         orders.consumed = true
         orders.slowest_consumer_timeout = 30
         post.protected = false
         preflight.protected = true
         rest.public = true
         prod.judged = true
         db.plaintext_secrets = [master_password]
         task.plaintext_secrets = [app.environment.DB_PASSWORD]
         lt.plaintext_secrets = []
         items.autoscaled = false",
    );
}
