//! DSL reference: Listen, Event Consumption Strategy, Event Filter, Correlation, Subscription Iterator; DSL: Events.

use flow::engine::{Event, TaskStatus, Timestamp, Waiting};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::driver::{Outcome, Shell};

/// A run that listens, once it waits.
fn listening(to: &str) -> Shell {
    Shell::new(&format!("do: [{{hear: {{listen: {{to: {to}}}}}}}]")).start(json!({"order": "7"})).run()
}

/// The output of a run that listens, after events of these types and data.
#[track_caller]
fn check(to: &str, events: &[(&str, Value)], expected: Value) {
    let mut shell = listening(to);
    for (kind, data) in events {
        assert_eq!(shell.status(), TaskStatus::Waiting, "it has enough too early:\n{}", shell.trace);
        shell = shell.event(kind, data.clone()).run();
    }
    assert_eq!(shell.output(), &expected);
    assert!(shell.bus.subscriptions.is_empty(), "nobody listens any more");
}

#[track_caller]
fn waits_still(to: &str, events: &[(&str, Value)]) {
    let shell =
        events.iter().fold(listening(to), |shell, (kind, data)| shell.event(kind, data.clone()).run());
    assert_eq!(shell.status(), TaskStatus::Waiting, "{}", shell.trace);
}

/// Event Consumption Strategy: `until`. What of it was consumed already is at most one event for each of its filters.
#[test]
fn a_listener_that_waits_for_ever_does_not_grow() {
    let until = "{all: [{with: {type: x}}, {with: {type: y}}]}";
    let to = format!("{{any: [{{with: {{type: a}}}}], until: {until}}}");
    let yaml = format!(
        "do: [{{hear: {{listen: {{to: {to}}}, foreach: {{output: {{as: '${{ null }}'}}, do: [{{s: {{set: {{a: 1}}}}}}]}}}}}}]"
    );
    let mut shell = Shell::new(&yaml).start(json!({})).run();
    for _ in 0..20 {
        shell = shell.event("x", json!(1)).run();
    }
    let size = size_of(&shell);
    for _ in 0..200 {
        shell = shell.event("x", json!(1)).event("other", json!(1)).run();
    }
    assert!(size_of(&shell) < size + 20, "{} of {size}", size_of(&shell));
    assert_eq!(shell.event("y", json!(1)).run().status(), TaskStatus::Completed);
}

/// How many bytes the state takes in a store.
fn size_of(shell: &Shell) -> usize {
    shell.store.parts.values().map(String::len).sum()
}

/// Event Consumption Strategy: `one`. Listen: "produces a sequentially ordered array".
#[test]
fn one_waits_for_its_event_and_yields_an_array_of_it() {
    check("{one: {with: {type: b}}}", &[("a", json!(1)), ("b", json!(2))], json!([2]));
    let shell = listening("{one: {with: {type: b}}}");
    let waiting = shell.tasks[&shell.id("hear")].waiting.clone();
    assert_eq!(waiting, Some(Waiting::Event { since: Timestamp(0), types: vec!["b".to_owned()] }));
}

/// Event Consumption Strategy: `any`, "If empty, listens to all incoming events", "If not present, once any event is
/// received, it proceeds to the next task".
#[test]
fn any_goes_on_with_the_first_that_matches() {
    check("{any: []}", &[("x", json!({"n": 1}))], json!([{"n": 1}]));
    let to = "{any: [{with: {type: temperature, data: '${ .degrees > 38 }'}}, {with: {type: bpm}}]}";
    check(to, &[("temperature", json!({"degrees": 37})), ("bpm", json!(90))], json!([90]));
    check(
        to,
        &[("temperature", json!("warm")), ("temperature", json!({"degrees": 39}))],
        json!([{"degrees": 39}]),
    );
}

/// Event Consumption Strategy: `all`, in the order in which they come; an event stands for one filter.
#[test]
fn all_waits_for_each() {
    let to = "{all: [{with: {type: a}}, {with: {type: b}}, {with: {type: a}}]}";
    check(to, &[("b", json!(1)), ("b", json!(2)), ("a", json!(3)), ("a", json!(4))], json!([1, 3, 4]));
    assert_eq!(listening("{all: []}").output(), &json!([]));
}

/// Event Filter: "Supports both regular expressions and runtime expressions".
#[test]
fn a_filter_compares_every_attribute_as_it_is_written() {
    let data = json!({"id": "7", "n": 1});
    check(
        "{one: {with: {type: 'com\\.example\\..+', source: test}}}",
        &[("com.example.a", json!(1))],
        json!([1]),
    );
    check(
        "{one: {with: {data: {id: '${ $input.order }'}}}}",
        &[("a", json!({"id": "8"})), ("a", data.clone())],
        json!([data]),
    );
    check("{one: {with: {type: '${ startswith(\"b\") }'}}}", &[("a", json!(1)), ("b", json!(2))], json!([2]));
    waits_still("{one: {with: {type: a, source: other}}}", &[("a", json!(1))]);
    waits_still("{one: {with: {tenant: x}}}", &[("a", json!(1))]);
    waits_still("{one: {with: {data: '${ .a.b.c.d > 1 }'}}}", &[("a", json!("no object"))]);
}

/// Correlation: "If not set, the first extracted value will be used as the correlation's expectation."
#[test]
fn the_first_event_says_what_the_others_belong_to() {
    let filter =
        |kind: &str| format!("{{with: {{type: {kind}}}, correlate: {{room: {{from: .data.room}}}}}}");
    let to = format!("{{all: [{}, {}]}}", filter("temperature"), filter("humidity"));
    let reading = |room: u64| json!({"room": room});
    let events = [
        ("humidity", json!({"no": "room"})),
        ("temperature", reading(1)),
        ("humidity", reading(2)),
        ("humidity", reading(1)),
    ];
    check(&to, &events, json!([reading(1), reading(1)]));
}

/// Correlation: `expect` is "a constant or a runtime expression".
#[test]
fn an_expected_value_is_computed_or_written() {
    let to = "{one: {with: {type: a}, correlate: {order: {from: .data.order, expect: '${ .order }'}}}}";
    check(to, &[("a", json!({"order": "8"})), ("a", json!({"order": "7"}))], json!([{"order": "7"}]));
    let to = "{one: {with: {type: a}, correlate: {order: {from: .data.order, expect: '7'}}}}";
    check(to, &[("a", json!({"order": 8})), ("a", json!({"order": 7}))], json!([{"order": 7}]));
    waits_still(to, &[("a", json!({})), ("a", json!({"order": null}))]);
}

/// Event Consumption Strategy: `until`, a condition on what has been consumed.
#[test]
fn any_gathers_until_the_condition_holds() {
    check(
        "{any: [{with: {type: a}}], until: '( . | length ) > 2'}",
        &[("a", json!(1)), ("b", json!(2)), ("a", json!(3)), ("a", json!(4))],
        json!([1, 3, 4]),
    );
    let shell = listening("{any: [], until: '.[0] | error'}").event("a", json!("no")).run();
    assert_eq!(shell.status(), TaskStatus::Faulted, "{}", shell.trace);
}

/// Listen: "Events consumed by an `until` clause should not be included in the task's output."
#[test]
fn any_gathers_until_an_event_that_is_no_part_of_it() {
    check(
        "{any: [], until: {one: {with: {type: end}}}}",
        &[("a", json!(1)), ("b", json!(2)), ("end", json!(3))],
        json!([1, 2]),
    );
    check(
        "{any: [{with: {type: a}}], until: {all: [{with: {type: x}}, {with: {type: y}}]}}",
        &[("y", json!(0)), ("a", json!(1)), ("y", json!(2)), ("x", json!(3))],
        json!([1]),
    );
}

/// Listen: `read`.
#[test]
fn events_are_read_as_data_envelope_or_raw() {
    let read = |how: &str| {
        let shell = Shell::new(&format!("do: [{{hear: {{listen: {{to: {{any: []}}, read: {how}}}}}}}]"));
        shell.start(Value::Null).event("a", json!({"n": 1})).run().output()[0].clone()
    };
    assert_eq!(read("data"), json!({"n": 1}));
    assert_eq!(read("envelope")["type"], "a");
    assert_eq!(read("raw"), "{\"n\":1}");
}

/// Subscription Iterator, and Listen: "must complete before moving on to the next one … First-In-First-Out".
#[test]
fn each_event_is_handled_before_the_next() {
    let definition = r#"
do:
  - hear:
      listen: {to: {any: [], until: '( . | length ) == 3'}}
      foreach:
        item: reading
        at: place
        do:
          - check: {call: 'check:1.0.0@default', with: {n: '${ $reading.n }'}}
          - sum: {set: {n: '${ .n * 10 }', place: '${ $place }'}}
        output: {as: '{n, place, from: $reading.n}'}
        export: {as: '{last: .n, before: $context.last}'}
      output: {as: '{all: ., context: $context}'}
"#;
    let mut shell = Shell::new(definition).answering("check", [Outcome::Silence]).start(Value::Null).run();
    for n in [1, 2, 3] {
        shell = shell.event("a", json!({"n": n})).run();
    }
    assert_eq!(shell.calls.len(), 1, "the others wait outside:\n{}", shell.trace);
    let size = size_of(&shell);
    let mut burst = shell;
    for n in 4..500 {
        burst = burst.event("a", json!({"n": n})).run();
    }
    assert_eq!(size_of(&burst), size, "a burst does not grow the state");
    while let Some((task, attempt, _, _)) = burst.calls.pop_front() {
        let n = burst.tasks[&task].input["n"].clone();
        let at = Timestamp(burst.now);
        burst.submit(Event::CallCompleted { at, task, attempt, output: json!({"n": n}) });
        burst = burst.run();
    }
    let item = |n: u64| json!({"n": n * 10, "place": n - 1, "from": n});
    assert_eq!(
        burst.output(),
        &json!({"all": [item(1), item(2), item(3)], "context": {"last": 30, "before": 20}})
    );
    let iterations: Vec<_> =
        burst.tasks.values().filter(|task| task.name == "sum").map(|task| task.iteration).collect();
    assert_eq!(iterations, [Some(0), Some(1), Some(2)]);
}

/// Listen: the array is of "the events it has consumed, and potentially transformed using `foreach.output.as`".
#[test]
fn without_an_output_of_its_own_an_event_stays_as_it_was_read() {
    let definition =
        "do: [{hear: {listen: {to: {any: []}}, foreach: {do: [{other: {set: {seen: '${ $item }'}}}]}}}]";
    assert_eq!(Shell::new(definition).start(Value::Null).event("a", json!(1)).run().output(), &json!([1]));
    let definition = "do: [{hear: {listen: {to: {any: []}}, foreach: {output: {as: '[., $index]'}}}}]";
    assert_eq!(
        Shell::new(definition).start(Value::Null).event("a", json!(1)).run().output(),
        &json!([[1, 0]])
    );
}

#[test]
fn listening_for_ever_gathers_nothing_and_can_be_stopped() {
    let definition =
        "do: [{hear: {listen: {to: {any: [], until: '${ false }'}}, foreach: {do: [{a: {set: {x: 1}}}]}}}]";
    let mut shell = Shell::new(definition).start(Value::Null).event("a", json!("1")).run();
    let size = size_of(&shell);
    for n in 0..100 {
        shell = shell.event("a", json!(n)).run();
    }
    assert!(size_of(&shell) < size + 20);
    assert_eq!(shell.tasks.values().filter(|task| task.name == "a").count(), 101);
    let shell = shell.stop();
    assert_eq!((shell.status(), shell.bus.subscriptions.len()), (TaskStatus::Cancelled, 0));
}

#[test]
fn what_one_listen_gathers_is_bounded() {
    let mut shell = listening("{any: [], until: 'length > 100000'}");
    let large = "x".repeat(300_000);
    for _ in 0..3 {
        shell = shell.event("a", json!(large)).run();
        assert_eq!(shell.status(), TaskStatus::Waiting);
    }
    let shell = shell.event("a", json!(large)).run();
    let error = shell.job.unwrap().error.unwrap();
    assert!(error.detail.unwrap().contains("foreach.output.as"), "{}", shell.trace);
}

/// DSL, Events: what was emitted before a run listens is not lost to it, once.
#[test]
fn an_event_may_come_before_its_listener_and_is_heard_once() {
    let definition = r#"
do:
  - tell: {emit: {event: {with: {type: a, data: 1}}}}
  - first: {listen: {to: {one: {with: {type: a}}}}}
  - second: {listen: {to: {one: {with: {type: a}}}}}
"#;
    let shell = Shell::new(definition).start(Value::Null).run();
    assert_eq!(shell.tasks[&shell.id("first")].output, json!([1]));
    assert_eq!(shell.status(), TaskStatus::Waiting, "the second waits for another:\n{}", shell.trace);
    assert_eq!(shell.event("a", json!(2)).run().output(), &json!([2]));
}

#[test]
fn what_was_there_before_the_run_is_not_for_it() {
    let mut shell = Shell::new("do: [{hear: {listen: {to: {any: []}}}}]").event("a", json!("old"));
    shell.now = 1;
    assert_eq!(shell.start(Value::Null).run().status(), TaskStatus::Waiting);
}

#[test]
fn branches_that_listen_at_the_same_time_both_hear() {
    let branch = |name: &str| format!("{{{name}: {{listen: {{to: {{one: {{with: {{type: a}}}}}}}}}}}}");
    let definition = format!("do: [{{both: {{fork: {{branches: [{}, {}]}}}}}}]", branch("x"), branch("y"));
    let shell = Shell::new(&definition).start(Value::Null).event("a", json!(1)).run();
    assert_eq!(shell.output(), &json!([[1], [1]]));
}

/// DSL reference, Timeout.
#[test]
fn a_timeout_ends_the_waiting_and_a_retry_hears_what_was_not_used() {
    let definition = r#"
do:
  - hear:
      listen: {to: {all: [{with: {type: a}}, {with: {type: b}}]}}
      timeout: {after: {seconds: 5}}
"#;
    let shell = Shell::new(definition).start(Value::Null).event("a", json!(1)).run();
    assert_eq!(shell.status(), TaskStatus::Faulted);
    assert_eq!(shell.job.as_ref().unwrap().error.as_ref().unwrap().status, 408);
    assert!(shell.bus.subscriptions.is_empty());
    let shell = shell.event("b", json!(2)).retry(&["hear"]).run();
    assert_eq!(shell.output(), &json!([1, 2]));
}

#[test]
fn a_fault_of_the_tasks_for_an_event_holds_the_rest_back_until_the_retry() {
    let definition = r#"
do:
  - hear:
      listen: {to: {any: [], until: 'length == 2'}}
      foreach: {do: [{work: {call: 'f:1.0.0@default', with: {n: '${ . }'}}}]}
"#;
    let shell = Shell::new(definition)
        .answering("work", [Outcome::Fault(500, "no"), Outcome::Output(json!("ok"))])
        .start(Value::Null)
        .event("a", json!(1))
        .event("a", json!(2))
        .run();
    assert_eq!(shell.status(), TaskStatus::Faulted, "{}", shell.trace);
    let shell = shell.retry(&["work"]).run();
    assert_eq!(shell.output(), &json!([1, 2]));
}

/// A whole `listen` that runs again finds no event again that its `foreach` is done with.
#[test]
fn what_was_handled_is_not_handled_again_by_a_retry() {
    let definition = r#"
do:
  - guard:
      try:
        - hear:
            listen: {to: {any: [], until: '.[-1] == "end"'}}
            foreach: {do: [{work: {call: 'f:1.0.0@default', with: {n: '${ . }'}}}]}
      catch: {retry: {delay: {seconds: 1}, backoff: {constant: {}}, limit: {attempt: {count: 3}}}}
"#;
    let outcomes = [Outcome::Output(json!(1)), Outcome::Fault(500, "no"), Outcome::Output(json!(2))];
    let shell = Shell::new(definition)
        .answering("work", outcomes)
        .start(Value::Null)
        .event("a", json!("one"))
        .event("a", json!("end"))
        .run();
    assert_eq!(shell.output(), &json!(["end"]));
}

#[test]
fn a_wait_for_events_is_seen_and_can_be_skipped() {
    let shell = listening("{one: {with: {type: b}}}").skip("hear").run();
    assert_eq!((shell.output(), shell.bus.subscriptions.len()), (&json!({"order": "7"}), 0));
}

#[test]
fn a_stale_or_repeated_delivery_changes_nothing() {
    let mut shell = listening("{any: [], until: 'length == 3'}").event("a", json!(1)).run();
    let (task, state) = (shell.id("hear"), shell.state.clone());
    for (attempt, sequence) in [(1, 1), (1, 0), (2, 5), (0, 5)] {
        let (at, event) = (Timestamp(9), json!({"type": "a", "data": "again"}));
        shell.submit(Event::Delivered { at, task, attempt, sequence, event });
    }
    assert_eq!(shell.state, state);
}

#[test]
fn the_trace_of_a_listen_is_what_a_person_expects() {
    let definition = "do: [{hear: {listen: {to: {any: [], until: 'length == 2'}}, foreach: {do: [{a: {set: {n: '${ $item }'}}}]}}}]";
    let shell = Shell::new(definition).with_logs().start(Value::Null);
    let shell = shell.event("t", json!(1)).event("t", json!(2)).run();
    assert_snapshot!(shell.trace, @r#"
        0   Info: started
        0 job Running
        0   Info: waiting for events
        0 hear#1 Waiting
        0 job Waiting
        0   Info: consumed t (1)
        0 hear#1 Running
        0   Info: completed
        0 a[0]#1 Completed {"n":1}
        0 hear#1 Waiting
        0   Info: consumed t (1)
        0 hear#1 Running
        0   Info: completed
        0 a[1]#1 Completed {"n":2}
        0   Info: completed
        0 hear#1 Completed [1,2]
        0   Info: completed
        0 job Completed [1,2]
        "#);
}

/// Subscription Iterator: `output` and `export` "document its schema"; Output: "runtimes must validate output data".
#[test]
fn what_an_event_becomes_has_to_fit_its_schemas() {
    for (iterator, what) in [
        ("output: {as: .n, schema: {document: {type: number}}}", "the output for an event"),
        ("export: {as: $each.n, schema: {document: {type: number}}}", "the exported context"),
    ] {
        let to = "{any: [{with: {type: a}}], until: '${ length == 2 }'}";
        let shell = Shell::new(&format!(
            "do: [{{hear: {{listen: {{to: {to}}}, foreach: {{item: each, {iterator}}}}}}}]"
        ));
        let shell = shell.start(Value::Null).event("a", json!({"n": 1})).run();
        assert_eq!(shell.status(), TaskStatus::Waiting, "the first fits");
        let shell = shell.event("a", json!({"n": "two"})).run();
        let error = shell.tasks[&shell.id("hear")].error.clone().expect("an error");
        assert!(error.kind.ends_with("/errors/validation"), "{}", error.kind);
        assert!(error.detail.expect("a detail").starts_with(what));
    }
}
