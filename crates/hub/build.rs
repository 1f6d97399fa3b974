//! Rebuilds when a migration is added: `sqlx::migrate!` alone notices only changed files.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
