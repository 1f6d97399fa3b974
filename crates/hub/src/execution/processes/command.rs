//! What is to be run made into a command: its files, its directory, its environment. Nothing is started here but by
//! [`Prepared::spawn`].

use std::io;
use std::path::Path;
use std::process::Stdio;

use flow::engine::{Language, Process, WorkflowError};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::config::Processes;
use crate::execution::faults;

/// Stands in the environment of a process and all that it starts.
pub(super) const COOKIE: &str = "MAS_PROCESS";

pub(super) enum Program {
    Shell(String),
    Script(Language, String),
}

/// A process that is ready to begin.
pub(super) struct Prepared {
    command: Command,
    pub(super) cookie: String,
    /// Gone with this.
    pub(super) directory: TempDir,
    /// What is missing where the program is not found.
    needs: String,
}

impl Prepared {
    /// Writes the files of a process. Blocks.
    ///
    /// # Errors
    /// `validation` for a value that no process can be given, `runtime` where the disk fails.
    pub(super) fn new(
        settings: &Processes,
        program: &Program,
        process: &Process,
        key: &str,
    ) -> Result<Self, WorkflowError> {
        refuse_unspeakable(program, process)?;
        let failed = |cause: io::Error| faults::runtime(format!("the directory of the process: {cause}"));
        let directory = tempfile::Builder::new().prefix("mas-process-").tempdir().map_err(failed)?;
        let work = directory.path().join("work");
        std::fs::create_dir(&work).map_err(failed)?;
        let (mut command, needs) = match program {
            Program::Shell(text) => {
                let mut command = Command::new("sh");
                // `$0` comes before the arguments.
                command.arg("-c").arg(text).arg("sh");
                (command, "a POSIX shell, `sh`".to_owned())
            }
            Program::Script(language, code) => {
                let file = directory.path().join(file_name(*language, code));
                std::fs::write(&file, code).map_err(failed)?;
                match language {
                    Language::Python => {
                        let mut command = Command::new(&settings.python);
                        // Unbuffered, so that its lines are seen as they come; no `__pycache__`.
                        command.args(["-u", "-B"]).arg(file);
                        let needs = "Python 3; install it, or name it in [processes] python";
                        (command, format!("`{}`, {needs}", settings.python))
                    }
                    Language::JavaScript => {
                        let mut command = Command::new(&settings.js);
                        command.arg(file);
                        let needs = "Node.js 20 or newer; install it, or name it in [processes] js";
                        (command, format!("`{}`, {needs}", settings.js))
                    }
                }
            }
        };
        let cookie = uuid::Uuid::new_v4().simple().to_string();
        command
            .args(&process.arguments)
            .env_clear()
            .env("PATH", &settings.path)
            .env("HOME", &work)
            .env("TMPDIR", &work)
            .env("LANG", "C.UTF-8")
            .envs(process.environment.iter().map(|(name, value)| (name, value)))
            .env("MAS_IDEMPOTENCY_KEY", key)
            .env(COOKIE, &cookie)
            .current_dir(&work)
            .stdin(stdin(directory.path(), process.stdin.as_deref()).map_err(failed)?)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        Ok(Self { command, cookie, directory, needs })
    }

    /// # Errors
    /// `configuration` where the program is not on this machine.
    pub(super) fn spawn(&mut self) -> Result<Child, WorkflowError> {
        self.command.spawn().map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => {
                faults::configuration(format!("the machine of the hub does not have {}", self.needs))
            }
            _ => faults::runtime(format!("the process cannot be started: {cause}")),
        })
    }
}

/// From a file: nobody has to write while the process runs, and it ends by itself.
fn stdin(directory: &Path, text: Option<&str>) -> io::Result<Stdio> {
    let Some(text) = text else { return Ok(Stdio::null()) };
    let path = directory.join("stdin");
    std::fs::write(&path, text)?;
    Ok(std::fs::File::open(path)?.into())
}

/// Scripts of the specification's examples are modules where they import, and scripts where they do not; Node.js goes by
/// the name of the file.
fn file_name(language: Language, code: &str) -> &'static str {
    let is_module = |line: &str| {
        let line = line.trim_start();
        ["import ", "import{", "export "].iter().any(|word| line.starts_with(word))
    };
    match language {
        Language::Python => "script.py",
        Language::JavaScript if code.lines().any(is_module) => "script.mjs",
        Language::JavaScript => "script.js",
    }
}

/// Arguments and environments cannot hold everything that a text can.
fn refuse_unspeakable(program: &Program, process: &Process) -> Result<(), WorkflowError> {
    let command = match program {
        Program::Shell(command) => Some(command),
        Program::Script(..) => None,
    };
    let texts = command.into_iter().chain(&process.arguments);
    let mut texts = texts.chain(process.environment.iter().flat_map(|(name, value)| [name, value]));
    if texts.any(|text| text.contains('\0')) {
        return Err(faults::validation("no process can be given a text with a zero byte"));
    }
    match process.environment.iter().find(|(name, _)| name.is_empty() || name.contains('=')) {
        Some((name, _)) => Err(faults::validation(format!("{name:?} is no name of an environment variable"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_that_imports_is_a_module() {
        let name = |code| file_name(Language::JavaScript, code);
        assert_eq!(name("// x\n  import { a } from 'node:fs';"), "script.mjs");
        assert_eq!(name("const fs = require('fs'); // import x"), "script.js");
    }
}
