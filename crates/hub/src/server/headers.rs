//! What every answer has in common: a request id, a line in the log, security headers, CORS where it is configured,
//! and an answer even where a handler panics.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::cors::CorsLayer;
use tracing::Instrument as _;

use super::reply;
use crate::config::Config;
use crate::error::{HubError, Language};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(super) fn layers(router: Router, config: &Config) -> Router {
    let router = router
        .layer(CatchPanicLayer::custom(|panic: Box<dyn std::any::Any + Send>| {
            let message = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            reply::refusal(&HubError::internal(format_args!("panic: {message}")), Language::English)
        }))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(
            |_: StatusCode, _: Version, _: &HeaderMap, marks: &Extensions| marks.get::<Nearby>().is_none(),
        )))
        .layer(middleware::map_response(secure));
    let router = match cors(config) {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router.layer(middleware::from_fn(trace))
}

/// Marks an answer to the hub's own machine, which gets there faster than it could be compressed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nearby;

impl Nearby {
    /// A proxy on this machine speaks for somebody elsewhere, and says so.
    pub(super) fn of(peer: Option<IpAddr>, headers: &HeaderMap) -> Option<Self> {
        let is_proxied = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
            .into_iter()
            .any(|name| headers.contains_key(name));
        (peer.is_some_and(|peer| peer.is_loopback()) && !is_proxied).then_some(Self)
    }
}

/// None by default: then a browser lets only the hub's own console read its answers.
fn cors(config: &Config) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> =
        config.cors.allow_origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let request_headers = [
        header::CONTENT_TYPE,
        header::ACCEPT_LANGUAGE,
        header::AUTHORIZATION,
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        HeaderName::from_static("x-auth-token"),
        HeaderName::from_static("x-sdk-date"),
        HeaderName::from_static("idempotency-key"),
    ];
    let exposed = [HeaderName::from_static("x-subject-token"), header::ETAG, header::RETRY_AFTER, REQUEST_ID];
    (!origins.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
            .allow_headers(request_headers)
            .expose_headers(exposed)
            .max_age(Duration::from_secs(600))
    })
}

async fn secure(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // The address of a sign-in link holds its code.
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// One line for each request, without its query: that may hold a code.
async fn trace(request: Request, next: Next) -> Response {
    let id = uuid::Uuid::now_v7().simple().to_string();
    let span = tracing::info_span!("request", id, method = %request.method(), path = request.uri().path());
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        tracing::info!(status = response.status().as_u16(), milliseconds, "answered");
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_answers_that_stay_on_this_machine_are_nearby() {
        let is_nearby = |peer: Option<&str>, header: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(name) = header {
                headers.insert(name, HeaderValue::from_static("203.0.113.7"));
            }
            Nearby::of(peer.map(|peer| peer.parse().unwrap()), &headers).is_some()
        };
        assert!(is_nearby(Some("127.0.0.1"), None) && is_nearby(Some("::1"), None));
        assert!(!is_nearby(Some("192.0.2.1"), None) && !is_nearby(None, None));
        assert!(
            !is_nearby(Some("127.0.0.1"), Some("x-forwarded-for")),
            "a proxy speaks for somebody elsewhere"
        );
    }
}
