//! What people do, in a real browser against a real hub: `cargo xtask test journeys`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may stop, and says why it was skipped")]

mod afterwards;
mod documents;
mod editing;
mod enemies;
mod executions;
mod expressions;
mod first_light;
mod forms;
mod hosting;
mod large;
mod live_logs;
mod logs;
mod recovery;
mod simulating;
mod source;
mod support;
mod unsaved;
mod watching;
