//! Runs as a file: CSV as spreadsheets open it, JSON as the API has it. Pure; written piece by piece, so that a million runs
//! never stand in memory as one text.

use wire::Job;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Json,
}

const COLUMNS: [&str; 14] = [
    "job_name",
    "workflow_name",
    "workflow_id",
    "status",
    "dry_run",
    "started_by",
    "started_at",
    "ended_at",
    "duration_seconds",
    "tasks_done",
    "tasks_total",
    "error_type",
    "error_title",
    "error_detail",
];

impl Format {
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv;charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// What stands before the first run. Excel takes a file for Unicode only by the mark at its beginning.
    pub(super) fn head(self) -> String {
        match self {
            Self::Csv => format!("\u{feff}{}\r\n", COLUMNS.join(",")),
            Self::Json => "[".to_owned(),
        }
    }

    /// Some runs; `is_first` says that none were written before. `seconds` measures a run that has ended.
    pub(super) fn runs(self, runs: &[Job], is_first: bool, seconds: impl Fn(&Job) -> Option<f64>) -> String {
        let mut text = String::new();
        for (place, run) in runs.iter().enumerate() {
            match self {
                Self::Csv => push_row(&mut text, run, seconds(run)),
                Self::Json => {
                    text.push_str(if is_first && place == 0 { "\n" } else { ",\n" });
                    // A run is made of texts and numbers: it always has its JSON.
                    text.push_str(&serde_json::to_string(run).unwrap_or_default());
                }
            }
        }
        text
    }

    pub(super) fn tail(self) -> &'static str {
        match self {
            Self::Csv => "",
            Self::Json => "\n]\n",
        }
    }
}

fn push_row(text: &mut String, run: &Job, seconds: Option<f64>) {
    let error = run.error.as_ref();
    let part = |part: Option<&String>| part.cloned().unwrap_or_default();
    let cells = [
        run.job_name.clone(),
        run.workflow_name.clone(),
        run.workflow_id.clone(),
        run.status.as_str().to_owned(),
        run.dry_run.to_string(),
        run.started_by.clone(),
        run.started_at.clone(),
        run.ended_at.clone().unwrap_or_default(),
        seconds.map(|seconds| format!("{seconds:.3}")).unwrap_or_default(),
        run.tasks_done.to_string(),
        run.tasks_total.to_string(),
        error.map(|error| error.kind.clone()).unwrap_or_default(),
        part(error.and_then(|error| error.title.as_ref())),
        part(error.and_then(|error| error.detail.as_ref())),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

/// A cell that a spreadsheet shows as text: what it would take for a formula has an apostrophe before it.
fn csv_cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if is_formula || text.contains(['"', ',', ';', '\n', '\r', '\t']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use wire::Status;
    use wire::job::TaskError;

    use super::*;

    fn run(name: &str) -> Job {
        Job {
            job_name: name.to_owned(),
            workflow_name: "灾备切换".to_owned(),
            status: Status::Faulted,
            started_by: "=HYPERLINK(\"http://x\")".to_owned(),
            started_at: "2026-11-23T03:00:00.000Z".to_owned(),
            error: Some(TaskError { detail: Some("-1 of \"2\"\nnodes".to_owned()), ..TaskError::default() }),
            ..Job::default()
        }
    }

    #[test]
    fn no_cell_runs_as_a_formula_and_none_breaks_its_row() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert!(csv_cell(text).starts_with("\"'"), "{text:?}");
        }
        assert_eq!(csv_cell("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
        assert_eq!(csv_cell("灾备"), "灾备");
    }

    #[test]
    fn a_table_opens_as_unicode_with_a_row_for_each_run() {
        let text = format!("{}{}", Format::Csv.head(), Format::Csv.runs(&[run("a-1")], true, |_| Some(1.5)));
        assert!(text.starts_with("\u{feff}job_name,"));
        assert!(text.contains("a-1,灾备切换,,faulted,false,\"'=HYPERLINK(\"\"http://x\"\")\",2026-11-23T03:00:00.000Z,,1.500,0,0,"));
        assert!(text.ends_with("\"'-1 of \"\"2\"\"\nnodes\"\r\n"), "{text}");
    }

    #[test]
    fn the_pieces_of_a_json_file_are_one_list() {
        let pieces = [
            Format::Json.head(),
            Format::Json.runs(&[run("a"), run("b")], true, |_| None),
            Format::Json.runs(&[run("c")], false, |_| None),
            Format::Json.tail().to_owned(),
        ];
        let runs: Vec<Job> = serde_json::from_str(&pieces.concat()).unwrap();
        assert_eq!(runs.iter().map(|run| run.job_name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    }
}
