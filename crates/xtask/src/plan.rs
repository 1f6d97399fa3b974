//! Decides what has to be installed, from what is needed and what is there. It runs and looks at nothing.
//!
//! Cargo tools go to a folder of ours, one per version: another checkout may need another version, the
//! user's own tools stay as they are, and `cargo clean` costs nobody ten minutes of compiling.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::shell::CommandLine;

const TRUNK: &str = "0.21.14";
const BINARYEN: &str = "132.0.0";
const WASM_SPLIT: &str = "0.2.4";
/// Older ones do not read what today's Rust compiler writes.
const OLDEST_WASM_OPT: u32 = 116;

/// The tools' versions that this checkout builds with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Versions {
    pub(crate) trunk: &'static str,
    /// Exactly that of the library in Cargo.lock: the two speak a private protocol.
    pub(crate) wasm_bindgen: String,
    pub(crate) binaryen: &'static str,
    pub(crate) wasm_split: &'static str,
}

impl Versions {
    pub(crate) fn read(cargo_lock: &str) -> Result<Self> {
        let mut lines = cargo_lock.lines().skip_while(|line| *line != "name = \"wasm-bindgen\"").skip(1);
        let wasm_bindgen = lines
            .next()
            .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
            .context("Cargo.lock names no version of wasm-bindgen")?;
        Ok(Self {
            trunk: TRUNK,
            wasm_bindgen: wasm_bindgen.to_owned(),
            binaryen: BINARYEN,
            wasm_split: WASM_SPLIT,
        })
    }
}

/// What a task needs the machine to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    WasmTarget,
    Trunk,
    WasmBindgen,
    WasmSplit,
    WasmOpt,
    Browser,
}

impl Need {
    pub(crate) const TO_BUILD_THE_CONSOLE: [Self; 5] =
        [Self::WasmTarget, Self::Trunk, Self::WasmBindgen, Self::WasmSplit, Self::WasmOpt];
    pub(crate) const TO_TEST_IN_THE_BROWSER: [Self; 3] = [Self::WasmTarget, Self::WasmBindgen, Self::Browser];
    pub(crate) const ALL: [Self; 6] =
        [Self::WasmTarget, Self::Trunk, Self::WasmBindgen, Self::WasmSplit, Self::WasmOpt, Self::Browser];
}

/// What was found on the machine, as far as the needs asked for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Machine {
    pub(crate) wasm_target: bool,
    pub(crate) rustup: bool,
    /// Versions, whether on the path or in our folder.
    pub(crate) trunk: Option<String>,
    pub(crate) wasm_bindgen: Option<String>,
    /// Only in our folder: it does not tell its version.
    pub(crate) wasm_split: bool,
    pub(crate) wasm_opt: Option<u32>,
    pub(crate) npm: bool,
    pub(crate) browser: bool,
    pub(crate) browser_driver: bool,
    pub(crate) packages: Packages,
}

/// How far we may go with the system's packages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Packages {
    /// A Debian where we are root.
    Apt,
    /// A Debian where we are not root.
    AptForRootOnly,
    #[default]
    Unknown,
}

/// One thing to do before the work can start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Install {
        what: String,
        why: &'static str,
        lines: Vec<CommandLine>,
        if_it_fails: Failure,
    },
    /// It works without, though worse.
    GoWithout {
        what: &'static str,
        consequence: &'static str,
    },
    /// Only the user can do it.
    Ask {
        what: &'static str,
        remedy: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    Stops,
    IsTold,
}

/// The folder of ours for one version of one tool.
pub(crate) fn folder(tools: &Path, tool: &str, version: &str) -> PathBuf {
    tools.join(format!("{tool}-{version}"))
}

/// What is missing, in the order in which to install it.
pub(crate) fn plan(needs: &[Need], machine: &Machine, versions: &Versions, tools: &Path) -> Vec<Step> {
    needs
        .iter()
        .flat_map(|need| match need {
            Need::WasmTarget => wasm_target(machine),
            Need::Trunk => trunk(machine, versions, tools),
            Need::WasmBindgen => wasm_bindgen(machine, versions, tools),
            Need::WasmSplit => wasm_split(machine, versions, tools),
            Need::WasmOpt => wasm_opt(machine, versions, tools),
            Need::Browser => browser(machine),
        })
        .collect()
}

fn wasm_target(machine: &Machine) -> Vec<Step> {
    match machine {
        Machine { wasm_target: true, .. } => vec![],
        Machine { rustup: true, .. } => vec![Step::Install {
            what: "Adding the Rust target wasm32-unknown-unknown".into(),
            why: "the console runs in the browser as WebAssembly",
            lines: vec![CommandLine::new("rustup", ["target", "add", "wasm32-unknown-unknown"])],
            if_it_fails: Failure::Stops,
        }],
        _ => vec![Step::Ask {
            what: "the Rust target wasm32-unknown-unknown",
            remedy: "install Rust by rustup (https://rustup.rs), or add your distribution's package of that target"
                .into(),
        }],
    }
}

fn trunk(machine: &Machine, versions: &Versions, tools: &Path) -> Vec<Step> {
    if machine.trunk.as_deref() == Some(versions.trunk) {
        return vec![];
    }
    let crate_and_version = format!("trunk@{}", versions.trunk);
    vec![Step::Install {
        what: format!("Installing trunk {}", versions.trunk),
        why: "it bundles the console; compiled once, which takes several minutes",
        lines: vec![
            CommandLine::cargo(["install", "--locked", &crate_and_version, "--root"]).argument(folder(
                tools,
                "trunk",
                versions.trunk,
            )),
        ],
        if_it_fails: Failure::Stops,
    }]
}

fn wasm_bindgen(machine: &Machine, versions: &Versions, tools: &Path) -> Vec<Step> {
    if machine.wasm_bindgen.as_ref() == Some(&versions.wasm_bindgen) {
        return vec![];
    }
    let crate_and_version = format!("wasm-bindgen-cli@{}", versions.wasm_bindgen);
    vec![Step::Install {
        what: format!("Installing wasm-bindgen-cli {}", versions.wasm_bindgen),
        why: "it joins WebAssembly and browser, in the very version of Cargo.lock; compiled once, a few minutes",
        lines: vec![CommandLine::cargo(["install", &crate_and_version, "--root"]).argument(folder(
            tools,
            "wasm-bindgen-cli",
            &versions.wasm_bindgen,
        ))],
        if_it_fails: Failure::Stops,
    }]
}

fn wasm_split(machine: &Machine, versions: &Versions, tools: &Path) -> Vec<Step> {
    if machine.wasm_split {
        return vec![];
    }
    let crate_and_version = format!("wasm_split_cli_support@{}", versions.wasm_split);
    vec![Step::Install {
        what: format!("Installing wasm-split-cli {}", versions.wasm_split),
        why: "it cuts the console into pages that are fetched when opened; compiled once, a minute",
        lines: vec![
            CommandLine::cargo([
                "install",
                "--locked",
                &crate_and_version,
                "--features",
                "build-binary",
                "--root",
            ])
            .argument(folder(tools, "wasm-split-cli", versions.wasm_split)),
        ],
        if_it_fails: Failure::Stops,
    }]
}

fn wasm_opt(machine: &Machine, versions: &Versions, tools: &Path) -> Vec<Step> {
    match machine {
        Machine { wasm_opt: Some(OLDEST_WASM_OPT..), .. } => vec![],
        Machine { npm: true, .. } => {
            let package = format!("binaryen@{}", versions.binaryen);
            vec![Step::Install {
                what: format!("Installing wasm-opt from the npm package binaryen {}", versions.binaryen),
                why: "it makes the first load smaller; the build goes on without it if that fails",
                lines: vec![
                    CommandLine::new("npm", ["install", "--no-audit", "--no-fund", &package, "--prefix"])
                        .argument(folder(tools, "binaryen", versions.binaryen)),
                ],
                if_it_fails: Failure::IsTold,
            }]
        }
        _ => vec![Step::GoWithout {
            what: "wasm-opt",
            consequence: "there is no npm to install it with: the console works the same, its first load is larger",
        }],
    }
}

fn browser(machine: &Machine) -> Vec<Step> {
    if machine.browser && machine.browser_driver {
        return vec![];
    }
    let install = |packages: &[&str]| {
        CommandLine::new("apt-get", ["install", "-y", "--no-install-recommends"])
            .arguments(packages)
            .environment("DEBIAN_FRONTEND", "noninteractive")
    };
    match machine.packages {
        Packages::Apt => vec![
            Step::Install {
                what: "Installing Chromium and its driver".into(),
                why: "the tests use the console in a real browser",
                lines: vec![
                    CommandLine::new("apt-get", ["update"]),
                    install(&["chromium", "chromium-driver"]),
                ],
                if_it_fails: Failure::Stops,
            },
            Step::Install {
                what: "Installing a font with Chinese characters".into(),
                why: "screenshots show text instead of boxes; the tests pass without",
                lines: vec![install(&["fonts-noto-cjk"])],
                if_it_fails: Failure::IsTold,
            },
        ],
        Packages::AptForRootOnly => vec![Step::Ask {
            what: "Chromium with its driver",
            remedy: "run `sudo apt-get update && sudo apt-get install chromium chromium-driver`".into(),
        }],
        Packages::Unknown => vec![Step::Ask {
            what: "Chromium with its driver",
            remedy: "install Chromium or Chrome and the chromedriver of the same version, both on the PATH \
                     (or name the driver in CHROMEDRIVER)"
                .into(),
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Machine {
        Machine {
            wasm_target: true,
            rustup: true,
            trunk: Some(TRUNK.into()),
            wasm_bindgen: Some("0.2.130".into()),
            wasm_split: true,
            wasm_opt: Some(132),
            npm: true,
            browser: true,
            browser_driver: true,
            packages: Packages::Apt,
        }
    }

    /// The plan for all needs, one line a step.
    fn check(change: impl FnOnce(&mut Machine), expected: &[&str]) {
        let mut machine = complete();
        change(&mut machine);
        let versions = Versions {
            trunk: TRUNK,
            wasm_bindgen: "0.2.130".into(),
            binaryen: BINARYEN,
            wasm_split: WASM_SPLIT,
        };
        let steps: Vec<String> = plan(&Need::ALL, &machine, &versions, Path::new("/tools"))
            .iter()
            .map(|step| match step {
                Step::Install { lines, .. } => {
                    lines.iter().map(ToString::to_string).collect::<Vec<_>>().join(" && ")
                }
                Step::GoWithout { what, .. } => format!("without {what}"),
                Step::Ask { what, remedy } => format!("ask for {what}: {remedy}"),
            })
            .collect();
        assert_eq!(steps, expected);
    }

    #[test]
    fn a_complete_machine_is_left_alone() {
        check(|_| (), &[]);
    }

    #[test]
    fn a_fresh_debian_gets_everything_in_order() {
        check(
            |machine| {
                *machine = Machine { rustup: true, npm: true, packages: Packages::Apt, ..Machine::default() }
            },
            &[
                "rustup target add wasm32-unknown-unknown",
                "cargo install --locked trunk@0.21.14 --root /tools/trunk-0.21.14",
                "cargo install wasm-bindgen-cli@0.2.130 --root /tools/wasm-bindgen-cli-0.2.130",
                "cargo install --locked wasm_split_cli_support@0.2.4 --features build-binary --root \
                 /tools/wasm-split-cli-0.2.4",
                "npm install --no-audit --no-fund binaryen@132.0.0 --prefix /tools/binaryen-132.0.0",
                "apt-get update && apt-get install -y --no-install-recommends chromium chromium-driver",
                "apt-get install -y --no-install-recommends fonts-noto-cjk",
            ],
        );
    }

    #[test]
    fn a_tool_of_another_version_is_not_used_but_stays() {
        check(
            |machine| machine.wasm_bindgen = Some("0.2.129".into()),
            &["cargo install wasm-bindgen-cli@0.2.130 --root /tools/wasm-bindgen-cli-0.2.130"],
        );
        check(
            |machine| machine.wasm_opt = Some(108),
            &["npm install --no-audit --no-fund binaryen@132.0.0 --prefix /tools/binaryen-132.0.0"],
        );
    }

    #[test]
    fn what_we_may_not_install_is_asked_for() {
        check(|machine| (machine.wasm_opt, machine.npm) = (None, false), &["without wasm-opt"]);
        check(
            |machine| (machine.browser_driver, machine.packages) = (false, Packages::AptForRootOnly),
            &[
                "ask for Chromium with its driver: run `sudo apt-get update && sudo apt-get install chromium chromium-driver`",
            ],
        );
        check(
            |machine| (machine.wasm_target, machine.rustup) = (false, false),
            &[
                "ask for the Rust target wasm32-unknown-unknown: install Rust by rustup (https://rustup.rs), or add your \
               distribution's package of that target",
            ],
        );
    }

    #[test]
    fn the_lock_file_says_which_wasm_bindgen() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(Versions::read(lock).unwrap().wasm_bindgen, "0.2.130");
        assert!(Versions::read("").is_err());
    }
}
