//! The binary: calls the front, returns an exit code.
fn main() -> std::process::ExitCode {
    archlint::front::main()
}
