//! What expressions mean, one line each.

use crate::kit::{atom, shop};

/// Each line: an expression about `db`, and what it gives.
const TABLE: &str = r#"
# comparisons
db.engine == "postgres" => true
db.engine != "postgres" => false
db.port == 5432.0 => true
db.port > 5431.5 => true
db.big > 9223372036854775807.0 => false
db.engine < "zebra" => true
db.subnet == db.subnet => true
db.subnet in db.subnets => true
db.port in [80, 5432] => true
# unknown: carries its reasons
db.open => unknown: db.main.open, known after apply
!db.open => unknown: db.main.open, known after apply
db.open || true => true
true || db.open => true
db.open && false => false
false && db.open => false
db.open && true => unknown: db.main.open, known after apply
db.open && db.label == "a" => unknown: db.main.label, known after apply; db.main.open, known after apply
db.label == "a" => unknown: db.main.label, known after apply
db.label in ["a"] => unknown: db.main.label, known after apply
db.label in db.empty => false
db.open ? "a" : "a" => a
db.open ? "a" : "b" => unknown: db.main.open, known after apply
known(db.open) => false
known(db.off) => true
known(db.half) => false
known(db.gone) => true
# absent is a value that equals only itself
db.gone == "a" => false
db.gone != "a" => true
db.gone == db.no_subnet.zone => true
db.gone in ["a"] => false
"a" in db.none => unknown: db.main.none, known after apply
has(db.gone) => false
has(db.engine) => true
has(db.label) => unknown: db.main.label, known after apply
has(db.empty) => false
has(db.half) => true
db.gone < "a" => unknown: db.main.gone, no value
db.gone_flag && true => unknown: db.main.gone_flag, no value
db.gone_flag == true => false
has(db.gone_flag) && db.gone_flag => false
db.gone.startsWith("a") => false
size(db.gone) => 0
db.gone.lowerAscii() == "a" => false
# selecting through what is not there
db.subnet.nat.zone => a
db.no_subnet.zone => none
db.no_subnet.nat.zone == "a" => false
has(db.no_subnet.zone) => false
db.lost_subnet.zone == "a" => unknown: db.main.lost_subnet, known after apply
db.subnets.all(s, has(s.nat)) => false
db.subnets.exists(s, s.nat.zone == "a") => true
db.subnets.map(s, s.zone).join("+") => a+b
# hidden and symbolic values
has(db.password) => true
db.password == "a" => unknown: db.main.password, sensitive value
db.password.startsWith("a") => unknown: db.main.password, sensitive value
db.zone == db.zone => true
db.zone == "a" => unknown: db.main.zone, unresolved reference
"ap-1a" in db.symbols.filter(z, z == db.zone) => unknown: db.main.symbols, unresolved reference
size(db.symbols.distinct()) => 2
size(db.symbols.distinct()) >= 2 => true
# cases
db.either == "x" => unknown: IsProd, undecided condition
db.either == "z" || true => true
size(db.perhaps) => unknown: IsProd, undecided condition
size(db.perhaps) >= 1 => true
size(db.perhaps) > 2 => false
"a" in db.perhaps => unknown: IsProd, undecided condition
"b" in db.perhaps => true
"c" in db.perhaps => false
# lists known in part
size(db.half) => unknown: db.main.half, call denied
size(db.half) >= 2 => true
2 <= size(db.half) => true
size(db.half) > 2 => unknown: db.main.half, call denied
size(db.half) < 2 => false
size(db.half) == 1 => false
size(db.half) != 1 => true
"a" in db.half => true
"c" in db.half => unknown: db.main.half, call denied
db.half.exists(z, z == "a") => true
db.half.exists(z, z == "c") => unknown: db.main.half, call denied
db.half.all(z, z == "a") => false
db.half.all(z, z.size() == 1) => unknown: db.main.half, call denied
db.half.exists_one(z, z == "a") => unknown: db.main.half, call denied
db.half.exists_one(z, z < "c") => false
db.half.filter(z, z == "a").exists(z, z == "a") => true
size(db.half.filter(z, z == "a")) >= 1 => true
db.half.containsAny(["b", "x"]) => true
db.half.containsAny(["x"]) => unknown: db.main.half, call denied
db.holes.exists(z, z == "a") => true
db.holes.all(z, z == "a") => unknown: db.main.holes[1], known after apply
db.holes.exists(z, z == "c") => unknown: db.main.holes[1], known after apply
size(db.holes) => 2
size(db.holes.distinct()) => unknown: db.main.holes[1], known after apply
size(db.holes.distinct()) >= 1 => true
db.holes.filter(z, z == "a").all(z, z == "a") => unknown: db.main.holes[1], known after apply
db.none.all(z, z == "a") => unknown: db.main.none, known after apply
db.empty.all(z, false) => true
db.empty.exists(z, true) => false
# functions
db.zones.distinct() => a, b
size(db.zones) => 3
db.ports.sum() => 6
db.ports.min() => 1
db.ports.max() => 3
db.empty.map(z, size(z)).max() == 1 => false
db.empty.map(z, size(z)).sum() => 0
[[1, 2], [3]].flatten().sum() => 6
db.ports.exists_one(p, p > 2) => true
db.ports.map(p, p * 2).filter(p, p > 2).size() => 2
"Ab".lowerAscii() + "c" => abc
"x-prod-1".matches("-prod-[0-9]$") => true
"é".size() => 1
db.load * 2 + 1 => 2
7 / 2 => 3
-7 % 3 => -1
7 / 2.0 => 3.5
# what has no answer is unknown, never a panic
db.big + 1 => unknown: db.big + 1, unreadable value
-(-db.big - 1) => unknown: -db.big - 1, unreadable value
1 / 0 => unknown: 1 / 0, unreadable value
1 % (db.port - 5432) => unknown: 1 % (db.port - 5432), unreadable value
1 / 0 == 1 || true => true
0.0 / 0.0 == 1.0 => unknown: 0.0 / 0.0, unreadable value
# all of a kind or role
size(all("subnet")) => 2
all("store").exists(s, s.multi_az) => true
all("store").map(s, s.port).max() => 6379
all("group").exists(g, g.ingress.exists(r, r.from <= 22 && 22 <= r.to && "0.0.0.0/0" in r.cidrs)) => true
all("group").exists(g, g.ingress.exists(r, r.to == 443)) => unknown: to, known after apply
"#;

#[test]
fn every_line_means_what_it_says() {
    let (shop, db) = shop();
    let mut wrong = Vec::new();
    for line in TABLE.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (source, expected) = line.split_once(" => ").unwrap();
        let found = shop.say(("db", db), source);
        if found != expected {
            wrong.push(format!("{source}\n    expected {expected}\n    found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_world_decides_cases() {
    let (mut shop, db) = shop();
    shop.world = shop.world.assume(&atom("IsProd"), false).unwrap();
    assert_eq!(shop.say(("db", db), "db.either"), "y");
    assert_eq!(shop.say(("db", db), "db.perhaps.size()"), "1");
    assert_eq!(shop.say(("db", db), "db.perhaps"), "b");
}
