//! Builds nothing: makes cargo notice files that are added to the embedded folders. Files that change
//! are noticed without it, new ones are not.

fn main() {
    for folder in ["rules", "src/catalog/aws"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
