//! Runs of workflows: durable, observable, and in the hands of people.

pub mod faults;
pub mod http;
pub mod runner;
