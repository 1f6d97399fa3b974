use serde_json::{Value, json};
use wire::Job;
use wire::job::TaskError;

use super::*;

fn task(pointer: &str, second: u32, took: u32) -> Task {
    Task {
        task_id: format!("{pointer}#{second}"),
        pointer: pointer.to_owned(),
        name: pointer.rsplit('/').next().unwrap_or_default().to_owned(),
        status: Status::Completed,
        attempt: 1,
        started_at: Some(format!("2026-11-23T03:00:{second:02}Z")),
        ended_at: Some(format!("2026-11-23T03:00:{:02}Z", second + took)),
        ..Task::default()
    }
}

fn run(tasks: Vec<Task>) -> JobStatus {
    let job = Job { started_at: "2026-11-23T03:00:00Z".to_owned(), ..Job::default() };
    JobStatus { job, tasks, ..JobStatus::default() }
}

/// A row a line: its name, who has it, in what it differs; a star at the first divergence.
fn told(compared: &Compared) -> Vec<String> {
    let line = |(index, row): (usize, &Row)| {
        let who = match (&row.a, &row.b) {
            (Some(_), Some(_)) => "ab",
            (Some(_), None) => "a",
            _ => "b",
        };
        let star = if compared.first == Some(index) { "*" } else { "" };
        format!("{star}{} {who} {:?}", row.name, row.differences)
    };
    compared.rows.iter().enumerate().map(line).collect()
}

#[test]
fn they_part_where_the_innermost_task_first_went_another_way() {
    let fault = Task {
        status: Status::Faulted,
        error: Some(TaskError { status: 503, ..TaskError::default() }),
        ..task("/do/0/switch/try/0/raise", 2, 3)
    };
    let a = run(vec![
        task("/do/0/switch", 1, 9),
        task("/do/0/switch/try/0/raise", 2, 3),
        task("/do/1/report", 10, 1),
    ]);
    let b = run(vec![
        Task { status: Status::Faulted, ..task("/do/0/switch", 1, 9) },
        fault,
        task("/do/0/switch/catch/do/0/restore", 5, 1),
    ]);
    assert_eq!(
        told(&Compared::of((&a, None), (&b, None))),
        ["switch ab [Status]", "*raise ab [Status, Error]", "restore b [Presence]", "report a [Presence]",]
    );
}

#[test]
fn where_only_data_differs_the_first_of_it_is_told() {
    let with = |value: Value| Task { output: json!({ "weight": value }), ..task("/do/1/set", 2, 1) };
    let a = run(vec![task("/do/0/check", 0, 1), with(json!(100))]);
    let b = run(vec![task("/do/0/check", 0, 2), with(json!(50))]);
    let compared = Compared::of((&a, None), (&b, None));
    assert_eq!(told(&compared), ["check ab []", "*set ab [Output]"]);
    assert_eq!(compared.rows[0].longer_by(), Some(1_000.0));
    assert_eq!(compared.rows[1].output[0].at.as_str(), "/weight");
}

#[test]
fn iterations_are_compared_one_by_one_and_omitted_values_not_at_all() {
    let site = |second: u32, output: Value| Task {
        iteration: Some(u64::from(second)),
        output,
        ..task("/do/0/each/do/0/site", second, 1)
    };
    let a = run(vec![site(0, json!(1)), site(1, json!(2)), site(2, json!(3))]);
    let b = run(vec![site(0, json!(1)), Task { values_omitted: true, ..site(1, Value::Null) }]);
    let compared = Compared::of((&a, None), (&b, None));
    assert_eq!(told(&compared), ["site ab []", "site ab []", "*site a [Presence]"]);
}

#[test]
fn a_task_is_the_same_where_the_definition_put_another_before_it() {
    let document = |tasks: Value| {
        let head = json!({ "dsl": "1.0.3", "namespace": "default", "name": "w", "version": "1.0.0" });
        Document::from_value(json!({ "document": head, "do": tasks }))
    };
    let before = document(json!([{ "gate": { "wait": "PT1S" } }]));
    let after =
        document(json!([{ "announce": { "set": { "said": true } } }, { "gate": { "wait": "PT1S" } }]));
    let a = run(vec![task("/do/0/gate", 0, 1)]);
    let b = run(vec![task("/do/0/announce", 0, 1), task("/do/1/gate", 1, 1)]);
    let compared = Compared::of((&a, Some(&before)), (&b, Some(&after)));
    assert_eq!(told(&compared), ["*announce b [Presence]", "gate ab []"]);
    assert_eq!(compared.definition.map(|comparison| comparison.tasks.len()), Some(1));
}

#[test]
fn the_depth_of_a_task_is_read_off_its_pointer() {
    for (pointer, wanted) in
        [("/do/0/a", 0), ("/do/0/a/do/1/b", 1), ("/do/2/a/fork/branches/0/b/try/3/c", 2), ("", 0)]
    {
        assert_eq!(depth(pointer), wanted, "{pointer}");
    }
}
