//! Simulated runs of random programs: the way is the engine's own, whatever happens the result can be repeated, and its
//! critical path fits into its time.

use std::collections::BTreeMap;

use flow::engine::{Command, TaskId, TaskRecord, TaskStatus, WorkflowError};
use flow::simulate::{ByHand, Happens, Limits, Outcome, Rule, Scenario, Simulator, error_named, simulate};
use flow::{Document, Pointer, Program};
use programs::{Answer, Asked, Person, Races, Reply, Suite, branch_of, by_branch, definition};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::check;
use crate::order::Exact;
use crate::shell::{Shell, compile};

/// No program tries a call more often.
const MOST_ATTEMPTS: u32 = 12;

#[test]
fn without_crashes_the_simulated_way_is_the_one_that_the_engine_takes() {
    let suite = Suite {
        name: "simulated, calm, beside the engine",
        programs: 120,
        races: Races::None,
        most_tasks: 90,
        threads: 2,
    };
    let compared = std::sync::atomic::AtomicUsize::new(0);
    check(suite, |random| {
        let compiled = compile(random);
        let shell = Shell::new(&compiled, random).run(&mut Exact::without_crashes());
        // What people do with faults depends on all of the run there, and on one task here.
        if shell.acts.iter().any(|(act, _)| !matches!(act.as_str(), "approve" | "reject")) {
            return Ok(());
        }
        let document = written(random);
        let simulation =
            simulate(&document, scripted(&document)).map_err(|_| TestCaseError::fail("compiles"))?;
        prop_assert_eq!(&simulation.outcome, &Outcome::Completed);
        let simulated = simulation.steps.iter().map(|step| {
            let seen = (step.name.clone(), step.iteration, step.attempt, format!("{:?}", step.status));
            (branch_of(step.pointer.as_str()).to_owned(), seen)
        });
        prop_assert_eq!(by_branch(simulated), by_branch(steps(&shell)));
        compared.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    });
    assert!(compared.into_inner() > 20, "most programs are left out");
}

#[test]
fn any_world_comes_to_the_same_again_and_its_critical_path_fits_into_its_time() {
    let suite = Suite {
        name: "simulated, racing, odd worlds",
        programs: 120,
        races: Races::Allowed,
        most_tasks: 60,
        threads: 2,
    };
    check(suite, |random| {
        let document = written(random);
        let failed = |_| TestCaseError::fail("compiles");
        for seed in 0..3 {
            let scenario = odd(&document, seed);
            let simulation = simulate(&document, scenario.clone()).map_err(failed)?;
            let mut again = Simulator::new(&document, scenario).map_err(failed)?;
            while !again.advance(3) {}
            prop_assert_eq!(&simulation, &again.finish(), "bit by bit comes to the same");
            let mut end = 0;
            for (step, span) in simulation.critical_path() {
                prop_assert!(span.from >= end, "{} begins before what it waits for is over", step.name);
                end = span.to.unwrap_or(simulation.total);
            }
            let chain: i64 = simulation.shares.values().sum();
            prop_assert!(chain <= simulation.total, "{} of {}", chain, simulation.total);
            prop_assert!(simulation.assumed <= chain);
            for span in simulation.steps.iter().flat_map(|step| &step.spans) {
                let fits = span.to.is_none_or(|to| span.from <= to && to <= simulation.total);
                prop_assert!(fits, "{:?} in {}", span, simulation.total);
            }
        }
        Ok(())
    });
}

fn written(random: &programs::Program) -> Document {
    let calls = |asked: Value| json!({"call": "random:1.0.0@default", "with": asked});
    Document::from_value(definition(random, &calls))
}

/// The world of a program, said beforehand.
fn scripted(document: &Document) -> Scenario {
    let mut scenario = Scenario { input: Some(json!({})), ..Scenario::default() };
    for task in flow::view::tasks(document) {
        let message = task.value.pointer("/with/message").and_then(Value::as_str);
        let rules = match (task.value.pointer("/with/answer"), message) {
            (Some(answer), _) => answers(answer),
            (None, Some(message)) => vec![Rule {
                takes: Some(2),
                ..Rule::always(match Person::decides(message) {
                    Some(true) => Happens::Completes,
                    Some(false) => Happens::Rejected,
                    None => Happens::Silence,
                })
            }],
            (None, None) => continue,
        };
        scenario.rules.insert(task.pointer, rules);
    }
    scenario
}

fn answers(answer: &Value) -> Vec<Rule> {
    let answer: Answer = serde_json::from_value(answer.clone()).expect("what a call is answered");
    let takes = i64::try_from(answer.late).ok();
    let asked = Asked { name: String::new(), branch: String::new(), sum: Value::Null, answer };
    let rule = |attempt: u32| {
        let (happens, output) = match asked.reply(attempt) {
            Reply::Fault(status) => (Happens::Faults(fault(status)), None),
            Reply::Answer(answer) => (Happens::Completes, Some(json!({"answer": answer}))),
            Reply::Never => (Happens::Silence, None),
        };
        Rule { attempts: Some(attempt..=attempt), takes, output, ..Rule::always(happens) }
    };
    (1..=MOST_ATTEMPTS).map(rule).collect()
}

fn fault(status: u16) -> WorkflowError {
    WorkflowError {
        kind: flow::engine::errors::Standard::Communication.uri(),
        status,
        title: Some("Scripted".to_owned()),
        detail: None,
        instance: None,
    }
}

type Seen = (String, Option<u64>, u32, String);

/// Every attempt of every task as it ended, in the order in which they began.
fn steps(shell: &Shell<'_>) -> Vec<(String, Seen)> {
    let mut steps: Vec<TaskRecord> = Vec::new();
    let mut latest: BTreeMap<TaskId, usize> = BTreeMap::new();
    for (_, command) in &shell.trace {
        let Command::RecordTask { task } = command else { continue };
        let before = latest.get(&task.task).copied();
        match before.filter(|place| steps[*place].ended_at.is_none() || steps[*place].attempt == task.attempt)
        {
            Some(place) => steps[place] = (**task).clone(),
            None => {
                latest.insert(task.task, steps.len());
                steps.push((**task).clone());
            }
        }
    }
    let seen = |task: TaskRecord| {
        let seen = (task.name, task.iteration, task.attempt, format!("{:?}", task.status));
        (branch_of(task.pointer.as_str()).to_owned(), seen)
    };
    assert!(steps.iter().all(|task| task.status != TaskStatus::Running), "everything is over");
    steps.into_iter().map(seen).collect()
}

/// A world in which every task fails, is late or is left alone now and then.
fn odd(document: &Document, seed: usize) -> Scenario {
    let Ok(program) = Program::compile(document) else { return Scenario::default() };
    // Some of these worlds go round in circles.
    let limits = Limits { steps: 500, ..Limits::default() };
    let mut scenario = Scenario { limits, ..Scenario::default() };
    for (place, pointer) in program.pointers().enumerate() {
        let die = (place + 1) * (seed * 7 + 3) % 97;
        let happens = match die % 7 {
            0 => Some(Happens::Silence),
            1 => Some(Happens::Rejected),
            2 => error_named("503").map(Happens::Faults),
            _ => None,
        };
        let by_hand = match die % 5 {
            0 => Some(ByHand::Retry { after: 5 }),
            1 => Some(ByHand::Skip { after: 7 }),
            _ => None,
        };
        let takes = die.is_multiple_of(3).then_some(die as i64 * 3);
        let attempts = die.is_multiple_of(2).then_some(1..=1);
        let rule = Rule { happens, by_hand, takes, attempts, ..Rule::default() };
        scenario.rules.insert(Pointer::clone(pointer), vec![rule]);
    }
    scenario
}
