//! Random programs with a crash at every transaction boundary, against the crash-free run. Pure: the state is stored and
//! read again, calls under way are made again, timers fire late; `hub` has the same with a real database and real kills.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests; clippy only knows those within #[test]"
)]

#[path = "durability/bus.rs"]
mod bus;
#[path = "durability/order.rs"]
mod order;
#[path = "durability/outcome.rs"]
mod outcome;
#[path = "durability/shell.rs"]
mod shell;
#[path = "durability/simulated.rs"]
mod simulated;

use programs::{Program, Races, Suite};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use order::{Calm, Exact};
use shell::{Shell, compile};

#[test]
fn a_crash_at_every_boundary_changes_nothing_even_where_things_race() {
    let suite = Suite {
        name: "engine, racing, a crash at every boundary",
        programs: 230,
        races: Races::Allowed,
        most_tasks: 90,
        threads: 2,
    };
    check(suite, |program| {
        let compiled = compile(program);
        let without = Shell::new(&compiled, program).run(&mut Exact::without_crashes());
        let with = Shell::new(&compiled, program).run(&mut Exact::crashing_everywhere());
        let differs = without.trace.iter().zip(&with.trace).find(|(left, right)| left != right);
        prop_assert!(differs.is_none(), "{:#?}", differs);
        prop_assert_eq!(without.trace.len(), with.trace.len());
        Ok(())
    });
}

#[test]
fn in_any_order_and_with_any_crashes_a_calm_program_comes_to_the_same() {
    let suite = Suite {
        name: "engine, calm, any order, random crashes and downtimes",
        programs: 230,
        races: Races::None,
        most_tasks: 90,
        threads: 2,
    };
    check(suite, |program| {
        let compiled = compile(program);
        let expected = Shell::new(&compiled, program).run(&mut Exact::without_crashes()).outcome();
        prop_assert!(expected.is_over(), "a calm program comes to its end: {:#?}", expected);
        for seed in 0..3 {
            let ended = Shell::new(&compiled, program).run(&mut Calm::new(seed));
            prop_assert_eq!(&expected, &ended.outcome(), "order {}", seed);
        }
        Ok(())
    });
}

fn check(suite: Suite, property: impl Fn(&Program) -> TestCaseResult + Sync) {
    match suite.run(property) {
        Ok(figure) => eprintln!("{figure}"),
        Err(counterexample) => panic!("{counterexample}"),
    }
}
