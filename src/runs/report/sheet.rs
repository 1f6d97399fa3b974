//! The report in the reader's words and time: a head of facts, then tables. The page and the Markdown file are both
//! this sheet, so that neither says what the other leaves out.

use wire::Status;
use wire::job::{Act, TaskError};

use super::record::{Instance, Record, Target, Wait};
use crate::runs::timeline::BarKind;

/// What is said in words that depend on the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Workflow,
    Version,
    Revision,
    Digest,
    Mode,
    DryRun,
    RealRun,
    Status,
    StartedBy,
    Started,
    Ended,
    Elapsed,
    Reason,
    Target,
    Met,
    Missed,
    Open,
    AsOf,
    NotOver,
    Time,
    CriticalTime,
    Share,
    WaitsForPeople,
    From,
    To,
    EndedBy,
    StillWaits,
    People,
    Who,
    What,
    Why,
    Faults,
    Error,
    Retried,
    Skipped,
    Tasks,
    Task,
    Attempt,
    Duration,
    Critical,
    NotTaken,
    Omitted,
    None,
}

/// How a reader is told things: words, moments, spans.
pub(super) trait Teller {
    fn word(&self, word: Word) -> String;
    fn status(&self, status: &Status) -> String;
    fn kind(&self, kind: BarKind) -> String;
    fn act(&self, act: &str) -> String;
    /// An RFC 3339 time as a clock's face.
    fn time(&self, time: &str) -> String;
    /// Milliseconds as a span.
    fn span(&self, milliseconds: f64) -> String;
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sheet {
    pub title: String,
    pub facts: Vec<(String, String)>,
    pub tables: Vec<Table>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table {
    pub heading: String,
    pub columns: Vec<String>,
    /// Empty is said in words, not left blank: that nobody skipped anything is news.
    pub rows: Vec<Vec<String>>,
    pub empty: String,
    pub note: Option<String>,
}

impl Sheet {
    pub(super) fn of(record: &Record, teller: &dyn Teller) -> Self {
        let title = record.definition.title.clone().unwrap_or_else(|| record.definition.name.clone());
        Self {
            title: format!("{title} – {}", record.run.job_name),
            facts: facts(record, teller),
            tables: tables(record, teller),
        }
    }

    /// The sheet as CommonMark with tables, to be kept beside tickets and in wikis.
    pub(super) fn markdown(&self) -> String {
        let mut text = format!("# {}\n\n", escaped(&self.title));
        for (term, value) in &self.facts {
            text.push_str(&format!("- **{}**: {}\n", escaped(term), escaped(value)));
        }
        for table in &self.tables {
            text.push_str(&format!("\n## {}\n\n", escaped(&table.heading)));
            if table.rows.is_empty() {
                text.push_str(&format!("{}\n", escaped(&table.empty)));
            } else {
                text.push_str(&line(&table.columns));
                text.push_str(&line(&vec!["---".to_owned(); table.columns.len()]));
                for row in &table.rows {
                    text.push_str(&line(&row.iter().map(|cell| escaped(cell)).collect::<Vec<_>>()));
                }
            }
            if let Some(note) = &table.note {
                text.push_str(&format!("\n{}\n", escaped(note)));
            }
        }
        text
    }
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// What a name or a comment holds stays text: no markup, no HTML, no end of a cell.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => safe.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~' => {
                safe.push('\\');
                safe.push(character);
            }
            other => safe.push(other),
        }
    }
    safe
}

fn facts(record: &Record, teller: &dyn Teller) -> Vec<(String, String)> {
    let (run, definition) = (&record.run, &record.definition);
    let mut facts = Vec::new();
    let mut fact = |word: Word, value: String| {
        if !value.is_empty() {
            facts.push((teller.word(word), value));
        }
    };
    let mode = if run.dry_run { Word::DryRun } else { Word::RealRun };
    fact(Word::Mode, teller.word(mode));
    fact(Word::Status, teller.status(&run.status.as_str().into()));
    fact(Word::StartedBy, run.started_by.clone());
    fact(Word::Started, teller.time(&run.started_at));
    match &run.ended_at {
        Some(ended_at) if run.is_over => fact(Word::Ended, teller.time(ended_at)),
        _ => fact(Word::NotOver, teller.time(&record.as_of)),
    }
    fact(Word::Elapsed, teller.span(run.elapsed_ms));
    fact(Word::Target, record.target.as_ref().map(|target| told_target(target, teller)).unwrap_or_default());
    fact(Word::Reason, run.reason.clone().unwrap_or_default());
    fact(Word::Error, run.error.as_ref().map(told_error).unwrap_or_default());
    fact(
        Word::Workflow,
        [definition.namespace.as_str(), definition.name.as_str()]
            .join("/")
            .trim_start_matches('/')
            .to_owned(),
    );
    fact(Word::Version, definition.version.clone());
    if definition.revision > 0 {
        fact(Word::Revision, definition.revision.to_string());
    }
    fact(Word::Digest, definition.digest.clone().unwrap_or_default());
    fact(Word::AsOf, teller.time(&record.as_of));
    facts
}

fn tables(record: &Record, teller: &dyn Teller) -> Vec<Table> {
    let table = |heading: Word, columns: &[Word], rows: Vec<Vec<String>>| Table {
        heading: teller.word(heading),
        columns: columns.iter().map(|word| teller.word(*word)).collect(),
        rows,
        empty: teller.word(Word::None),
        note: None,
    };
    let whole: f64 = record.critical_path.iter().map(|share| share.ms).sum();
    let shares = record.critical_path.iter().map(|share| {
        let part = if whole > 0.0 { (share.ms / whole * 100.0).round() } else { 0.0 };
        vec![teller.kind(share.kind), teller.span(share.ms), format!("{part} %")]
    });
    let people = record.people.iter().map(|act| {
        vec![
            teller.time(&act.at),
            act.by.clone(),
            told_act(act, teller),
            act.comment.clone().unwrap_or_default(),
        ]
    });
    let fault = |task: &Instance| {
        vec![named(task), task.attempt.to_string(), task.error.as_ref().map(told_error).unwrap_or_default()]
    };
    let brief = |task: &Instance| {
        vec![named(task), task.attempt.to_string(), teller.status(&task.status.as_str().into())]
    };
    let mut tasks = table(
        Word::Tasks,
        &[Word::Task, Word::What, Word::Status, Word::Attempt, Word::Started, Word::Duration, Word::Critical],
        record.tasks.iter().map(|task| told_task(task, teller)).collect(),
    );
    if record.tasks_omitted > 0 {
        tasks.note = Some(format!("{}: {}", teller.word(Word::Omitted), record.tasks_omitted));
    }
    vec![
        table(Word::CriticalTime, &[Word::What, Word::Duration, Word::Share], shares.collect()),
        table(
            Word::WaitsForPeople,
            &[Word::Task, Word::From, Word::To, Word::Duration, Word::EndedBy],
            record.waits_for_people.iter().map(|wait| told_wait(wait, teller)).collect(),
        ),
        table(Word::People, &[Word::Time, Word::Who, Word::What, Word::Why], people.collect()),
        table(Word::Faults, &[Word::Task, Word::Attempt, Word::Error], record.faulted().map(fault).collect()),
        table(
            Word::Retried,
            &[Word::Task, Word::Attempt, Word::Status],
            record.retried().map(brief).collect(),
        ),
        table(
            Word::Skipped,
            &[Word::Task, Word::Attempt, Word::Status],
            record.skipped().map(brief).collect(),
        ),
        table(
            Word::NotTaken,
            &[Word::Task],
            record.not_taken.iter().map(|pointer| vec![pointer.clone()]).collect(),
        ),
        tasks,
    ]
}

fn told_target(target: &Target, teller: &dyn Teller) -> String {
    let word = match target.is_met {
        Some(true) => Word::Met,
        Some(false) => Word::Missed,
        None => Word::Open,
    };
    format!("{} – {}", teller.span(target.ms), teller.word(word))
}

fn told_task(task: &Instance, teller: &dyn Teller) -> Vec<String> {
    vec![
        // Two spaces a level, of those that neither HTML nor Markdown fold.
        format!("{}{}", "\u{2003}".repeat(task.depth.min(8)), named(task)),
        task.what.clone(),
        teller.status(&task.status.as_str().into()),
        task.attempt.to_string(),
        task.started_at.as_deref().map(|time| teller.time(time)).unwrap_or_default(),
        task.ms.map(|span| teller.span(span)).unwrap_or_default(),
        if task.critical { "●".to_owned() } else { String::new() },
    ]
}

fn told_wait(wait: &Wait, teller: &dyn Teller) -> Vec<String> {
    let ended_by = match (&wait.ended_by, &wait.to) {
        // Which task is told beside it.
        (Some(act), _) => format!("{} {}", act.by, teller.act(&act.act)),
        (None, None) => teller.word(Word::StillWaits),
        (None, Some(_)) => String::new(),
    };
    vec![
        wait.task.clone(),
        teller.time(&wait.from),
        wait.to.as_deref().map(|time| teller.time(time)).unwrap_or_default(),
        teller.span(wait.ms),
        ended_by,
    ]
}

fn told_act(act: &Act, teller: &dyn Teller) -> String {
    let task = act.task_name.as_deref().unwrap_or_default();
    format!("{} {task}", teller.act(&act.act)).trim_end().to_owned()
}

fn told_error(error: &TaskError) -> String {
    let what = error.title.clone().unwrap_or_else(|| error.kind.clone());
    match &error.detail {
        Some(detail) if !detail.is_empty() => format!("{what}: {detail}"),
        _ => what,
    }
}

fn named(task: &Instance) -> String {
    match task.iteration {
        Some(iteration) => format!("{} [{iteration}]", task.name),
        None => task.name.clone(),
    }
}

#[cfg(test)]
mod tests;
