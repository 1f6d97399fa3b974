//! `mas-hub simulate`: what a run of a definition would come to, in a world that the command line describes. Needs no
//! database and no network.
//!
//! The simulation itself is `flow::simulate`; here words become a scenario, and the result becomes text.

mod choices;
mod print;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use flow::Document;
use flow::engine::Timestamp;
use flow::simulate::simulate;

use crate::check::{self, Language};
use crate::clock;
use crate::plugins::Plugins;

/// The command line. A task is named by its pointer, or by its name where only one has it.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The definition; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The call of this task fails: with a standard error type (`communication`, `timeout`, …), a status or the URI of a
    /// type [default: communication], or `silent`: it never answers. `*2` behind it lets the first two attempts fail only
    #[arg(long, value_name = "TASK[=TYPE][*TIMES]")]
    fault: Vec<String>,
    /// What becomes of a gate; without it, it is approved
    #[arg(long, value_name = "TASK=approve|reject|ignore")]
    decide: Vec<String>,
    /// How long a task takes, such as PT5M; without it `mas.duration` of its metadata, else a guess that is called one
    #[arg(long, value_name = "TASK=DURATION")]
    duration: Vec<String>,
    /// Somebody retries this task after it was at fault, once [default: after PT5M]
    #[arg(long, value_name = "TASK[=DURATION]")]
    retry: Vec<String>,
    /// Somebody skips this task after it was at fault [default: after PT5M]
    #[arg(long, value_name = "TASK[=DURATION]")]
    skip: Vec<String>,
    /// The input of the run; without it the defaults of the definition
    #[arg(long, value_name = "JSON|@FILE")]
    input: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The language of the text
    #[arg(long, value_enum, default_value_t)]
    language: Language,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A timeline with the critical path
    #[default]
    Text,
    /// One object with everything, times in milliseconds after the start
    Json,
}

/// What is to be printed, and whether the run completes within its target.
///
/// # Errors
/// What is wrong with the command line.
pub fn run(arguments: &Arguments, plugins: &Plugins) -> Result<(String, bool), String> {
    let name = arguments.file.display().to_string();
    let refused = |report| (check::printed(&[report], check::Format::Text, arguments.language), false);
    let text = match check::text_in(&arguments.file) {
        Ok(text) => text,
        Err(cause) => return Ok(refused(check::unreadable(&arguments.file, &cause))),
    };
    let mut report = check::text_of(&name, &text, plugins);
    report.findings.retain(|finding| finding.refuses_start);
    let Ok((document, _)) = Document::import(&text) else { return Ok(refused(report)) };
    if !report.findings.is_empty() {
        return Ok(refused(report));
    }
    simulated(arguments, &name, &document)
}

fn simulated(arguments: &Arguments, name: &str, document: &Document) -> Result<(String, bool), String> {
    let mut scenario = choices::scenario(arguments, document)?;
    scenario.start = Timestamp(clock::now());
    scenario.input = arguments.input.as_deref().map(input).transpose()?;
    let simulation = match simulate(document, scenario) {
        Ok(simulation) => simulation,
        Err(problems) => return Ok((print::problems(name, &problems, arguments.language), false)),
    };
    let text = match arguments.format {
        Format::Text => print::text(document, &simulation, arguments.language),
        Format::Json => print::json(name, &simulation),
    };
    Ok((text, simulation.passes()))
}

fn input(given: &str) -> Result<serde_json::Value, String> {
    let text = match given.strip_prefix('@') {
        Some(path) => check::text_in(Path::new(path)).map_err(|cause| format!("--input: {path}: {cause}"))?,
        None => given.to_owned(),
    };
    serde_json::from_str(&text).map_err(|cause| format!("--input is not JSON: {cause}"))
}

#[cfg(test)]
mod tests;
