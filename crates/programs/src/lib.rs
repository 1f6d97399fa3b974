//! Random workflow definitions for property tests, each with the world that it runs in: what calls answer, and what a
//! person does at gates and faults. All of it follows from the definition, so that a run can be cut anywhere and the
//! same world goes on with it.
//!
//! It knows the language and the API, and nothing of what runs it: neither `flow` nor the hub.

mod lowering;
mod outcome;
mod strategy;
mod suite;
mod tree;
mod world;

pub use lowering::{Calls, definition};
pub use outcome::{Outcome, early, is_whole, lines};
pub use strategy::programs;
pub use suite::Suite;
pub use tree::{Answer, Backoff, Catch, Extras, Kind, Program, Races, Retry, Step, Target, Verdict};
pub use world::{Asked, Person, Reply, Seen, branch_of, by_branch};
