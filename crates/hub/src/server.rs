//! From a request to an answer: find the operation, ask who calls, check the role, keep repeated writes from acting
//! twice, and put every refusal into the documented shapes.
//!
//! What an operation does stands in `api`, one file for each; this module is the same for all of them.

mod authenticate;
mod call;
mod events;
mod headers;
mod idempotency;
mod language;
mod limiter;
mod reply;
mod routes;
mod tag;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::http::request;
use axum::response::Response;
use axum::routing::{get, post};
use tokio::sync::RwLock;
use tracing::Instrument as _;
use wire::{Operation, Permission};

use crate::accounts::{Accounts, Principal};
use crate::api;
use crate::config::Config;
use crate::console::Console;
use crate::database::Database;
use crate::error::{HubError, Language};
use crate::execution::Executions;
use crate::lab::Inventory;
use crate::plugins::Plugins;
use crate::schedules::Schedules;
use crate::workflows::{Startable, Workflows};

pub use call::{Call, read_json};
pub use idempotency::Idempotency;
pub use limiter::SignInLimiter;
pub use reply::{Reply, refused_sign_in};

/// The largest body that the hub reads (API reference 3.2).
pub const MAXIMUM_BODY: usize = 12 * 1024 * 1024;
/// A body that trickles in for longer than this is given up.
const BODY_DEADLINE: Duration = Duration::from_secs(60);

/// Everything that answers requests; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub database: Database,
    pub accounts: Accounts,
    pub workflows: Workflows,
    pub inventory: Inventory,
    pub plugins: Plugins,
    pub startable: Startable,
    pub executions: Arc<Executions>,
    pub console: Console,
    pub config: Config,
    pub sign_ins: SignInLimiter,
    pub idempotency: Idempotency,
    /// Starts share it and a deletion takes it alone, so that no job begins of a workflow that is being deleted.
    pub deletions: Arc<RwLock<()>>,
    pub schedules: Arc<Schedules>,
}

impl App {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The whole server as a router: API, health, console.
    pub fn router(self) -> Router {
        let config = self.config.clone();
        let router = Router::new()
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/readyz", get(api::health::ready))
            .route(events::PATH, post(events::take))
            .fallback(answer)
            .with_state(self);
        headers::layers(router, &config)
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

async fn answer(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path();
    if !routes::is_api(path) {
        return app.console.answer(request).await;
    }
    let language = language::of(request.headers());
    let routed = routes::find(request.method(), path);
    let operation = routed.as_ref().ok().map(|routed| routed.operation);
    if operation == Some(Operation::CreateToken) {
        return sign_in(app, request, language).await;
    }
    let nearby = headers::Nearby::of(peer(&request), request.headers());
    let outcome = match routed {
        Ok(routed) => perform(app, routed, request).await,
        Err(refused) => Err(refused),
    };
    let mut response = outcome.map_or_else(|error| reply::refusal(&error, language), Reply::into_response);
    if let Some(nearby) = nearby {
        response.extensions_mut().insert(nearby);
    }
    response
}

async fn perform(app: App, routed: routes::Routed, request: Request) -> Result<Reply, HubError> {
    let (parts, body) = request.into_parts();
    let allowed = |principal: &_| permit(principal, routed.operation);
    let (principal, body) = authenticated(&app, &parts, body, allowed).await?;
    tracing::debug!(user = principal.name, operation = ?routed.operation, "permitted");
    let key = if is_write(routed.operation) { idempotency::key(&parts.headers)? } else { None };
    let call = Call::new(app, principal, routed, parts.uri, parts.headers, body);
    if !is_write(call.operation) {
        return api::dispatch(call).await;
    }
    // A write goes on to its end even where the one who asked for it hangs up: a decision is not half made.
    let write = async move {
        match key {
            None => api::dispatch(call).await,
            Some(key) => {
                let app = call.app.clone();
                let request = idempotency::Identified {
                    user_id: call.principal.user_id.clone(),
                    key,
                    request_hash: call.digest(),
                };
                app.idempotency.once(&app.database, request, api::dispatch(call)).await
            }
        }
    };
    tokio::spawn(write.in_current_span()).await.map_err(HubError::internal)?
}

/// Who calls, once `permit` has let them, and the body.
async fn authenticated(
    app: &App,
    parts: &request::Parts,
    body: Body,
    permit: impl Fn(&Principal) -> Result<(), HubError>,
) -> Result<(Principal, Bytes), HubError> {
    match authenticate::claim(&parts.headers)? {
        authenticate::Claim::Token(token) => {
            let principal = authenticate::by_token(&app.accounts, &token).await?;
            permit(&principal)?;
            Ok((principal, read_body(&parts.headers, body).await?))
        }
        authenticate::Claim::Signature(authorization) => {
            let body = read_body(&parts.headers, body).await?;
            let principal = authenticate::by_signature(
                &app.accounts,
                &authorization,
                &parts.method,
                &parts.uri,
                &parts.headers,
                &body,
            )
            .await?;
            permit(&principal)?;
            Ok((principal, body))
        }
    }
}

async fn sign_in(app: App, request: Request, language: Language) -> Response {
    let peer = peer(&request);
    let (parts, body) = request.into_parts();
    match read_body(&parts.headers, body).await {
        Ok(body) => api::create_token::handle(&app, &parts.headers, &body, peer, language).await,
        Err(error) => reply::refused_sign_in(&error, language),
    }
}

/// Whether repeating the request would act twice.
fn is_write(operation: Operation) -> bool {
    matches!(operation.permission(), Some(Permission::Edit | Permission::Operate))
        || matches!(operation, Operation::FollowWorkflow | Operation::UnfollowWorkflow)
}

fn permit(principal: &Principal, operation: Operation) -> Result<(), HubError> {
    operation.permission().map_or(Ok(()), |permission| may(principal, permission))
}

fn may(principal: &Principal, permission: Permission) -> Result<(), HubError> {
    principal.role.may(permission).then_some(()).ok_or_else(|| {
        let role = principal.role.as_str();
        HubError::not_permitted(
            format!("the role {role} of {} does not permit this; ask an administrator", principal.name),
            format!("用户 {} 的角色 {role} 无此权限，请联系管理员", principal.name),
        )
    })
}

async fn read_body(headers: &HeaderMap, body: Body) -> Result<Bytes, HubError> {
    let too_large = || HubError::too_large("the body is larger than 12 MiB", "请求体超过 12 MiB");
    let announced = headers
        .get(axum::http::header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAXIMUM_BODY) {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY_DEADLINE, axum::body::to_bytes(body, MAXIMUM_BODY)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if is_length_limit(&error) => Err(too_large()),
        Ok(Err(_)) => Err(HubError::bad_request("the body broke off", "请求体中断")),
        Err(_) => {
            Err(HubError::bad_request("the body did not arrive within 60 seconds", "请求体未在 60 秒内到达"))
        }
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.to_string().contains("length limit exceeded") {
            return true;
        }
        source = cause.source();
    }
    false
}

fn peer(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}
