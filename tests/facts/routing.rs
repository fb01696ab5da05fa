use super::{check, path};

const NET: &str = "
v: { kind: vpc }
igw: { kind: internet_gateway, vpc: v }
nat: { kind: nat_gateway, subnet: web }
out: { kind: route_table, vpc: v, routes: [{ destination: [0.0.0.0/0], internet_gateway: igw }] }
in: { kind: route_table, vpc: v, routes: [{ destination: [0.0.0.0/0], nat_gateway: nat }] }
bare: { kind: route_table, vpc: v }
web: { kind: subnet, vpc: v, zone: a, route_table: out }
app: { kind: subnet, vpc: v, zone: b, route_table: in }
db: { kind: subnet, vpc: v, zone: c, route_table: bare }
s3: { kind: vpc_endpoint, vpc: v, kind_of: Gateway, service: s3, route_tables: [in] }
sqs: { kind: vpc_endpoint, vpc: v, kind_of: Interface, service: sqs, subnets: [app] }
";

#[test]
fn ways_out() {
    check(
        NET,
        "web.public = true
         web.egress = internet
         web.isolated = false
         web.nat = absent
         web.nat_zone = absent
         web.default_route = 0.0.0.0/0 → igw
         app.public = false
         app.egress = nat
         app.nat = nat
         app.nat_zone = a
         app.gateway_endpoints = [s3]
         web.gateway_endpoints = []
         db.egress = none
         db.isolated = true
         db.public = false
         db.default_route = absent
         out.effective_subnets = [web]",
    );
}

#[test]
fn the_path_names_table_and_route() {
    assert_eq!(
        path(NET, "web.public"),
        ["out: associated route table", "igw: default route 0.0.0.0/0 → internet gateway"]
    );
}

#[test]
fn main_tables_decide_where_there_is_no_association() {
    check(
        "v: { kind: vpc }
igw: { kind: internet_gateway, vpc: v }
m: { kind: route_table, vpc: v, main: true, routes: [{ destination: ['::/0'], internet_gateway: igw }] }
s: { kind: subnet, vpc: v }",
        "s.effective_route_table = m
         s.public = true
         s.egress = internet
         m.effective_subnets = [s]",
    );
}

#[test]
fn a_table_out_of_view_is_unknown_never_private() {
    for subnet in
        ["vpc: v", "vpc: outside", "vpc: v, route_table: elsewhere", "vpc: v, route_table: '?'", "vpc: '?'"]
    {
        check(
            &format!(
                "v: {{ kind: vpc }}
t: {{ kind: route_table, vpc: v, main: false }}
s: {{ kind: subnet, {subnet} }}"
            ),
            "s.public = ?
             s.egress = ?
             s.isolated = ?
             s.nat = ?",
        );
    }
}

#[test]
fn one_unknown_part_leaves_what_does_not_hang_on_it() {
    let with = |route: &str, expected: &str| {
        check(
            &format!(
                "v: {{ kind: vpc }}
igw: {{ kind: internet_gateway, vpc: v }}
t: {{ kind: route_table, vpc: v, routes: [{route}] }}
s: {{ kind: subnet, vpc: v, route_table: t }}"
            ),
            expected,
        );
    };
    // a target that is not known may be anything
    with(
        "{ destination: [0.0.0.0/0], internet_gateway: '?', nat_gateway: '?' }",
        "s.public = ?\n s.isolated = false\n s.egress = ?",
    );
    // a target that is some NAT gateway is no internet gateway
    with(
        "{ destination: [0.0.0.0/0], nat_gateway: elsewhere }",
        "s.public = false\n s.egress = nat\n s.nat = elsewhere\n s.nat_zone = ?",
    );
    // a destination that is not known may be the default
    with("{ destination: '?', internet_gateway: igw }", "s.public = ?\n s.isolated = ?");
    with("{ destination: '?', nat_gateway: ngw }", "s.public = false\n s.isolated = ?\n s.egress = ?");
    // further routes may be there
    with("'?'", "s.public = ?\n s.egress = ?");
    // the two halves are a default route
    with(
        "{ destination: [0.0.0.0/1, 128.0.0.0/1], internet_gateway: igw }",
        "s.public = true\n s.egress = internet",
    );
    with("{ destination: [10.0.0.0/8], internet_gateway: igw }", "s.public = false\n s.isolated = true");
    with("{ destination: [0.0.0.0/0], transit_gateway: tgw }", "s.public = false\n s.egress = other");
    with("{ destination: [0.0.0.0/0], network_interface: eni }", "s.egress = nat\n s.nat = ?");
}
