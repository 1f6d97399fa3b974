use std::fmt::Write as _;

use serde_json::json;

use super::*;
use crate::engine::TaskStatus;

fn document(yaml: &str) -> Document {
    let head = "document: {dsl: '1.0.3', namespace: test, name: test, version: '1.0.0'}\n";
    let text = if yaml.contains("document:") { yaml.to_owned() } else { format!("{head}{yaml}") };
    Document::from_yaml(&text).unwrap()
}

fn at(pointer: &str, rules: impl IntoIterator<Item = Rule>) -> (Pointer, Vec<Rule>) {
    (Pointer::parse(pointer).unwrap(), rules.into_iter().collect())
}

fn world(rules: impl IntoIterator<Item = (Pointer, Vec<Rule>)>) -> Scenario {
    Scenario { rules: rules.into_iter().collect(), ..Scenario::default() }
}

fn fails() -> Rule {
    Rule::always(Happens::Faults(error_named("communication").unwrap()))
}

fn run(yaml: &str, scenario: Scenario) -> Simulation {
    simulate(&document(yaml), scenario).unwrap()
}

/// One line a step: times in seconds, `*` at what is on the critical path.
fn picture(simulation: &Simulation) -> String {
    let seconds = |time: i64| time as f64 / 1000.0;
    let until = |to: Option<i64>| to.map_or("…".to_owned(), |to| seconds(to).to_string());
    let mut text = String::new();
    for step in &simulation.steps {
        let iteration = step.iteration.map_or(String::new(), |iteration| format!("[{iteration}]"));
        let attempt = if step.attempt > 1 { format!(" #{}", step.attempt) } else { String::new() };
        write!(text, "{}{iteration}{attempt} {:?}", step.name, step.status).unwrap();
        for span in &step.spans {
            let mark = if span.is_critical { "*" } else { "" };
            let source = span.source.map_or(String::new(), |source| format!(" {source:?}"));
            let kind = format!("{:?}", span.kind);
            write!(text, " | {kind} {}..{}{source}{mark}", seconds(span.from), until(span.to)).unwrap();
        }
        text.push('\n');
    }
    let target = simulation.target.map_or(String::new(), |target| {
        format!(", target {} {}", seconds(target.limit), if target.is_met { "met" } else { "missed" })
    });
    writeln!(text, "= {:?} after {}{target}", simulation.outcome, seconds(simulation.total)).unwrap();
    for remark in &simulation.remarks {
        writeln!(text, "! {} {}", remark.pointer, remark.code).unwrap();
    }
    text
}

const FAILOVER: &str = "
document:
  dsl: '1.0.3'
  namespace: test
  name: failover
  version: '1.0.0'
  metadata: {mas.rto: PT10M}
do:
  - checks:
      fork:
        branches:
          - quick: {call: 'f:1.0.0@default', metadata: {mas.duration: PT20S}}
          - slow: {call: 'f:1.0.0@default', metadata: {mas.duration: {minutes: 1}}}
  - approve: {call: 'manual-gate:1.0.0@default', with: {deadline: PT30M}, metadata: {mas.duration: PT3M}}
  - move:
      try:
        - switch: {call: 'f:1.0.0@default', metadata: {mas.duration: PT2M}}
      catch:
        retry: {delay: PT30S, limit: {attempt: {count: 2}}}
  - done: {set: {ok: true}}
";

#[test]
fn a_run_that_goes_well_takes_its_longest_way() {
    insta::assert_snapshot!(picture(&run(FAILOVER, Scenario::default())), @r"
        checks Completed
        quick Completed | Work 0..20 Metadata
        slow Completed | Work 0..60 Metadata*
        approve Completed | People 60..240 Metadata*
        move Completed
        switch Completed | Work 240..360 Metadata*
        done Completed | Work 360..360*
        = Completed after 360, target 600 met
        ");
}

#[test]
fn a_fault_is_retried_as_the_definition_says_and_costs_its_pauses() {
    let twice = Rule { attempts: Some(1..=2), ..fails() };
    let simulation = run(FAILOVER, world([at("/do/2/move/try/0/switch", [twice])]));
    insta::assert_snapshot!(picture(&simulation), @r"
        checks Completed
        quick Completed | Work 0..20 Metadata
        slow Completed | Work 0..60 Metadata*
        approve Completed | People 60..240 Metadata*
        move #3 Completed | Retry 360..390* | Retry 510..540*
        switch Faulted | Work 240..360 Metadata*
        switch #2 Faulted | Work 390..510 Metadata*
        switch #3 Completed | Work 540..660 Metadata*
        done Completed | Work 660..660*
        = Completed after 660, target 600 missed
        ");
    assert!(!simulation.passes(), "it is completed, and late");
}

#[test]
fn a_fault_that_nothing_catches_ends_it_unless_somebody_sees_to_it() {
    let always = || at("/do/2/move/try/0/switch", [fails()]);
    let simulation = run(FAILOVER, world([always()]));
    let Outcome::Faulted { tasks, error } = &simulation.outcome else { panic!("{:?}", simulation.outcome) };
    assert_eq!(tasks[0].as_str(), "/do/2/move");
    assert_eq!(error.as_ref().unwrap().status, 500);
    assert_eq!(simulation.not_reached[0].as_str(), "/do/3/done");
    assert!(!simulation.passes());
    let skip = Rule { by_hand: Some(ByHand::Skip { after: 60_000 }), ..Rule::default() };
    let skipped = run(FAILOVER, world([always(), at("/do/2/move", [skip])]));
    insta::assert_snapshot!(picture(&skipped), @r"
        checks Completed
        quick Completed | Work 0..20 Metadata
        slow Completed | Work 0..60 Metadata*
        approve Completed | People 60..240 Metadata*
        move #3 Skipped | Retry 360..390* | Retry 510..540* | People 660..720 Said*
        switch Faulted | Work 240..360 Metadata*
        switch #2 Faulted | Work 390..510 Metadata*
        switch #3 Faulted | Work 540..660 Metadata*
        done Completed | Work 720..720*
        = Completed after 720, target 600 missed
        ");
}

#[test]
fn a_retry_by_hand_begins_anew_and_the_time_until_then_is_a_persons() {
    let yaml = "do: [a: {call: 'f:1.0.0@default'}]";
    let by_hand = Rule { by_hand: Some(ByHand::Retry { after: 120_000 }), ..Rule::default() };
    let first = Rule { attempts: Some(1..=1), takes: Some(5_000), ..fails() };
    insta::assert_snapshot!(picture(&run(yaml, world([at("/do/0/a", [first, by_hand])]))), @r"
        a Faulted | Work 0..5 Said* | People 5..125 Said*
        a #2 Completed | Work 125..155 Assumed*
        = Completed after 155
        !  assumed-duration
        ");
}

#[test]
fn a_gate_is_rejected_left_alone_or_late() {
    let decide = |happens, takes| world([at("/do/1/approve", [Rule { takes, ..Rule::always(happens) }])]);
    let rejected = run(FAILOVER, decide(Happens::Rejected, None));
    assert!(matches!(&rejected.outcome, Outcome::Faulted { error: Some(error), .. } if error.status == 403));
    assert_eq!(rejected.total, 240_000);
    let ignored = run(FAILOVER, decide(Happens::Silence, None));
    assert!(matches!(&ignored.outcome, Outcome::Faulted { error: Some(error), .. } if error.status == 408));
    assert_eq!(ignored.total, 60_000 + 1_800_000);
    // After the deadline no decision counts.
    let late = run(FAILOVER, decide(Happens::Completes, Some(3_600_000)));
    assert!(matches!(&late.outcome, Outcome::Faulted { error: Some(error), .. } if error.status == 408));
    let endless = run(
        "do: [g: {call: 'manual-gate:1.0.0@default'}]",
        world([at("/do/0/g", [Rule::always(Happens::Silence)])]),
    );
    assert_eq!(endless.outcome, Outcome::Waiting { tasks: vec![Pointer::parse("/do/0/g").unwrap()] });
}

#[test]
fn a_gate_for_two_is_passed_by_two_that_it_asks_for() {
    let yaml = "do: [g: {call: 'manual-gate:1.0.0@default', with: {approvers: [ann, 'role:admin'], minApprovals: 3, fourEyes: true}}]";
    let simulation = run(yaml, Scenario::default());
    assert_eq!((simulation.outcome, simulation.total), (Outcome::Completed, 300_000));
}

#[test]
fn durations_come_from_the_scenario_the_definition_history_and_a_guess_in_this_order() {
    let yaml = "
do:
  - said: {call: http, with: {method: get, endpoint: 'https://a.example'}, metadata: {mas.duration: PT9S}}
  - written: {call: http, with: {method: get, endpoint: 'https://a.example'}, metadata: {mas.duration: PT8S}}
  - known: {call: http, with: {method: get, endpoint: 'https://a.example'}}
  - guessed: {call: http, with: {method: get, endpoint: 'https://a.example'}}
";
    let mut scenario = world([at("/do/0/said", [Rule { takes: Some(1_000), ..Rule::default() }])]);
    let past = Past { usual: 7_000, slow: 20_000 };
    for pointer in ["/do/1/written", "/do/2/known"] {
        scenario.history.insert(Pointer::parse(pointer).unwrap(), past);
    }
    let usual = run(yaml, scenario.clone());
    insta::assert_snapshot!(picture(&usual), @r"
        said Completed | Work 0..1 Said*
        written Completed | Work 1..9 Metadata*
        known Completed | Work 9..16 History*
        guessed Completed | Work 16..18 Assumed*
        = Completed after 18
        !  assumed-duration
        ");
    assert_eq!(usual.assumed, 2_000);
    assert_eq!(run(yaml, Scenario { pace: Pace::Slow, ..scenario }).total, usual.total + 13_000);
}

#[test]
fn timeouts_cut_what_takes_too_long_or_never_answers() {
    let yaml = "
do:
  - a:
      try: [{call: {call: 'f:1.0.0@default', timeout: {after: PT10S}}}]
      catch: {errors: {with: {type: https://open-workflow-specification.org/spec/1.0.0/errors/timeout}}}
";
    let pointer = "/do/0/a/try/0/call";
    for rule in [Rule { takes: Some(60_000), ..Rule::default() }, Rule::always(Happens::Silence)] {
        let simulation = run(yaml, world([at(pointer, [rule])]));
        assert_eq!((&simulation.outcome, simulation.total), (&Outcome::Completed, 10_000));
        assert_eq!(simulation.steps[1].status, TaskStatus::Faulted);
    }
    let silent =
        run("do: [a: {call: 'f:1.0.0@default'}]", world([at("/do/0/a", [Rule::always(Happens::Silence)])]));
    assert!(matches!(silent.outcome, Outcome::Waiting { .. }));
}

#[test]
fn one_iteration_can_fail_alone() {
    let yaml = "do: [each: {for: {each: x, in: '${ [1, 2, 3] }'}, do: [call: {call: 'f:1.0.0@default'}]}]";
    let rule = Rule { iteration: Some(1), ..fails() };
    let simulation = run(yaml, world([at("/do/0/each/do/0/call", [rule])]));
    let seen: Vec<_> = simulation.steps.iter().map(|step| (step.iteration, step.status)).collect();
    assert_eq!(
        seen[1..],
        [(Some(0), TaskStatus::Completed), (Some(1), TaskStatus::Faulted)],
        "the third is not reached"
    );
}

#[test]
fn events_come_from_the_plan_from_the_run_itself_or_are_made_up_and_told() {
    let listen = "do: [hear: {listen: {to: {one: {with: {type: a.b}}}}}]";
    let invented = run(listen, Scenario::default());
    insta::assert_snapshot!(picture(&invented), @r"
        hear Completed | Event 0..60 Assumed*
        = Completed after 60
        ! /do/0/hear simulated-event
        !  assumed-duration
        ");
    let event = json!({"specversion": "1.0", "id": "1", "source": "x", "type": "a.b"});
    let planned = Scenario { events: vec![Planned { after: 5_000, event }], ..Scenario::default() };
    assert_eq!(run(listen, planned).total, 5_000);
    let silent = world([at("/do/0/hear", [Rule::always(Happens::Silence)])]);
    assert!(matches!(run(listen, silent).outcome, Outcome::Waiting { .. }));
    let own = "
do:
  - both:
      fork:
        branches:
          - hear: {listen: {to: {one: {with: {type: a.b}}}}}
          - tell: {do: [pause: {wait: PT2H}, say: {emit: {event: {with: {type: a.b, source: https://x.example}}}}]}
";
    let own = run(own, Scenario::default());
    assert_eq!((&own.outcome, own.total, own.remarks.len()), (&Outcome::Completed, 7_200_000, 0));
    let all = "do: [hear: {listen: {to: {all: [{with: {type: a}}, {with: {type: b}}]}}}]";
    assert_eq!(run(all, Scenario::default()).outcome, Outcome::Completed);
}

#[test]
fn what_fails_on_an_unknown_output_says_so_and_an_example_helps() {
    let yaml = |metadata: &str| {
        format!(
            "do:\n  - ask: {{call: 'f:1.0.0@default'{metadata}}}\n  - each: {{for: {{in: '${{ .items | map(.name | ascii_upcase) }}'}}, do: []}}\n"
        )
    };
    let unknown = run(&yaml(""), Scenario::default());
    let remark = unknown.remarks.iter().find(|remark| remark.code == "unknown-output").unwrap();
    assert_eq!(remark.pointer.as_str(), "/do/1/each");
    assert!(remark.message_en.contains("`ask`") && remark.message_zh.contains("mas.sample"), "{remark:?}");
    let sampled = run(&yaml(", metadata: {mas.sample: {items: [{name: a}]}}"), Scenario::default());
    assert_eq!(sampled.outcome, Outcome::Completed);
}

#[test]
fn loops_without_an_end_are_given_up_with_their_reason() {
    let zero = "do: [a: {set: {n: 1}}, b: {set: {n: 2}, then: a}]";
    assert_eq!(run(zero, Scenario::default()).outcome, Outcome::Unending { limit: Limit::Steps });
    let slow = "do: [a: {wait: P30D}, b: {set: {n: 2}, then: a}]";
    let slow = run(slow, Scenario::default());
    assert_eq!(slow.outcome, Outcome::Unending { limit: Limit::Time });
    assert!(slow.total <= Limits::default().time);
    let retried = "do: [a: {try: [b: {call: 'f:1.0.0@default'}], catch: {retry: {}}}]";
    let retried = run(retried, world([at("/do/0/a/try/0/b", [Rule { takes: Some(0), ..fails() }])]));
    assert!(matches!(retried.outcome, Outcome::Unending { .. }));
}

#[test]
fn the_winner_of_a_race_is_on_the_critical_path() {
    let yaml = "
do:
  - race:
      fork:
        compete: true
        branches:
          - slow: {call: 'f:1.0.0@default', metadata: {mas.duration: PT9S}}
          - quick: {call: 'f:1.0.0@default', metadata: {mas.duration: PT3S}}
";
    let simulation = run(yaml, Scenario::default());
    let chain: Vec<&str> = simulation.critical_path().map(|(step, _)| step.name.as_str()).collect();
    assert_eq!((chain, simulation.total), (vec!["quick"], 3_000));
}

#[test]
fn inputs_and_secrets_that_are_asked_for_are_made_up_and_told() {
    let yaml = "
input:
  schema:
    document: {type: object, required: [site], properties: {site: {type: string, enum: [a, b]}, weight: {type: integer, default: 5}}}
use: {secrets: [key]}
do: [a: {set: {x: '${ $secrets.key.user + .site + (.weight | tostring) }'}}]
";
    let simulation = run(yaml, Scenario::default());
    assert_eq!(simulation.outcome, Outcome::Completed);
    assert_eq!(simulation.remarks[0].code, "simulated-input");
    let given = run(yaml, Scenario { input: Some(json!({"site": "z"})), ..Scenario::default() });
    assert!(
        matches!(given.outcome, Outcome::Faulted { .. }),
        "a given input is checked: {:?}",
        given.outcome
    );
}

#[test]
fn what_has_no_effect_or_cannot_be_read_is_told() {
    let yaml = "
document: {dsl: '1.0.3', namespace: a, name: a, version: '1.0.0', metadata: {mas.rto: soon}}
do: [a: {set: {x: 1}, then: end}, b: {call: 'f:1.0.0@default', metadata: {mas.duration: 5}}]
";
    let simulation = run(yaml, world([at("/do/1/b", [fails()]), at("/do/9/c", [fails()])]));
    assert_eq!(simulation.target, None);
    let remarks: Vec<_> =
        simulation.remarks.iter().map(|remark| format!("{} {}", remark.code, remark.pointer)).collect();
    assert_eq!(
        remarks,
        [
            "bad-duration /document/metadata/mas.rto",
            "bad-duration /do/1/b/metadata/mas.duration",
            "not-reached /do/1/b",
            "not-reached /do/9/c",
        ]
    );
}

#[test]
fn errors_are_named_by_type_status_or_address() {
    let kind = |word| error_named(word).map(|error| (error.kind, error.status));
    assert_eq!(kind("timeout"), Some((Standard::Timeout.uri(), 408)));
    assert_eq!(kind("503"), Some((Standard::Communication.uri(), 503)));
    assert_eq!(kind("https://example.com/full"), Some(("https://example.com/full".to_owned(), 500)));
    assert_eq!(
        kind("https://serverlessworkflow.io/spec/1.0.0/errors/authorization").map(|error| error.1),
        Some(403)
    );
    assert_eq!(kind("200"), None);
    assert_eq!(kind("tiemout"), None);
}

#[test]
fn a_simulated_run_is_looked_at_at_any_moment() {
    let simulation = run(FAILOVER, Scenario::default());
    let at = |moment: i64| {
        let standings = simulation.at(moment);
        let lines: Vec<String> =
            standings.iter().map(|(pointer, standing)| format!("{pointer} {:?}", standing.status)).collect();
        lines.join("\n")
    };
    insta::assert_snapshot!(at(30_000), @r"
    /do/0/checks Running
    /do/0/checks/fork/branches/0/quick Completed
    /do/0/checks/fork/branches/1/slow Running
    ");
    insta::assert_snapshot!(at(120_000), @r"
    /do/0/checks Completed
    /do/0/checks/fork/branches/0/quick Completed
    /do/0/checks/fork/branches/1/slow Completed
    /do/1/approve Waiting
    ");
    assert!(simulation.at(360_000).values().all(|standing| standing.status == TaskStatus::Completed));
    assert_eq!(simulation.moments(), [0, 20_000, 60_000, 240_000, 360_000]);
}
