//! Brings axe-core, which the journeys run inside of the pages: it finds what people without a mouse, or without seeing,
//! would stumble over. It is shipped with nothing.
//!
//! It comes by npm. Without npm the journeys that need it say that they were skipped.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::machine;
use crate::npm;
use crate::shell;
use crate::workspace::Workspace;

/// Where its version is written down, below the workspace.
const FOLDER: &str = "tests/axe";

/// The script to run in a page, or `None` after saying why there is none.
pub(crate) fn provide(workspace: &Workspace) -> Option<PathBuf> {
    let folder = workspace.root.join(FOLDER);
    let package = folder.join("node_modules/axe-core");
    let script = package.join("axe.min.js");
    if script.is_file() && is_current(&folder, &package).unwrap_or(false) {
        return Some(script);
    }
    let without = "Going on without the check for accessibility";
    let Some(npm) = machine::on_path("npm") else {
        shell::heading(without, "there is no npm to get axe-core with; its journeys are skipped");
        return None;
    };
    match shell::step("Getting axe-core", "from npm: the journeys ask it about every page", || {
        npm::install(&npm, &folder)
    }) {
        Ok(()) => Some(script),
        Err(error) => {
            shell::heading(without, "its journeys are skipped");
            println!("    {error:#}");
            None
        }
    }
}

/// Whether the installed version is the one that is wanted.
fn is_current(folder: &Path, package: &Path) -> Result<bool> {
    let wanted = read(&folder.join("package.json"))?;
    let installed = read(&package.join("package.json"))?;
    Ok(wanted["devDependencies"]["axe-core"] == installed["version"])
}

fn read(file: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    serde_json::from_str(&text).with_context(|| file.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_than_the_wanted_one_is_not_used() {
        let folder = std::env::temp_dir().join(format!("xtask-axe-{}", std::process::id()));
        let package = folder.join("node_modules/axe-core");
        std::fs::create_dir_all(&package).unwrap();
        std::fs::write(folder.join("package.json"), r#"{"devDependencies":{"axe-core":"4.14.1"}}"#).unwrap();
        assert!(is_current(&folder, &package).is_err(), "nothing is installed");
        for (version, current) in [("4.14.0", false), ("4.14.1", true)] {
            std::fs::write(package.join("package.json"), format!(r#"{{"version":"{version}"}}"#)).unwrap();
            assert_eq!(is_current(&folder, &package).unwrap(), current, "{version}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
