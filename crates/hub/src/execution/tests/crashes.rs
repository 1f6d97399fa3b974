//! Random programs on a real database, with the power lost before and after every single commit, against the run
//! without a crash. Kills of the real process are in `tests/durability.rs`.

mod life;
mod outcome;
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use programs::{Person, Program, Races, Suite, definition};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use self::life::{Ended, Life};
use self::outcome::Shown;
use self::world::World;
use crate::execution::power::Goes;

/// For the report: how many lives all hubs had, and how many calls were repeated because they were under way.
static LIVES: AtomicUsize = AtomicUsize::new(0);
static REPEATED: AtomicUsize = AtomicUsize::new(0);

/// A run of this many commits goes on for ever.
const MOST_LIVES: usize = 2000;

#[test]
fn the_power_goes_before_and_after_every_commit_and_the_run_comes_to_the_same() {
    let suite = Suite {
        name: "hub, calm, the power lost before and after every commit",
        programs: 50,
        races: Races::None,
        most_tasks: 60,
        threads: 3,
    };
    let figure = suite.run(|program| {
        let case = Case::new(program);
        let expected = case.run([]);
        prop_assert!(["completed", "cancelled"].contains(&expected.outcome.status.as_str()));
        let crashed = case.run([Goes::BeforeCommit, Goes::AfterCommit]);
        prop_assert_eq!(expected, crashed);
        Ok(())
    });
    match figure {
        Ok(figure) => eprintln!(
            "{figure}; {} lives of hubs, {} calls under way repeated",
            LIVES.load(Ordering::Relaxed),
            REPEATED.load(Ordering::Relaxed)
        ),
        Err(counterexample) => panic!("{counterexample}"),
    }
}

/// One program, ready to run.
struct Case {
    definition: Value,
    person: Person,
    /// No retry by policy comes sooner, in milliseconds.
    least_delay: i64,
}

impl Case {
    fn new(program: &Program) -> Self {
        let calls = |asked: Value| json!({"call": "random:1.0.0@default", "with": asked});
        Self {
            definition: definition(program, &calls),
            person: Person { patience: usize::from(program.patience) },
            least_delay: program.least_delay(),
        }
    }

    /// Runs the program from its start to its end, through as many lives of the hub as that takes. In each life the power
    /// goes at the first commit, in turn as `goes` says.
    fn run<const N: usize>(&self, goes: [Goes; N]) -> Shown {
        let directory = TempDir::new().unwrap();
        let world = Arc::new(World::default());
        for number in 0..MOST_LIVES {
            LIVES.fetch_add(1, Ordering::Relaxed);
            let goes = goes.get(number % N.max(1)).copied();
            let life = Life { case: self, directory: directory.path(), world: &world, goes };
            if let Ended::Over(outcome) = life.live() {
                REPEATED.fetch_add(world.sight().repeated, Ordering::Relaxed);
                return *outcome;
            }
        }
        panic!("it goes on for ever")
    }
}
