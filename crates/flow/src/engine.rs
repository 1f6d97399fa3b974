//! The engine: `step(&Program, State, Event) -> (State, Vec<Command>)`, pure.

pub mod vocabulary;

pub use vocabulary::*;
