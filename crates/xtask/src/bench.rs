//! Measures what there is to measure here, and says how to measure the rest.

use anyhow::Result;

use crate::console;
use crate::setup::Toolbox;
use crate::shell::{self, CommandLine};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, toolbox: &mut Toolbox) -> Result<()> {
    let load = console::build(workspace, toolbox)?;
    shell::heading("Size of the first load", "");
    println!("{load}");
    for (package, bench) in &workspace.benches {
        shell::step(&format!("Benchmark {package}::{bench}"), "", || {
            let line = CommandLine::cargo(["bench", "--locked", "--package", package, "--bench", bench]);
            shell::run(&toolbox.equip(line.within(&workspace.root)))
        })?;
    }
    if workspace.benches.is_empty() {
        shell::heading("The crates have no benchmarks yet", "nothing else was measured");
    }
    shell::heading("Beside other products", "bench/README.md says how");
    Ok(())
}
