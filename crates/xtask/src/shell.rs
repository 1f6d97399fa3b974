//! Runs programs, and says what is under way and how long it took.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// A program with its arguments: what a plan holds and a shell runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommandLine {
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    directory: Option<PathBuf>,
}

impl CommandLine {
    pub(crate) fn new<A: AsRef<OsStr>>(
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            arguments: arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect(),
            environment: Vec::new(),
            directory: None,
        }
    }

    /// The Cargo that runs us, so that one toolchain builds everything.
    pub(crate) fn cargo<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), arguments)
    }

    pub(crate) fn argument(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    pub(crate) fn arguments<A: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = A>) -> Self {
        arguments.into_iter().fold(self, Self::argument)
    }

    pub(crate) fn environment(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    pub(crate) fn within(mut self, directory: &Path) -> Self {
        self.directory = Some(directory.to_owned());
        self
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = Path::new(&self.program).file_stem().unwrap_or(&self.program);
        write!(formatter, "{}", program.display())?;
        self.arguments.iter().try_for_each(|argument| write!(formatter, " {}", argument.display()))
    }
}

/// Says what happens next and why, does it, and says how long it took.
pub(crate) fn step<T>(what: &str, why: &str, act: impl FnOnce() -> Result<T>) -> Result<T> {
    heading(what, why);
    let start = Instant::now();
    let done = act().with_context(|| what.to_owned())?;
    println!("    done in {}", elapsed(start.elapsed().as_secs_f64()));
    Ok(done)
}

pub(crate) fn heading(what: &str, why: &str) {
    if why.is_empty() { println!("==> {what}") } else { println!("==> {what} ({why})") }
}

/// Runs a program whose own output is the progress shown; fails if it fails.
pub(crate) fn run(line: &CommandLine) -> Result<()> {
    println!("    $ {line}");
    let status = line.command().status().with_context(|| format!("`{line}` cannot be started"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// Runs one of many programs that a step already speaks of: only the complaints of a failure are shown.
pub(crate) fn run_silently(line: &CommandLine) -> Result<()> {
    let output = line.command().output().with_context(|| format!("`{line}` cannot be started"))?;
    if !output.status.success() {
        bail!("`{line}` ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// Runs a program, lets its standard output through line by line, and shows each line to `see` as well.
/// Answers whether it ended well.
pub(crate) fn watch(line: &CommandLine, mut see: impl FnMut(&str)) -> Result<bool> {
    let started = line.command().stdout(Stdio::piped()).spawn();
    let mut child = started.with_context(|| format!("`{line}` cannot be started"))?;
    if let Some(output) = child.stdout.take() {
        for text in BufReader::new(output).split(b'\n') {
            let text = text.context("its output broke off")?;
            let text = String::from_utf8_lossy(&text);
            println!("{text}");
            see(&text);
        }
    }
    Ok(child.wait().context("its end was not seen")?.success())
}

/// What a program prints, or nothing if it is missing or fails. Its complaints are not shown.
pub(crate) fn output(line: &CommandLine) -> Option<String> {
    let output = line.command().stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What a program prints while its complaints and progress are shown; fails if it fails.
pub(crate) fn capture(line: &CommandLine) -> Result<String> {
    println!("    $ {line}");
    let output = line.command().stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("`{line}` cannot be started"))?;
    if !output.status.success() {
        bail!("`{line}` ended with {}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a person watches, who likes colours.
pub(crate) fn colourful() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Seconds as people say them: `0.4 s`, `12 s`, `3 min 05 s`.
pub(crate) fn elapsed(seconds: f64) -> String {
    match seconds {
        ..10.0 => format!("{seconds:.1} s"),
        ..60.0 => format!("{seconds:.0} s"),
        _ => format!("{} min {:02} s", seconds as u64 / 60, seconds as u64 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (seconds, text) in [(0.04, "0.0 s"), (9.94, "9.9 s"), (12.4, "12 s"), (185.0, "3 min 05 s")] {
            assert_eq!(elapsed(seconds), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_failing_program_is_named_with_its_end() {
        let error = run(&CommandLine::new("false", ["now"])).unwrap_err().to_string();
        assert!(error.starts_with("`false now` ended with exit status: 1"), "{error}");
        let error = run(&CommandLine::new("no-such-program", ["x"])).unwrap_err().to_string();
        assert_eq!(error, "`no-such-program x` cannot be started");
    }
}
