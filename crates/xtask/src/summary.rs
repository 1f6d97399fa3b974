//! What was tested, how it went and how long it took, as a table.

use std::fmt;

use anyhow::{Result, bail};

use crate::shell::elapsed;

#[derive(Debug, Default)]
pub(crate) struct Summary {
    rows: Vec<Row>,
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) suite: &'static str,
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
    pub(crate) seconds: f64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// How many tests passed.
    Passed(u64),
    Failed(String),
    /// A step that is not itself a test: a build.
    Done,
}

impl Summary {
    pub(crate) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Runs something whose failure is a row, not the end.
    pub(crate) fn attempt(
        &mut self,
        suite: &'static str,
        name: &str,
        act: impl FnOnce() -> Result<Outcome>,
    ) -> bool {
        let start = std::time::Instant::now();
        let outcome = act().unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
        let well = !matches!(outcome, Outcome::Failed(_));
        self.add(Row { suite, name: name.to_owned(), outcome, seconds: start.elapsed().as_secs_f64() });
        well
    }

    /// Whether a suite ran no test at all: none passed and none failed.
    pub(crate) fn is_empty(&self, suite: &str) -> bool {
        self.rows.iter().filter(|row| row.suite == suite).all(|row| row.outcome == Outcome::Passed(0))
    }

    pub(crate) fn check(&self) -> Result<()> {
        let failed: Vec<&str> = self
            .rows
            .iter()
            .filter(|row| matches!(row.outcome, Outcome::Failed(_)))
            .map(|row| row.name.as_str())
            .collect();
        if !failed.is_empty() {
            bail!("{} of {} failed: {}", failed.len(), self.rows.len(), failed.join(", "));
        }
        Ok(())
    }
}

impl Row {
    fn passed(&self) -> u64 {
        if let Outcome::Passed(count) = self.outcome { count } else { 0 }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        for row in &self.rows {
            let time = elapsed(row.seconds);
            write!(formatter, "{:<9} {:<width$} {time:>12}  ", row.suite, row.name)?;
            match &row.outcome {
                Outcome::Passed(count) => writeln!(formatter, "{count} passed")?,
                Outcome::Done => writeln!(formatter, "done")?,
                Outcome::Failed(why) => writeln!(formatter, "FAILED: {why}")?,
            }
        }
        let seconds = elapsed(self.rows.iter().map(|row| row.seconds).sum());
        match self.rows.iter().map(Row::passed).sum() {
            0_u64 => write!(formatter, "{} checks in {seconds}", self.rows.len()),
            passed => write!(formatter, "passed: {passed} tests, in {seconds}"),
        }
    }
}

/// The passed and the failed of libtest's closing line, `test result: ok. 12 passed; 0 failed; …`.
pub(crate) fn read_result_line(line: &str) -> Option<(u64, u64)> {
    let counts = line.split_once("test result: ")?.1;
    let number_before = |word: &str| {
        let before = counts.split_once(word)?.0.trim_end();
        before.rsplit(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
    };
    Some((number_before("passed")?, number_before("failed")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_adds_up_and_names_what_failed() {
        let mut summary = Summary::default();
        summary.add(Row { suite: "unit", name: "flow".into(), outcome: Outcome::Passed(12), seconds: 1.5 });
        assert!(summary.check().is_ok());
        summary.attempt("journeys", "first_light", || bail!("no gate"));
        assert_eq!(summary.check().unwrap_err().to_string(), "1 of 2 failed: first_light");
        assert!(summary.is_empty("browser") && !summary.is_empty("unit") && !summary.is_empty("journeys"));
        assert_eq!(
            summary.to_string(),
            "unit      flow               1.5 s  12 passed\n\
             journeys  first_light        0.0 s  FAILED: no gate\n\
             passed: 12 tests, in 1.5 s"
        );
    }

    #[test]
    fn closing_lines_are_read_in_colour_too() {
        let plain =
            "test result: ok. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(read_result_line(plain), Some((12, 3)));
        assert_eq!(read_result_line("test result: \u{1b}[32mok\u{1b}[m. 7 passed; 0 failed;"), Some((7, 0)));
        assert_eq!(read_result_line("test it ... ok"), None);
    }
}
