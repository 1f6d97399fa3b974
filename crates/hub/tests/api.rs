//! The API over the real router and a real database.

#[cfg(test)]
#[path = "api/attempts.rs"]
mod attempts;
#[cfg(test)]
#[path = "api/console.rs"]
mod console;
#[cfg(test)]
#[path = "api/errors.rs"]
mod errors;
#[cfg(test)]
#[path = "api/events.rs"]
mod events;
#[cfg(test)]
#[path = "api/example.rs"]
mod example;
#[cfg(test)]
#[path = "api/freshness.rs"]
mod freshness;
#[cfg(test)]
#[path = "api/idempotency.rs"]
mod idempotency;
#[cfg(test)]
#[path = "api/lab.rs"]
mod lab;
#[cfg(test)]
#[path = "api/people.rs"]
mod people;
#[cfg(test)]
#[path = "api/roles.rs"]
mod roles;
#[cfg(test)]
#[path = "api/secrets.rs"]
mod secrets;
#[cfg(test)]
#[path = "api/sign_in.rs"]
mod sign_in;
#[cfg(test)]
#[path = "api/support.rs"]
mod support;
#[cfg(test)]
#[path = "api/workflows.rs"]
mod workflows;
