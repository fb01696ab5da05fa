//! The catalog's tables: they load, and every path exists upstream.

#[test]
fn tables_load() {
    if let Err(problems) = archlint::catalog::Catalog::load() {
        let all: Vec<String> = problems.into_iter().map(|p| p.message).collect();
        panic!("{} problems:\n{}", all.len(), all.join("\n"));
    }
}
