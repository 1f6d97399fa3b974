//! `POST /v1/events`: events from outside, as CloudEvents. The API reference has no operation for this; everything else
//! is as for its operations: who calls, roles, limits and refusals.
//!
//! An event that comes again, by its source and id, is taken once, so a sender may repeat what it is not sure of.

use axum::extract::{Query, Request, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use wire::Permission;

use super::reply::{self, Reply};
use super::{App, authenticated, language, may};
use crate::error::HubError;
use crate::events::{Origin, PublishError, cloud_event};

pub(super) const PATH: &str = "/v1/events";
/// Where an event goes that does not say.
const DEFAULT_NAMESPACE: &str = "default";
/// As `document.namespace` has it.
const LONGEST_NAMESPACE: usize = 63;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    namespace: Option<String>,
}

#[derive(Serialize)]
struct Accepted {
    accepted: usize,
    /// Those that were there already.
    known: usize,
}

pub(super) async fn take(State(app): State<App>, request: Request) -> Response {
    let language = language::of(request.headers());
    let outcome = publish(&app, request).await;
    outcome.map_or_else(|error| reply::refusal(&error, language), Reply::into_response)
}

async fn publish(app: &App, request: Request) -> Result<Reply, HubError> {
    let (parts, body) = request.into_parts();
    let allowed = |principal: &_| may(principal, Permission::Operate);
    let (principal, body) = authenticated(app, &parts, body, allowed).await?;
    let Query(parameters) = Query::<Parameters>::try_from_uri(&parts.uri).map_err(|error| {
        HubError::bad_request(format!("query: {error}"), format!("查询参数不正确：{error}"))
    })?;
    let namespace = parameters.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE);
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(1..=LONGEST_NAMESPACE).contains(&namespace.len()) || !namespace.bytes().all(is_name) {
        return Err(HubError::bad_request(
            "query: namespace is the namespace of workflows: lower-case letters, digits and dashes",
            "查询参数 namespace 应为工作流的命名空间：小写字母、数字和短横线",
        ));
    }
    let events = cloud_event::read(&parts.headers, &body)?;
    let accepted = app.executions.events().publish(namespace, &Origin::Outside, &events).await;
    let accepted = accepted.map_err(|error| match error {
        PublishError::TooLarge => {
            HubError::too_large("an event is larger than 256 KiB", "单个事件超过 256 KiB")
        }
        PublishError::Database(cause) => cause.into(),
    })?;
    tracing::info!(user = principal.name, namespace, accepted, of = events.len(), "events from outside");
    Ok(Reply { status: 202, ..Reply::result(Accepted { accepted, known: events.len() - accepted })? })
}
