//! The HTTP API of MAS as types: paths, bodies, envelope, errors.
//!
//! The API reference (MAS-HUB 2.1.5) rules; where it is silent, `design/api.md` decides. The hub serves these
//! shapes and the console calls them; neither uses any other. Serde only: no transport, no clock, no language.

pub mod auth;
pub mod envelope;
pub mod error;
pub mod history;
pub mod job;
pub mod log;
pub mod operation;
pub mod plugin;
pub mod resource;
pub mod text;
pub mod workflow;

pub use envelope::{Envelope, Page};
pub use error::{ApiErrorBody, ErrorCode, ErrorDetail, ProblemReport, ReportSeverity};
pub use job::{Decision, Job, JobStatus, Status, Task};
pub use operation::{Method, Operation, Permission, Role};
pub use text::JsonText;
pub use workflow::Workflow;

/// The path under which every operation of the reference lives.
pub const BASE_PATH: &str = "/octopus-jobmanager/v1";
/// The path of the sign-in, outside of the base path as IAM has it.
pub const TOKENS_PATH: &str = "/v3/auth/tokens";
/// The request header that carries a token.
pub const AUTH_TOKEN_HEADER: &str = "X-Auth-Token";
/// The same as the reference misprints it; accepted, never sent.
pub const AUTH_TOKEN_HEADER_MISPRINT: &str = "X_Auth-Token";
/// The response header in which a fresh token comes.
pub const SUBJECT_TOKEN_HEADER: &str = "X-Subject-Token";
/// The request header that makes a repeated write answer as the first time.
pub const IDEMPOTENCY_KEY_HEADER: &str = "Idempotency-Key";
