use serde_json::json;
use wire::job::Waiting;

use super::super::critical::shares;
use super::*;

const AT: &str = "2026-11-23T03:00:00Z";

/// Seconds after the run began.
fn time(seconds: f64) -> String {
    format!("2026-11-23T03:{:02}:{:06.3}Z", (seconds / 60.0) as u32, seconds % 60.0)
}

fn task(id: &str, pointer: &str, status: Status, from: f64, to: Option<f64>) -> Task {
    Task {
        task_id: id.to_owned(),
        pointer: pointer.to_owned(),
        name: pointer.rsplit('/').next().unwrap_or_default().to_owned(),
        kind: "call".to_owned(),
        attempt: 1,
        status,
        started_at: Some(time(from)),
        ended_at: to.map(time),
        ..Task::default()
    }
}

fn done(id: &str, pointer: &str, from: f64, to: f64) -> Task {
    task(id, pointer, Status::Completed, from, Some(to))
}

fn run(status: Status, tasks: Vec<Task>) -> JobStatus {
    let mut run = JobStatus { tasks, ..JobStatus::default() };
    run.job.started_at = AT.to_owned();
    run.job.status = status;
    run
}

/// One line a row: indented by depth, its bars in seconds after the start, `*` on the critical path.
fn picture(chart: &Chart) -> Vec<String> {
    let seconds = |at: f64| (at - chart.from) / 1_000.0;
    chart
        .rows
        .iter()
        .map(|row| {
            let mut line = format!("{}{}", " ".repeat(row.depth), row.name);
            if row.not_taken {
                line.push_str(" not taken");
            }
            for bar in &row.bars {
                let to = bar.to.map_or("…".to_owned(), |to| seconds(to).to_string());
                let mark = if bar.is_critical { "*" } else { "" };
                line.push_str(&format!(" {}{mark} {}-{to}", bar.kind.as_str(), seconds(bar.from)));
            }
            line
        })
        .collect()
}

fn check(definition: serde_json::Value, status: &JobStatus, at_fault: &[&str]) -> Vec<String> {
    let document = Document::from_value(definition);
    let at_fault = at_fault.iter().map(|id| (*id).to_owned()).collect();
    picture(&Chart::of(Some(&document), status, &at_fault))
}

#[test]
fn work_and_waiting_for_people_and_for_time_are_told_apart() {
    let gate = Task { plugin: Some("manual-gate".to_owned()), ..done("2", "/do/1/gate", 2.0, 50.0) };
    let pause = Task { kind: "wait".to_owned(), ..done("3", "/do/2/pause", 50.0, 55.0) };
    let refused = Task {
        plugin: Some("manual-gate".to_owned()),
        ..task("4", "/do/3/again", Status::Faulted, 55.0, Some(60.0))
    };
    let status = run(Status::Faulted, vec![done("1", "/do/0/check", 0.0, 2.0), gate, pause, refused]);
    let definition = json!({ "do": [
        { "check": { "call": "http" } }, { "gate": { "call": "manual-gate:1.0.0@default" } },
        { "pause": { "wait": "PT5S" } }, { "again": { "call": "manual-gate:1.0.0@default" } },
        { "after": { "set": {} } },
    ] });
    assert_eq!(
        check(definition, &status, &["4"]),
        [
            "check work* 0-2",
            "gate people* 2-50",
            "pause time* 50-55",
            "again people* 55-60 faulted* 60-60 people* 60-…",
            "after",
        ]
    );
}

#[test]
fn the_slower_branch_is_critical_and_the_iterations_of_a_loop_share_a_row() {
    let iteration = |id: &str, number: u64, from: f64| Task {
        iteration: Some(number),
        ..done(id, "/do/1/each/do/0/copy", from, from + 2.0)
    };
    let of = |kind: &str, task: Task| Task { kind: kind.to_owned(), ..task };
    let status = run(
        Status::Completed,
        vec![
            of("fork", done("1", "/do/0/both", 0.0, 9.0)),
            done("2", "/do/0/both/fork/branches/0/slow", 0.0, 9.0),
            done("3", "/do/0/both/fork/branches/1/fast", 0.0, 4.0),
            of("for", done("4", "/do/1/each", 9.0, 13.0)),
            iteration("5", 0, 9.0),
            iteration("6", 1, 11.0),
        ],
    );
    let definition = json!({ "do": [
        { "both": { "fork": { "branches": [{ "slow": { "set": {} } }, { "fast": { "set": {} } }] } } },
        { "each": { "for": { "in": "${ [1,2] }" }, "do": [{ "copy": { "set": {} } }] } },
        { "other": { "set": {} } },
    ] });
    assert_eq!(
        check(definition, &status, &[]),
        [
            "both scope 0-9",
            " slow work* 0-9",
            " fast work 0-4",
            "each scope 9-13",
            " copy work* 9-11 work* 11-13",
            "other not taken",
        ]
    );
}

#[test]
fn attempts_of_which_no_times_are_kept_lie_between_what_came_before_and_the_last() {
    let again = Task { attempt: 3, ..done("3", "/do/0/safe/try/1/cut", 20.0, 21.0) };
    let safe =
        Task { kind: "try".to_owned(), attempt: 3, ..task("1", "/do/0/safe", Status::Running, 0.0, None) };
    let status = run(
        Status::Running,
        vec![
            safe,
            done("2", "/do/0/safe/try/0/look", 0.0, 1.0),
            done("4", "/do/0/safe/try/0/look", 18.0, 20.0),
            again,
        ],
    );
    let definition = json!({ "do": [{ "safe": {
        "try": [{ "look": { "set": {} } }, { "cut": { "call": "http" } }], "catch": { "retry": { "delay": "PT8S" } },
    } }] });
    assert_eq!(
        check(definition, &status, &[]),
        ["safe scope 0-…", " look work* 0-1 work* 18-20", " cut retry 1-20 work* 20-21"],
        "the first attempt of `cut` cannot have begun before `look` was done for the first time"
    );
}

#[test]
fn a_try_that_pauses_shows_the_pause_in_its_box() {
    let safe = Task {
        kind: "try".to_owned(),
        waiting: Some(Waiting { kind: "retry".to_owned(), since: Some(time(3.0)), ..Waiting::default() }),
        ..task("1", "/do/0/safe", Status::Waiting, 0.0, None)
    };
    let cut = task("2", "/do/0/safe/try/0/cut", Status::Faulted, 0.0, Some(3.0));
    let status = run(Status::Waiting, vec![safe, cut]);
    let definition =
        json!({ "do": [{ "safe": { "try": [{ "cut": { "call": "http" } }], "catch": { "retry": {} } } }] });
    assert_eq!(check(definition, &status, &[]), ["safe scope 0-… retry* 3-…", " cut faulted* 0-3"]);
}

#[test]
fn the_time_of_the_chain_is_told_by_what_it_went_into() {
    let gate = Task {
        plugin: Some("manual-gate".to_owned()),
        ..task("2", "/do/1/gate", Status::Waiting, 2.0, None)
    };
    let status = run(Status::Waiting, vec![done("1", "/do/0/check", 0.0, 2.0), gate]);
    let chart = Chart::of(None, &status, &HashSet::new());
    assert_eq!(chart.to, None);
    let rows = chart.rows.iter().map(|row| &**row);
    assert_eq!(shares(rows, chart.from + 32_000.0), [(BarKind::Work, 2_000.0), (BarKind::People, 30_000.0)]);
}

#[test]
fn a_run_of_which_nothing_is_known_has_an_empty_chart() {
    let chart = Chart::of(None, &JobStatus::default(), &HashSet::new());
    assert_eq!(chart, Chart::default());
    let mut odd = run(Status::Completed, vec![task("1", "/do/0/a", Status::Completed, 5.0, Some(1.0))]);
    odd.tasks[0].started_at = Some("soon".to_owned());
    odd.job.started_at = "now".to_owned();
    assert_eq!(picture(&Chart::of(None, &odd, &HashSet::new())), ["a"]);
}

#[test]
fn a_clock_that_went_back_makes_no_bar_that_ends_before_it_begins() {
    let status = run(Status::Completed, vec![done("1", "/do/0/a", 5.0, 1.0)]);
    assert_eq!(picture(&Chart::of(None, &status, &HashSet::new())), ["a work* 5-5"]);
}
