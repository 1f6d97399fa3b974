//! Brings the machine to what a task needs, and remembers where the tools are.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::machine::{self, Found};
use crate::plan::{self, Failure, Need, Step};
use crate::shell::{self, CommandLine};
use crate::workspace::Workspace;

/// The tools that tasks run with: folders of ours that come before the user's path.
#[derive(Default)]
pub(crate) struct Toolbox {
    folders: Vec<PathBuf>,
    pub(crate) driver: Option<PathBuf>,
    pub(crate) wasm_opt: bool,
}

impl Toolbox {
    /// Installs what is missing of the needs. Where nothing is missing it says nothing.
    pub(crate) fn provide(&mut self, workspace: &Workspace, needs: &[Need]) -> Result<()> {
        let versions = workspace.versions()?;
        let tools = machine::tools_folder();
        let found = machine::look(needs, &versions, &tools);
        let steps = plan::plan(needs, &found.machine, &versions, &tools);
        if steps.is_empty() {
            self.take(needs, found);
            return Ok(());
        }
        // What only the user can do comes first: nobody should wait ten minutes to learn of it.
        for step in &steps {
            if let Step::Ask { what, remedy } = step {
                bail!("{what} is missing, and only you can install it: {remedy}");
            }
        }
        for step in &steps {
            perform(step)?;
        }
        let found = machine::look(needs, &versions, &tools);
        for step in plan::plan(needs, &found.machine, &versions, &tools) {
            if let Step::Install { what, if_it_fails: Failure::Stops, .. } = step {
                bail!("{what}: it reported success, yet the tool is not there");
            }
        }
        self.take(needs, found);
        Ok(())
    }

    /// The command with our tools first on its path.
    pub(crate) fn equip(&self, line: CommandLine) -> CommandLine {
        if self.folders.is_empty() { line } else { line.environment("PATH", self.path()) }
    }

    fn path(&self) -> OsString {
        let theirs = std::env::var_os("PATH").unwrap_or_default();
        let all = self.folders.iter().cloned().chain(std::env::split_paths(&theirs));
        // A folder with a separator in its name cannot stand in a path; then the user's tools are used.
        std::env::join_paths(all).unwrap_or(theirs)
    }

    fn take(&mut self, needs: &[Need], found: Found) {
        for folder in found.folders {
            if !self.folders.contains(&folder) {
                self.folders.push(folder);
            }
        }
        self.driver = found.driver.or(self.driver.take());
        if needs.contains(&Need::WasmOpt) {
            self.wasm_opt = found.machine.wasm_opt.is_some();
        }
    }
}

/// `cargo xtask setup`: everything that any task needs.
pub(crate) fn everything(workspace: &Workspace, toolbox: &mut Toolbox) -> Result<()> {
    toolbox.provide(workspace, &Need::ALL)?;
    crate::source_editor::provide(workspace)?.tell();
    crate::axe::provide(workspace);
    shell::heading("Everything is in place", "");
    for (tool, folder) in
        [("tools of ours", machine::tools_folder()), ("build output", workspace.target.clone())]
    {
        println!("    {tool}: {}", folder.display());
    }
    Ok(())
}

fn perform(step: &Step) -> Result<()> {
    match step {
        Step::Install { what, why, lines, if_it_fails } => {
            let done = shell::step(what, why, || lines.iter().try_for_each(shell::run));
            match (done, if_it_fails) {
                (Err(error), Failure::IsTold) => {
                    println!("    going on without: {error:#}");
                    Ok(())
                }
                (done, _) => done.context("set-up"),
            }
        }
        Step::GoWithout { what, consequence } => {
            shell::heading(&format!("Going on without {what}"), consequence);
            Ok(())
        }
        Step::Ask { what, remedy } => bail!("{what} is missing: {remedy}"),
    }
}
