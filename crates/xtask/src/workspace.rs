//! Where things are: the workspace, its target folder, its pinned versions, as Cargo itself sees them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::plan::Versions;
use crate::shell::{self, CommandLine};

pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Where Cargo builds; follows `CARGO_TARGET_DIR` and every configuration file.
    pub(crate) target: PathBuf,
    /// The members' benchmark targets, as package and target name.
    pub(crate) benches: Vec<(String, String)>,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        // Set by `cargo run`; the compiled-in folder serves those who start the program itself.
        let here = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let command =
            CommandLine::cargo(["metadata", "--no-deps", "--offline", "--format-version", "1"]).within(&here);
        let text = shell::output(&command).context("cargo metadata gave no answer")?;
        Self::read(&text)
    }

    fn read(metadata: &str) -> Result<Self> {
        let metadata: Value = serde_json::from_str(metadata).context("cargo metadata is not JSON")?;
        let folder =
            |key: &str| metadata[key].as_str().map(PathBuf::from).with_context(|| format!("no {key}"));
        let mut benches = Vec::new();
        for package in metadata["packages"].as_array().into_iter().flatten() {
            for target in package["targets"].as_array().into_iter().flatten() {
                let is_bench =
                    target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "bench"));
                if let (true, Some(package), Some(target)) =
                    (is_bench, package["name"].as_str(), target["name"].as_str())
                {
                    benches.push((package.to_owned(), target.to_owned()));
                }
            }
        }
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")?, benches })
    }

    /// The built console: what any static file server can serve.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The hub's release binary without embedded files.
    pub(crate) fn hub(&self) -> PathBuf {
        self.target.join("release").join(hub_name())
    }

    /// The hub's release binary with the console embedded, out of reach of later plain builds.
    pub(crate) fn bundle(&self) -> PathBuf {
        self.target.join("bundle").join(hub_name())
    }

    pub(crate) fn versions(&self) -> Result<Versions> {
        let lock =
            std::fs::read_to_string(self.root.join("Cargo.lock")).context("Cargo.lock cannot be read")?;
        Versions::read(&lock)
    }

    /// The path as a person in the workspace would write it.
    pub(crate) fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}

fn hub_name() -> &'static str {
    if cfg!(windows) { "mas-hub.exe" } else { "mas-hub" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_benchmarks_come_from_cargo() {
        let metadata = r#"{"workspace_root":"/w","target_directory":"/elsewhere","packages":[{"name":"flow","targets":[
            {"kind":["lib"],"name":"flow"},{"kind":["bench"],"name":"engine"}]}]}"#;
        let workspace = Workspace::read(metadata).unwrap();
        assert_eq!(workspace.dist(), Path::new("/w/dist"));
        assert!(workspace.hub().starts_with("/elsewhere/release"));
        assert_eq!(workspace.benches, [("flow".to_owned(), "engine".to_owned())]);
        assert!(Workspace::read("{}").is_err());
    }
}
