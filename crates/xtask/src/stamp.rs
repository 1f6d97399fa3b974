//! Knows whether the console's build is still that of its sources: the second run starts within seconds.
//!
//! It compares contents, not times, so that a fresh checkout or a `git stash` decides rightly.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::budget::FirstLoad;

/// Changed whenever this program builds differently from the same sources.
const RECIPE: u32 = 3;

/// What the console is built from. The hub and this program are not among it.
const INPUTS: [&str; 17] = [
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "index.html",
    "build.rs",
    ".cargo/config.toml",
    "src",
    "style",
    "locales",
    "public",
    "crates/wire/src",
    "crates/wire/Cargo.toml",
    "crates/flow",
    "crates/canvas/src",
    "crates/canvas/Cargo.toml",
    "crates/signature/src",
    "crates/signature/Cargo.toml",
];

/// What was built from what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// A digest of the sources and the tools' versions.
    pub(crate) inputs: String,
    /// Whether wasm-opt had its turn.
    pub(crate) optimised: bool,
    pub(crate) load: FirstLoad,
}

impl Stamp {
    pub(crate) fn read(file: &Path) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(file).ok()?)
    }

    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        std::fs::write(file, self.text()).with_context(|| file.display().to_string())
    }

    fn text(&self) -> String {
        json!({"inputs": self.inputs, "optimised": self.optimised, "load": self.load.to_json()}).to_string()
    }

    fn parse(text: &str) -> Option<Self> {
        let stamp: Value = serde_json::from_str(text).ok()?;
        Some(Self {
            inputs: stamp["inputs"].as_str()?.to_owned(),
            optimised: stamp["optimised"].as_bool()?,
            load: FirstLoad::from_json(&stamp["load"])?,
        })
    }
}

/// A digest of everything that the build depends on; `tools` is any text that names their versions.
pub(crate) fn digest(root: &Path, tools: &str) -> Result<String> {
    let mut files = Vec::new();
    for input in INPUTS {
        collect(&root.join(input), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    (RECIPE, tools).hash(&mut hasher);
    for file in &files {
        file.strip_prefix(root).unwrap_or(file).hash(&mut hasher);
        std::fs::read(file).with_context(|| file.display().to_string())?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Every file below a path; a path that does not exist holds none.
pub(crate) fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() {
        for entry in std::fs::read_dir(path).with_context(|| path.display().to_string())? {
            collect(&entry.with_context(|| path.display().to_string())?.path(), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Weight;

    #[test]
    fn a_stamp_survives_its_file() {
        let load = FirstLoad { files: vec![Weight { name: "a.wasm".into(), bytes: 9, compressed: 4 }] };
        let stamp = Stamp { inputs: "0123".into(), optimised: true, load };
        assert_eq!(Stamp::parse(&stamp.text()), Some(stamp));
        assert_eq!(Stamp::parse("{\"inputs\":\"0123\"}"), None);
        assert_eq!(Stamp::parse(""), None);
    }

    #[test]
    fn a_change_in_a_source_or_a_tool_is_seen() {
        let root = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        std::fs::create_dir_all(root.join("src/ui")).unwrap();
        std::fs::create_dir_all(root.join("crates/hub/src")).unwrap();
        let write = |file: &str, text: &str| std::fs::write(root.join(file), text).unwrap();
        let now = |tools| digest(&root, tools).unwrap();
        write("src/ui/menu.rs", "a");
        let first = now("trunk 1");
        assert_eq!(first, now("trunk 1"));
        assert_ne!(first, now("trunk 2"));
        write("crates/hub/src/lib.rs", "the hub is not part of the console");
        assert_eq!(first, now("trunk 1"));
        write("src/ui/menu.rs", "b");
        assert_ne!(first, now("trunk 1"));
        write("src/ui/menu.rs", "a");
        assert_eq!(first, now("trunk 1"));
        std::fs::rename(root.join("src/ui/menu.rs"), root.join("src/ui/list.rs")).unwrap();
        assert_ne!(first, now("trunk 1"));
        std::fs::remove_dir_all(root).unwrap();
    }
}
