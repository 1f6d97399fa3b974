//! Packages of npm, for the parts that only npm has: in the versions of their lock file, and without running what they bring.

use std::path::Path;

use anyhow::Result;

use crate::shell::{self, CommandLine};

/// Installs what a folder's `package-lock.json` names. No package's own scripts: none is needed here, and they could do
/// anything.
pub(crate) fn install(npm: &Path, folder: &Path) -> Result<()> {
    shell::run(&CommandLine::new(npm, ["ci", "--ignore-scripts", "--include=dev"]).within(folder))
}
