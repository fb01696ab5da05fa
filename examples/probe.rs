use archlint::base::text::Files;
use archlint::*;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let mut files = Files::default();
    let batches = if path.ends_with(".json") && text.contains("planned_values") {
        vec![sources::terraform::plan::read(&path, &text, &mut files).unwrap()]
    } else {
        sources::cloudformation::read(
            &[sources::cloudformation::Input::Path(path.clone().into())],
            &mut files,
            &Default::default(),
        )
        .unwrap()
    };
    let catalog = catalog::Catalog::load().unwrap();
    let schema = engine::schema(&catalog).unwrap();
    for b in &batches {
        for p in &b.problems {
            eprintln!("problem {} {:?}", p.message, p.help);
        }
    }
    if std::env::args().nth(2).as_deref() == Some("graph") {
        let linked = engine::link(&catalog, &schema, &batches);
        let g = &linked.graph;
        for id in g.ids() {
            let r = g.resource(id);
            println!("{} [{}] in_view={}", r.address, schema.kind(r.kind).name, r.in_view);
            for a in &schema.kind(r.kind).attrs {
                if let model::schema::Origin::Stated(s) = a.origin {
                    if let Some(f) = g.fact(id, s) {
                        println!("    {} = {:?} {:?}", a.name, f.val, f.how);
                    }
                }
            }
        }
        return;
    }
    let mut rf = Files::default();
    let loaded = rules::load(&mut rf, rules::embedded(), &schema);
    for p in &loaded.problems {
        eprintln!("RULE {}", p.message);
    }
    let r = engine::report(&catalog, &schema, &loaded.rules, "ecommerce", &batches, &files);
    for f in r.findings.iter().chain(&r.unknown) {
        println!("{:?} {:?} {} {} — {}", f.status, f.severity, f.rule, f.resource.address, f.message);
        for m in &f.missing {
            println!("      ? {} : {}", m.what, m.why);
        }
    }
    println!("{:?}", r.summary);
    println!("{:?}", r.coverage.unknown_types);
    println!("{:?}", r.coverage.mapped.iter().map(|(_, n)| n).sum::<usize>());
}
