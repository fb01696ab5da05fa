//! CloudFormation as a whole: broken input and its diagnostics, and a folder of real templates.

use std::path::{Path, PathBuf};

use archlint::base::text::Files;
use archlint::diag::Diagnostic;
use archlint::sources::cloudformation::{Input, Options, read};

/// Reads every file below the folder that `ARCHLINT_CORPUS` names: no panic, no hang. Prints what is
/// refused and what is warned of.
#[test]
#[ignore = "needs a folder of templates"]
fn a_folder_of_real_templates_is_read() {
    let root = std::env::var("ARCHLINT_CORPUS").expect("ARCHLINT_CORPUS names a folder");
    let mut all = Vec::new();
    collect(Path::new(&root), &mut all);
    all.sort();
    let (mut read_well, mut slow) = (0, 0);
    for path in &all {
        let before = std::time::Instant::now();
        let mut files = Files::default();
        match read(&[Input::Path(path.clone())], &mut files, &Options::default()) {
            Ok(batches) => {
                read_well += 1;
                for problem in batches.iter().flat_map(|b| &b.problems) {
                    println!("WARN {}", tell(&files, problem));
                }
            }
            Err(errors) => {
                errors.iter().for_each(|e| println!("ERROR {}: {}", path.display(), tell(&files, e)))
            }
        }
        if before.elapsed().as_secs() >= 2 {
            println!("SLOW {} {:?}", path.display(), before.elapsed());
            slow += 1;
        }
    }
    println!("{read_well} of {} read", all.len());
    assert_eq!(slow, 0);
}

fn collect(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, all) } else { all.push(path) }
    }
}

/// A diagnostic as plain text: code, message, help, places.
fn tell(files: &Files, d: &Diagnostic) -> String {
    let mut out = format!("{:?} {}\n  {}\n", d.level, d.code, d.message);
    if let Some(help) = &d.help {
        out += &format!("  help: {help}\n");
    }
    for label in &d.labels {
        let file = files.get(label.place.file).unwrap();
        let (line, column) = file.line_column(label.place.span.start);
        out += &format!("  at {}:{line}:{column}\n", file.name);
    }
    out
}
