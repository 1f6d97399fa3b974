//! Gates that ask for more than anybody: certain people, several, not the one who started the run, until a moment.

use std::collections::BTreeSet;

use flow::engine::{
    Approval, Decision, Event, Given, Refusal, Start, State, TaskStatus, Timestamp, Waiting, skip_refusal,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::driver::{Outcome, Shell, program};

fn gate(with: &str) -> Shell {
    let yaml = format!(
        "do: [{{gate: {{call: 'manual-gate:1.0.0@default', with: {with}}}}}, {{after: {{set: {{n: 1}}}}}}]"
    );
    Shell::new(&yaml).with_logs().start_with(Start {
        job: "job".to_owned(),
        by: "sam".to_owned(),
        reason: "drill".to_owned(),
        ..Start::default()
    })
}

fn approval(shell: &Shell) -> Approval {
    match &shell.tasks[&shell.id("gate")].waiting {
        Some(Waiting::Approval(approval)) => (**approval).clone(),
        other => panic!("the gate does not wait for approval: {other:?}"),
    }
}

const TWO: &str =
    "{message: Switch?, approvers: ['role:operator', zoe], minApprovals: 2, fourEyes: true, deadline: PT1H}";

#[test]
fn two_people_have_to_approve_and_each_is_kept_with_when_and_why() {
    let shell = gate(TWO).decide_as("olga", 10, "gate", Decision::Approve);
    assert_eq!(shell.status(), TaskStatus::Waiting);
    assert_eq!(
        approval(&shell).given,
        [Given { by: "olga".into(), at: Timestamp(10), comment: String::new() }]
    );
    let shell = shell.decide_as("pete", 20, "gate", Decision::Approve);
    assert_eq!(*shell.output(), json!({"n": 1}));
    insta::assert_snapshot!(shell.trace, @r#"
         0   Info: started by sam: drill
         0 job Running
         0 gate#1 Waiting
         0   Info: waiting for 2 approvals by role:operator, zoe, not by sam: Switch?
         0 job Waiting
        10   Info: approved by olga (1 of 2)
        10 gate#1 Waiting
        20   Info: approved by pete (2 of 2)
        20   Info: completed
        20 gate#1 Completed
        20   Info: completed
        20 after#1 Completed {"n":1}
        20   Info: completed
        20 job Completed {"n":1}
        "#);
}

#[test]
fn one_person_counts_once_and_the_starter_not_at_all() {
    let shell = gate(TWO).decide_as("olga", 10, "gate", Decision::Approve);
    let trace = shell.trace.clone();
    let roles = ["operator".to_owned()];
    assert_eq!(
        approval(&shell).refusal("olga", &roles, Timestamp(11)),
        Some(Refusal::Approved { at: Timestamp(10) })
    );
    assert_eq!(approval(&shell).refusal("sam", &roles, Timestamp(11)), Some(Refusal::Starter));
    assert_eq!(approval(&shell).refusal("zoe", &[], Timestamp(11)), None);
    assert!(matches!(
        approval(&shell).refusal("vic", &["viewer".into()], Timestamp(11)),
        Some(Refusal::NotAsked { .. })
    ));
    let shell = shell
        .decide_as("olga", 11, "gate", Decision::Approve)
        .decide_as("sam", 12, "gate", Decision::Approve)
        .decide_as("sam", 13, "gate", Decision::Reject);
    assert_eq!(shell.trace, trace, "what does not count changes nothing");
}

#[test]
fn one_rejection_is_enough_and_a_retry_begins_to_count_anew() {
    let shell = gate(TWO).decide_as("olga", 10, "gate", Decision::Approve).decide_as(
        "pete",
        20,
        "gate",
        Decision::Reject,
    );
    assert_eq!(shell.status(), TaskStatus::Faulted);
    assert_eq!(shell.job.clone().unwrap().error.unwrap().status, 403);
    let shell = shell.retry(&["gate"]);
    assert!(approval(&shell).given.is_empty());
    let shell = shell.decide_as("pete", 30, "gate", Decision::Approve).decide_as(
        "olga",
        40,
        "gate",
        Decision::Approve,
    );
    assert_eq!(*shell.output(), json!({"n": 1}));
}

/// Fail closed: the hub may have been down at the deadline, and its timer may come after the decision.
#[test]
fn a_decision_at_the_deadline_is_too_late_also_before_the_timer_is_heard() {
    let deadline = 3_600_000;
    let shell = gate(TWO).decide_as("olga", 10, "gate", Decision::Approve);
    let trace = shell.trace.clone();
    let shell = shell.decide_as("pete", deadline, "gate", Decision::Approve);
    assert_eq!(shell.trace, trace);
    let shell = shell.run();
    assert_eq!(shell.status(), TaskStatus::Faulted);
    let error = shell.job.clone().unwrap().error.unwrap();
    assert_eq!(
        (error.status, error.detail.as_deref()),
        (408, Some("1 of 2 approvals had come before the deadline"))
    );
    let in_time = gate(TWO).decide_as("olga", 10, "gate", Decision::Approve).decide_as(
        "pete",
        deadline - 1,
        "gate",
        Decision::Approve,
    );
    assert_eq!(in_time.status(), TaskStatus::Completed);
}

#[test]
fn a_deadline_may_be_a_moment_and_one_that_is_over_fails_at_once() {
    let shell = gate("{deadline: '1970-01-01T00:00:01Z'}");
    assert_eq!(approval(&shell).deadline, Some(Timestamp(1000)));
    let shell = gate("{deadline: '1969-12-31T23:00:00Z'}");
    let shell = shell.decide_as("olga", 0, "gate", Decision::Approve).run();
    assert_eq!((shell.status(), shell.now), (TaskStatus::Faulted, 0));
}

#[test]
fn terms_that_come_out_wrong_are_a_fault_and_no_open_gate() {
    for with in [
        "{approvers: '${ .nobody }'}",
        "{approvers: ['${ .nobody }']}",
        "{minApprovals: '${ 0 }'}",
        "{minApprovals: '${ 2 }', approvers: [ann]}",
        "{fourEyes: '${ \"yes\" }'}",
        "{deadline: '${ \"soon\" }'}",
        "{onDeadline: '${ \"approve\" }'}",
        "'${ 7 }'",
        // Nobody would be left to approve.
        "{fourEyes: true, approvers: [sam]}",
        "{fourEyes: true, approvers: [sam, ann], minApprovals: 2}",
    ] {
        let shell = gate(with);
        assert_eq!(shell.status(), TaskStatus::Faulted, "{with}:\n{}", shell.trace);
        assert_eq!(shell.job.clone().unwrap().error.unwrap().status, 400, "{with}");
    }
}

#[test]
fn terms_that_are_written_wrong_refuse_the_start() {
    for with in
        ["{approvers: [ann], minApprovals: 2}", "{deadline: soon}", "{onDeadline: approve}", "{fourEyes: 1}"]
    {
        let yaml = format!(
            "document: {{dsl: '1.0.3', namespace: a, name: b, version: '1.0.0'}}\ndo: [{{g: {{call: 'manual-gate:1.0.0@default', with: {with}}}}}]"
        );
        let document = flow::Document::from_yaml(&yaml).unwrap();
        let problems = flow::Program::compile(&document).unwrap_err();
        assert_eq!((problems.len(), problems[0].code.as_str()), (1, "bad-gate"), "{with}: {problems:?}");
        let told = flow::validate(&document, &flow::Catalog::default());
        assert!(told.iter().any(|problem| problem.pointer == problems[0].pointer), "{with}: {told:?}");
    }
}

fn refused(shell: &Shell, task: &str, by: &str) -> Option<Refusal> {
    skip_refusal(&shell.program, &shell.state, shell.id(task), by, &["operator".to_owned()])
}

/// A skip is no way round the people that a gate asks for: neither while it waits nor when it has failed.
#[test]
fn a_gate_for_two_is_never_skipped() {
    for with in ["{minApprovals: 2}", "{fourEyes: true}", TWO] {
        let shell = gate(with);
        let trace = shell.trace.clone();
        let shell = shell.skip_as("olga", "gate");
        assert_eq!(shell.trace, trace, "{with}");
        assert!(matches!(refused(&shell, "gate", "olga"), Some(Refusal::Guarded { .. })), "{with}");
        let shell = shell.decide_as("olga", 10, "gate", Decision::Reject);
        assert_eq!(shell.status(), TaskStatus::Faulted);
        let shell = shell.skip_as("olga", "gate");
        assert_eq!(shell.status(), TaskStatus::Faulted, "{with}");
        assert!(matches!(refused(&shell, "gate", "olga"), Some(Refusal::Guarded { .. })), "{with}");
    }
}

#[test]
fn a_gate_that_names_its_approvers_is_skipped_by_these_only() {
    let shell = gate("{approvers: [zoe]}").skip_as("olga", "gate");
    assert_eq!(shell.status(), TaskStatus::Waiting);
    assert!(matches!(refused(&shell, "gate", "olga"), Some(Refusal::NotAsked { .. })));
    let shell = shell.decide_as("zoe", 10, "gate", Decision::Reject).skip_as("olga", "gate");
    assert_eq!(shell.status(), TaskStatus::Faulted);
    assert_eq!(shell.skip_as("zoe", "gate").status(), TaskStatus::Completed);
    // What it would ask cannot be known: then nobody goes round it.
    let shell = gate("{approvers: '${ .nobody }'}").skip_as("olga", "gate");
    assert_eq!(shell.status(), TaskStatus::Faulted);
    assert!(matches!(refused(&shell, "gate", "olga"), Some(Refusal::Guarded { .. })));
}

#[test]
fn a_task_is_not_skipped_with_a_guarded_gate_in_it() {
    let inside = "do: [{box: {do: [{bad: {call: 'f:1.0.0@default'}}, {gate: {call: 'manual-gate:1.0.0@default', with: WITH}}]}}, {after: {set: {n: 1}}}]";
    let check = |with: &str| {
        Shell::new(&inside.replace("WITH", with))
            .answering("bad", [Outcome::Fault(500, "No")])
            .start(Value::Null)
            .run()
            .skip("box")
    };
    let shell = check("{fourEyes: true}");
    assert_eq!(shell.status(), TaskStatus::Faulted);
    assert!(matches!(refused(&shell, "box", "ann"), Some(Refusal::Guarded { .. })));
    let shell = shell.skip("bad");
    assert_eq!(shell.status(), TaskStatus::Waiting, "the tasks before the gate can be skipped, one by one");
    assert_eq!(check("{message: Go?}").status(), TaskStatus::Completed);
}

#[test]
fn a_gate_in_a_function_or_an_extension_is_not_gone_round_either() {
    let gate = "{call: 'manual-gate:1.0.0@default', with: {fourEyes: true}}";
    let function = format!(
        "use: {{functions: {{ask: {gate}}}}}\ndo: [{{box: {{do: [{{bad: {{call: 'f:1.0.0@default'}}}}, {{g: {{call: ask}}}}]}}}}, {{after: {{set: {{n: 1}}}}}}]"
    );
    let extension = format!(
        "use: {{extensions: [{{e: {{extend: set, before: [{{ask: {gate}}}]}}}}]}}\ndo: [{{box: {{do: [{{bad: {{call: 'f:1.0.0@default'}}}}, {{g: {{set: {{n: 1}}}}}}]}}}}, {{after: {{wait: PT1S}}}}]"
    );
    for yaml in [function, extension] {
        let shell = Shell::new(&yaml).answering("bad", [Outcome::Fault(500, "No")]).start(Value::Null).run();
        assert_eq!(shell.status(), TaskStatus::Faulted, "{yaml}");
        assert!(matches!(refused(&shell, "box", "ann"), Some(Refusal::Guarded { .. })), "{yaml}");
        assert!(shell.program.gate_left_out(&["after".to_owned()]).is_some(), "{yaml}");
        assert_eq!(shell.skip("box").status(), TaskStatus::Faulted, "{yaml}");
    }
}

#[test]
fn stages_are_not_chosen_round_a_guarded_gate() {
    let stages = |yaml: &str, chosen: &[&str]| {
        let chosen: Vec<String> = chosen.iter().map(|name| (*name).to_owned()).collect();
        program(yaml).gate_left_out(&chosen).map(ToString::to_string)
    };
    let two = "do: [{check: {set: {a: 1}}}, {approve: {do: [{g: {call: 'manual-gate:1.0.0@default', with: {fourEyes: true}}}]}}, {move: {set: {a: 1}}}]";
    assert_eq!(stages(two, &["move"]).as_deref(), Some("/do/1/approve/do/0/g"));
    assert_eq!(stages(two, &["check", "move"]).as_deref(), Some("/do/1/approve/do/0/g"));
    assert_eq!(stages(two, &["check"]), None, "nothing that it guards runs");
    assert_eq!(stages(two, &["approve", "move"]), None);
    assert_eq!(stages(&two.replace("fourEyes: true", "deadline: PT1H"), &["move"]), None);
    // Where the flow jumps, the order of the document says nothing.
    let jumps = "do: [{check: {set: {a: 1}, then: g}}, {move: {set: {a: 1}, then: end}}, {g: {call: 'manual-gate:1.0.0@default', with: {fourEyes: true}, then: move}}]";
    assert_eq!(stages(jumps, &["move"]).as_deref(), Some("/do/2/g"));
}

#[test]
fn a_dry_run_says_who_would_be_asked() {
    let yaml = format!("do: [{{gate: {{call: 'manual-gate:1.0.0@default', with: {TWO}}}}}]");
    let start = Start { by: "sam".to_owned(), dry_run: true, ..Start::default() };
    let shell = Shell::new(&yaml).with_logs().start_with(start);
    assert_eq!(shell.status(), TaskStatus::Completed);
    assert!(
        shell.trace.contains("would wait for 2 approvals by role:operator, zoe, not by sam: Switch?"),
        "{}",
        shell.trace
    );
}

const PEOPLE: [&str; 4] = ["sam", "olga", "pete", "zoe"];

#[derive(Clone, Debug)]
enum Move {
    Decide { who: usize, approve: bool },
    Fire,
    Skip { who: usize },
    Retry,
}

fn moves() -> impl Strategy<Value = Vec<(i64, Move)>> {
    let one = prop_oneof![
        6 => (0..PEOPLE.len(), prop::bool::weighted(0.85)).prop_map(|(who, approve)| Move::Decide { who, approve }),
        2 => Just(Move::Fire),
        1 => (0..PEOPLE.len()).prop_map(|who| Move::Skip { who }),
        1 => Just(Move::Retry),
    ];
    prop::collection::vec((0_i64..40, one), 0..25)
}

proptest! {
    /// Whatever comes in whatever order, and however late the deadline's timer is heard: the gate opens only by enough
    /// different people, none of them the starter, none of them at or after the deadline, and once.
    #[test]
    fn any_interleaving_of_decisions_and_the_deadline_has_one_outcome(
        min in 1_u32..4, four_eyes: bool, moves in moves(),
    ) {
        let with = format!("{{minApprovals: {min}, fourEyes: {four_eyes}, deadline: {{milliseconds: 100}}}}");
        let mut shell = gate(&with);
        let (mut now, mut opened) = (0, 0);
        let mut counted: BTreeSet<&str> = BTreeSet::new();
        let mut expected = TaskStatus::Waiting;
        for (pause, one) in moves {
            now += pause;
            shell.now = now;
            let overdue = now >= opened + 100;
            match one {
                Move::Decide { who, approve } => {
                    let by = PEOPLE[who];
                    let is_starter = four_eyes && by == "sam";
                    let counts = expected == TaskStatus::Waiting && !overdue
                        && !is_starter && !counted.contains(by);
                    let decision = if approve { Decision::Approve } else { Decision::Reject };
                    shell = shell.decide_as(by, now, "gate", decision);
                    if counts && approve {
                        counted.insert(by);
                        if counted.len() >= min as usize {
                            expected = TaskStatus::Completed;
                        }
                    } else if counts {
                        expected = TaskStatus::Faulted;
                    }
                }
                Move::Fire => {
                    let due = shell.timers.iter().find(|(_, at)| **at <= now).map(|(timer, _)| *timer);
                    if let Some(timer) = due {
                        shell.timers.remove(&timer);
                        shell.submit(Event::TimerFired { at: Timestamp(now), timer });
                        prop_assert!(overdue && expected == TaskStatus::Waiting);
                        expected = TaskStatus::Faulted;
                    }
                }
                Move::Skip { who } => {
                    let may = min == 1 && !four_eyes;
                    shell = shell.skip_as(PEOPLE[who], "gate");
                    if may && matches!(expected, TaskStatus::Waiting | TaskStatus::Faulted) {
                        expected = TaskStatus::Completed;
                    }
                }
                Move::Retry => {
                    shell = shell.retry(&[]);
                    if expected == TaskStatus::Faulted {
                        (expected, opened) = (TaskStatus::Waiting, now);
                        counted.clear();
                    }
                }
            }
            prop_assert_eq!(shell.status(), expected, "{}", shell.trace);
            if expected == TaskStatus::Waiting {
                let given = approval(&shell).given;
                prop_assert_eq!(given.iter().map(|one| one.by.as_str()).collect::<BTreeSet<_>>(), counted.clone());
                prop_assert_eq!(given.len(), counted.len(), "nobody counts twice");
            }
        }
        let ends = shell.trace.matches("after#1 Completed").count();
        prop_assert_eq!(ends, usize::from(expected == TaskStatus::Completed), "what follows begins once");
        if expected == TaskStatus::Completed {
            prop_assert!(shell.timers.is_empty());
        }
    }
}

#[test]
fn a_gate_that_waited_before_the_terms_were_known_still_waits() {
    let mut shell = gate("{approvers: [zoe]}");
    let new = r#","min_approvals":1,"four_eyes":false,"starter":"sam","given":[]"#;
    let frame = shell.store.parts.values_mut().find(|text| text.contains(new)).unwrap();
    *frame = frame.replace(new, "");
    let start = shell.store.parts.get_mut("start").unwrap();
    *start = start.replace(r#""by":"sam","#, "");
    shell.state = State::from_parts(shell.store.parts.clone()).unwrap();
    assert_eq!(shell.decide_as("zoe", 10, "gate", Decision::Approve).status(), TaskStatus::Completed);
}
