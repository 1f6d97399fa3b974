//! Looks at the machine: which tools are there, in which version. It installs nothing.

use std::path::{Path, PathBuf};

use crate::plan::{Machine, Need, Packages, Versions, folder};
use crate::shell::{self, CommandLine};

/// What was found, and the folders of ours that have to come first on the path.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) machine: Machine,
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) driver: Option<PathBuf>,
}

/// Looks for what is needed, and for nothing else: some tools take half a second to tell their version.
pub(crate) fn look(needs: &[Need], versions: &Versions, tools: &Path) -> Found {
    let mut found = Found::default();
    for need in needs {
        match need {
            Need::WasmTarget => {
                found.machine.wasm_target = has_wasm_target();
                found.machine.rustup = found.machine.wasm_target || on_path("rustup").is_some();
            }
            Need::Trunk => {
                let ours = folder(tools, "trunk", versions.trunk).join("bin");
                found.machine.trunk =
                    found.ours(ours, &["trunk"], versions.trunk).or_else(|| version_of("trunk"));
            }
            Need::WasmBindgen => {
                let ours = folder(tools, "wasm-bindgen-cli", &versions.wasm_bindgen).join("bin");
                let programs = ["wasm-bindgen", "wasm-bindgen-test-runner"];
                found.machine.wasm_bindgen = found
                    .ours(ours, &programs, &versions.wasm_bindgen)
                    .or_else(|| version_of("wasm-bindgen"));
            }
            Need::WasmSplit => {
                let ours = folder(tools, "wasm-split-cli", versions.wasm_split).join("bin");
                found.machine.wasm_split =
                    found.ours(ours, &["wasm-split-cli"], versions.wasm_split).is_some();
            }
            Need::WasmOpt => {
                let ours = folder(tools, "binaryen", versions.binaryen).join("node_modules").join(".bin");
                let version =
                    found.ours(ours, &["wasm-opt"], versions.binaryen).or_else(|| version_of("wasm-opt"));
                found.machine.wasm_opt = version.and_then(|version| version.split('.').next()?.parse().ok());
                found.machine.npm = on_path("npm").is_some();
            }
            Need::Browser => {
                let browsers = ["chromium", "chromium-browser", "google-chrome", "chrome"];
                found.machine.browser = browsers.iter().any(|browser| on_path(browser).is_some());
                found.driver =
                    std::env::var_os("CHROMEDRIVER").map(PathBuf::from).or_else(|| on_path("chromedriver"));
                found.machine.browser_driver = found.driver.is_some();
                found.machine.packages = packages();
            }
        }
    }
    found
}

impl Found {
    /// The version, if our folder holds the programs; the folder's name is the proof, nothing is started.
    fn ours(&mut self, folder: PathBuf, programs: &[&str], version: &str) -> Option<String> {
        let complete = programs.iter().all(|program| program_in(&folder, program).is_some());
        complete.then(|| {
            self.folders.push(folder);
            version.to_owned()
        })
    }
}

/// Where our tools live: the user's cache, shared by all checkouts.
pub(crate) fn tools_folder() -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("MAS_TOOLS")
        .or_else(|| variable("XDG_CACHE_HOME").map(|cache| cache.join("mas-console/tools")))
        .or_else(|| variable("HOME").map(|home| home.join(".cache/mas-console/tools")))
        .or_else(|| variable("LOCALAPPDATA").map(|local| local.join("mas-console/tools")))
        .unwrap_or_else(|| std::env::temp_dir().join("mas-console-tools"))
}

pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).find_map(|folder| program_in(&folder, program))
}

fn program_in(folder: &Path, program: &str) -> Option<PathBuf> {
    let suffixes: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    suffixes.iter().map(|suffix| folder.join(format!("{program}{suffix}"))).find(|path| path.is_file())
}

fn has_wasm_target() -> bool {
    let line = CommandLine::new("rustc", ["--print", "target-libdir", "--target", "wasm32-unknown-unknown"]);
    shell::output(&line).is_some_and(|folder| Path::new(folder.trim()).is_dir())
}

/// The first word with a digit of what `--version` prints: `trunk 0.21.14`, `wasm-opt version 132 (…)`.
fn version_of(program: &str) -> Option<String> {
    on_path(program)?;
    let text = shell::output(&CommandLine::new(program, ["--version"]))?;
    text.split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
        .map(str::to_owned)
}

fn packages() -> Packages {
    if on_path("apt-get").is_none() || !Path::new("/etc/debian_version").exists() {
        return Packages::Unknown;
    }
    match shell::output(&CommandLine::new("id", ["-u"])).as_deref().map(str::trim) {
        Some("0") => Packages::Apt,
        _ => Packages::AptForRootOnly,
    }
}
