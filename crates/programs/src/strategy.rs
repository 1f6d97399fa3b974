//! The strategies: which programs there are, how big, and how they shrink.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use crate::tree::{Answer, Backoff, Catch, Extras, Kind, Program, Races, Retry, Step, Target, Verdict};

/// The deepest nesting, and about how many tasks a program has.
const DEPTH: u32 = 4;
const SIZE: u32 = 32;

/// Programs that begin at most so many tasks, roughly.
pub fn programs(races: Races, most: u64) -> impl Strategy<Value = Program> {
    any_program(races).prop_filter("it takes too long", move |program| program.cost() <= most)
}

fn any_program(races: Races) -> impl Strategy<Value = Program> {
    let timeout = weighted(0.2, 1_u16..400);
    (vec(steps(), 1..8), timeout, 0_u8..3).prop_map(move |(steps, timeout, patience)| Program {
        steps,
        races,
        timeout,
        patience,
    })
}

fn steps() -> impl Strategy<Value = Step> + Clone {
    let leaf = (leaves(), extras()).prop_map(|(kind, extras)| Step { kind, extras }).boxed();
    leaf.prop_recursive(DEPTH, SIZE, 3, |inner| {
        let list = vec(inner, 1..4).boxed();
        let few = list.clone();
        let kind = prop_oneof![
            2 => list.clone().prop_map(Kind::Do),
            3 => (prop::bool::weighted(0.3), vec(few, 1..4))
                .prop_map(|(compete, branches)| Kind::Fork { compete, branches }),
            2 => (0_u8..4, weighted(0.3, 0_u8..3), list.clone())
                .prop_map(|(items, below, steps)| Kind::For { items, below, steps }),
            4 => (list.clone(), catches(list.boxed())).prop_map(|(steps, catch)| Kind::Try { steps, catch }),
        ];
        (kind, extras()).prop_map(|(kind, extras)| Step { kind, extras }).boxed()
    })
}

fn leaves() -> impl Strategy<Value = Kind> {
    prop_oneof![
        6 => Just(Kind::Set),
        24 => answers().prop_map(Kind::Call),
        6 => (0_u8..20).prop_map(Kind::Wait),
        3 => (0_u8..20).prop_map(Kind::WaitFunction),
        9 => prop_oneof![2 => Just(Verdict::Approve), 1 => Just(Verdict::ApproveTwice), 1 => Just(Verdict::Reject), 1 => Just(Verdict::Lapse)]
            .prop_map(Kind::Gate),
        3 => statuses().prop_map(Kind::Raise),
        6 => targets().prop_map(Kind::Switch),
        3 => (1_u8..4).prop_map(Kind::Again),
        4 => any::<bool>().prop_map(|beside| Kind::Hear { beside }),
        1 => Just(Kind::Long),
    ]
}

fn answers() -> impl Strategy<Value = Answer> {
    let faults = prop_oneof![6 => Just(0_u32), 2 => 1_u32..3, 1 => Just(u32::MAX)];
    (faults, statuses(), 0_u64..6, prop::bool::weighted(0.08))
        .prop_map(|(faults, status, late, never)| Answer { faults, status, late, never })
}

fn statuses() -> impl Strategy<Value = u16> {
    prop_oneof![Just(404_u16), Just(500), Just(503)]
}

fn targets() -> impl Strategy<Value = Target> {
    prop_oneof![
        4 => Just(Target::Over),
        2 => Just(Target::Continue),
        2 => Just(Target::Exit),
        1 => Just(Target::End),
    ]
}

fn extras() -> impl Strategy<Value = Extras> {
    let some = (
        weighted(0.3, any::<bool>()),
        weighted(0.3, 1_u8..60),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.3),
        weighted(0.3, targets()),
    )
        .prop_map(|(condition, timeout, exports, input_from, then)| Extras {
            condition,
            timeout,
            exports,
            input_from,
            then,
        });
    prop_oneof![2 => Just(Extras::default()), 1 => some]
}

fn catches(list: BoxedStrategy<Vec<Step>>) -> impl Strategy<Value = Catch> {
    let handler = prop_oneof![1 => Just(Vec::new()), 1 => list];
    (weighted(0.2, statuses()), weighted(0.2, any::<bool>()), weighted(0.6, retries()), handler)
        .prop_map(|(status, when, retry, handler)| Catch { status, when, retry, handler })
}

fn retries() -> impl Strategy<Value = Retry> {
    let backoff = prop_oneof![
        Just(Backoff::None),
        Just(Backoff::Constant),
        Just(Backoff::Linear),
        Just(Backoff::Exponential)
    ];
    let limits = (weighted(0.2, 1_u8..60), weighted(0.2, 1_u8..60));
    (1_u8..4, 0_u8..10, backoff, prop::bool::weighted(0.3), limits, prop::bool::weighted(0.2)).prop_map(
        |(count, delay, backoff, jitter, (attempt, total), named)| Retry {
            count,
            delay,
            backoff,
            jitter,
            attempt,
            total,
            named,
        },
    )
}
