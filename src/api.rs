//! The typed client of the HTTP API. Nothing else in the console sends a request.

mod client;
pub mod environment;
mod error;
mod operations;
mod poll;
mod session;

pub use client::{Api, IdempotencyKey, use_api};
pub use environment::Environment;
pub use error::ApiError;
pub use operations::JobSearch;
pub use poll::{News, Poll, PollState, use_poll, use_poll_for_news};
pub use session::Session;
