//! Runs the tests in suites, goes on after a failure, and ends with a table.
//!
//! Everything for the host is compiled by one `cargo test --workspace --no-run`: testing the packages one by
//! one would compile their common dependencies several times, with other features each time.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::axe;
use crate::console;
use crate::hub;
use crate::plan::Need;
use crate::setup::Toolbox;
use crate::shell::{self, CommandLine};
use crate::summary::{Outcome, Summary, read_result_line};
use crate::workspace::Workspace;

#[derive(Args)]
pub(crate) struct TestOptions {
    /// Which suite; all by default
    suite: Option<Suite>,
    /// Run only the tests whose name contains this
    name: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// Unit, property and snapshot tests on this machine
    Unit,
    /// The console's parts in headless Chromium
    Browser,
    /// What people do, in headless Chromium against a real hub
    Journeys,
}

impl Suite {
    fn word(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Browser => "browser",
            Self::Journeys => "journeys",
        }
    }
}

pub(crate) fn run(workspace: &Workspace, toolbox: &mut Toolbox, options: &TestOptions) -> Result<()> {
    let wanted = |suite| options.suite.is_none_or(|chosen| chosen == suite);
    if wanted(Suite::Browser) || wanted(Suite::Journeys) {
        toolbox.provide(workspace, &Need::TO_TEST_IN_THE_BROWSER)?;
    }
    let mut summary = Summary::default();
    let mut programs = Vec::new();
    if wanted(Suite::Unit) || wanted(Suite::Journeys) {
        summary.attempt("build", "tests for this machine", || {
            programs = compile(workspace, toolbox)?;
            Ok(Outcome::Done)
        });
    }
    let session = Session { workspace, toolbox, name: options.name.as_deref() };
    if wanted(Suite::Unit) {
        session.unit(&programs, &mut summary);
    }
    if wanted(Suite::Browser) {
        session.browser(&mut summary);
    }
    if wanted(Suite::Journeys) {
        let ready = summary.attempt("build", "console and hub", || {
            let load = console::build(workspace, toolbox)?;
            hub::build(workspace, toolbox)?;
            load.check().map(|()| Outcome::Done)
        });
        // A console over its budget is a failure, but the journeys can still be told.
        if ready || workspace.hub().is_file() && workspace.dist().join("index.html").is_file() {
            Session { workspace, toolbox, name: options.name.as_deref() }.journeys(&programs, &mut summary);
        }
    }
    // A suite that ran nothing proves nothing; a name may well be of one suite only.
    for suite in [Suite::Unit, Suite::Browser, Suite::Journeys] {
        if wanted(suite) && options.name.is_none() && summary.is_empty(suite.word()) {
            summary.attempt(suite.word(), "any test", || bail!("no test of this suite passed"));
        }
    }
    println!("\n{summary}");
    summary.check()
}

/// A compiled set of tests.
#[derive(Debug, PartialEq, Eq)]
struct TestProgram {
    suite: Suite,
    /// `flow`, `hub::recovery`.
    name: String,
    package_folder: PathBuf,
    executable: PathBuf,
}

struct Session<'a> {
    workspace: &'a Workspace,
    toolbox: &'a Toolbox,
    name: Option<&'a str>,
}

impl Session<'_> {
    fn unit(&self, programs: &[TestProgram], summary: &mut Summary) {
        for program in programs.iter().filter(|program| program.suite == Suite::Unit) {
            shell::heading(&format!("Testing {}", program.name), "");
            let line = self.start(program).argument("--quiet").arguments(self.name);
            summary.attempt("unit", &program.name, || self.count(line));
        }
    }

    fn browser(&self, summary: &mut Summary) {
        shell::heading(
            "Testing the console's parts in headless Chromium",
            "compiles them for WebAssembly first",
        );
        let line = CommandLine::cargo(["test", "--locked", "--package", "mas-console", "--lib"])
            .arguments(["--target", "wasm32-unknown-unknown"])
            .arguments(self.name)
            .environment("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
            .environment("WASM_BINDGEN_TEST_WEBDRIVER_JSON", self.workspace.root.join("webdriver.json"))
            .environment("WASM_BINDGEN_TEST_TIMEOUT", "120")
            .within(&self.workspace.root);
        let line = self.with_driver(self.toolbox.equip(line));
        summary.attempt("browser", "mas-console in Chromium", || self.count(line));
    }

    /// One after the other, each with the machine to itself: a browser and a hub fill two processors.
    fn journeys(&self, programs: &[TestProgram], summary: &mut Summary) {
        let axe = axe::provide(self.workspace);
        for program in programs.iter().filter(|program| program.suite == Suite::Journeys) {
            let listed = shell::output(&self.start(program).arguments(["--list", "--format", "terse"]));
            let names = read_test_list(&listed.unwrap_or_default());
            for test in names.iter().filter(|test| self.name.is_none_or(|name| test.contains(name))) {
                shell::heading(&format!("Journey {}::{test}", program.name), "");
                let line = self
                    .start(program)
                    .arguments(["--exact", test, "--include-ignored", "--nocapture"])
                    .environment("MAS_HUB_BIN", self.workspace.hub())
                    .environment("MAS_DIST", self.workspace.dist());
                let line = match &axe {
                    Some(axe) => line.environment("MAS_AXE", axe),
                    None => line,
                };
                let line = self.with_driver(line);
                summary.attempt("journeys", &format!("{}::{test}", program.name), || self.count(line));
            }
        }
    }

    /// As `cargo test` starts it: in its package's folder, with the variables that snapshot tests read.
    fn start(&self, program: &TestProgram) -> CommandLine {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        CommandLine::new(
            &program.executable,
            ["--color", if shell::colourful() { "always" } else { "never" }],
        )
        .environment("CARGO", cargo)
        .environment("CARGO_MANIFEST_DIR", &program.package_folder)
        .within(&program.package_folder)
    }

    fn with_driver(&self, line: CommandLine) -> CommandLine {
        match &self.toolbox.driver {
            Some(driver) => line.environment("CHROMEDRIVER", driver),
            None => line,
        }
    }

    fn count(&self, line: CommandLine) -> Result<Outcome> {
        let (mut passed, mut failed) = (0, 0);
        let well = shell::watch(&line, |text| {
            if let Some((more_passed, more_failed)) = read_result_line(text) {
                passed += more_passed;
                failed += more_failed;
            }
        })?;
        match (well, failed) {
            (true, _) => Ok(Outcome::Passed(passed)),
            (false, 0) => bail!("it ended before its tests did"),
            (false, failed) => bail!("{failed} of {} tests", passed + failed),
        }
    }
}

fn compile(workspace: &Workspace, toolbox: &Toolbox) -> Result<Vec<TestProgram>> {
    let mut programs = Vec::new();
    shell::step("Compiling the tests for this machine", "a few minutes the first time", || {
        let line = CommandLine::cargo(["test", "--workspace", "--locked", "--no-run"])
            .argument("--message-format=json-render-diagnostics")
            .within(&workspace.root);
        programs = read_artifacts(&shell::capture(&toolbox.equip(line))?, &workspace.root);
        Ok(())
    })?;
    Ok(programs)
}

/// The test programs among Cargo's messages. Those in the root package's `tests/` are the journeys.
fn read_artifacts(messages: &str, root: &Path) -> Vec<TestProgram> {
    let read = |line: &str| -> Option<TestProgram> {
        let message: Value = serde_json::from_str(line).ok()?;
        let executable = PathBuf::from(message["executable"].as_str()?);
        if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
            return None;
        }
        let package_folder = Path::new(message["manifest_path"].as_str()?).parent()?.to_owned();
        let is_console = package_folder == root;
        let (kind, target) = (message["target"]["kind"][0].as_str()?, message["target"]["name"].as_str()?);
        let package = package_folder.file_name()?.to_string_lossy();
        let (suite, name) = match (is_console, kind) {
            (true, "test") => (Suite::Journeys, target.to_owned()),
            (true, _) => (Suite::Unit, format!("console ({kind})")),
            (false, "lib") => (Suite::Unit, package.into_owned()),
            (false, "bin") => (Suite::Unit, format!("{package} (program)")),
            (false, _) => (Suite::Unit, format!("{package}::{target}")),
        };
        Some(TestProgram { suite, name, package_folder, executable })
    };
    let mut programs: Vec<TestProgram> = messages.lines().filter_map(read).collect();
    programs.sort_by(|one, other| one.name.cmp(&other.name));
    programs
}

/// The names in the output of `--list --format terse`.
fn read_test_list(listed: &str) -> Vec<String> {
    listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_messages_become_suites() {
        let artifact = |folder: &str, kind: &str, name: &str, test: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"{folder}/Cargo.toml","target":{{"kind":["{kind}"],"name":"{name}"}},"profile":{{"test":{test}}},"executable":"/t/{name}-1"}}"#
            )
        };
        let messages = [
            artifact("/w/crates/flow", "lib", "flow", true),
            artifact("/w/crates/hub", "test", "recovery", true),
            artifact("/w/crates/hub", "bin", "mas-hub", false),
            artifact("/w", "test", "first_light", true),
            artifact("/w", "lib", "mas_console", true),
            r#"{"reason":"build-finished","success":true}"#.to_owned(),
            "not a message".to_owned(),
        ];
        let programs = read_artifacts(&messages.join("\n"), Path::new("/w"));
        let found: Vec<_> =
            programs.iter().map(|program| (program.suite.word(), program.name.as_str())).collect();
        assert_eq!(
            found,
            [
                ("unit", "console (lib)"),
                ("journeys", "first_light"),
                ("unit", "flow"),
                ("unit", "hub::recovery")
            ]
        );
    }

    #[test]
    fn the_list_of_tests_holds_no_benchmark() {
        let listed = "a_newcomer_draws_a_runbook: test\nspeed: benchmark\n\n2 tests, 1 benchmark\n";
        assert_eq!(read_test_list(listed), ["a_newcomer_draws_a_runbook"]);
    }
}
