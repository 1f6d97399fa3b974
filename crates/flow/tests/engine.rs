//! The engine, as a shell drives it: events in, commands out, by a clock that only these tests turn.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests; clippy only knows those within #[test]"
)]

#[path = "engine/arguments.rs"]
mod arguments;
#[path = "engine/calls.rs"]
mod calls;
#[path = "engine/data_flow.rs"]
mod data_flow;
#[path = "engine/driver.rs"]
mod driver;
#[path = "engine/emit.rs"]
mod emit;
#[path = "engine/examples.rs"]
mod examples;
#[path = "engine/faults.rs"]
mod faults;
#[path = "engine/flow.rs"]
mod flow_directives;
#[path = "engine/gates.rs"]
mod gates;
#[path = "engine/hand.rs"]
mod hand;
#[path = "engine/listen.rs"]
mod listen;
#[path = "engine/operators.rs"]
mod operators;
#[path = "engine/processes.rs"]
mod processes;
#[path = "engine/programs.rs"]
mod programs;
#[path = "engine/properties.rs"]
mod properties;
#[path = "engine/reuse.rs"]
mod reuse;
#[path = "engine/schemas.rs"]
mod schemas;
#[path = "engine/stored.rs"]
mod stored;
