//! Performs HTTP calls: `call: http` of the DSL and the catalog's `http-request`.
//!
//! Every hop is checked against the egress policy, its name is resolved once, the addresses are checked, and the
//! connection goes to just these addresses. No proxy of the environment is used: it would reach what the policy forbids.
//! Redirections are followed only where the call asks for them.

pub mod egress;
mod request;
mod response;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use flow::engine::WorkflowError;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue, LOCATION, USER_AGENT};
use reqwest::{Client, Method, Response, Url};
use serde_json::Value;

use self::egress::{EgressPolicy, destination};
use self::request::{RequestPlan, VersionChoice};
use self::response::{Answer, shown_url};
use super::faults;
use super::runner::LogSink;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest silence of the other side; how long a call may take in all is the definition's `timeout`.
const READ_TIMEOUT: Duration = Duration::from_secs(300);
/// The largest body that becomes a task's output, in bytes.
const BODY_LIMIT: usize = 8 * 1024 * 1024;
const HOPS: usize = 5;
/// Connections are kept for this many destinations.
const CLIENTS: usize = 128;

#[derive(Debug)]
pub struct HttpRunner {
    policy: EgressPolicy,
    clients: Mutex<HashMap<ClientKey, Client>>,
}

/// One client per pinned set of addresses: a kept connection never outlives the check of its address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ClientKey {
    secure: bool,
    host: String,
    addresses: Vec<SocketAddr>,
    version: VersionChoice,
}

impl HttpRunner {
    /// `own_address` is the hub's base address, whose `/healthz` may always be called.
    ///
    /// # Errors
    /// The entry of the allow list that is not `host:port`.
    pub fn new(allow: &[String], own_address: &str) -> Result<Self, String> {
        // The process may have a provider already; either is right.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self { policy: EgressPolicy::new(allow, own_address)?, clients: Mutex::default() })
    }

    /// Performs a `call: http`.
    ///
    /// # Errors
    /// The specification's error that the task faults with.
    pub async fn run_call(&self, with: &Value, key: &str, log: &LogSink) -> Result<Value, WorkflowError> {
        self.perform(request::from_call(with)?, key, log).await
    }

    /// Performs an `http-request` of the catalog.
    ///
    /// # Errors
    /// The specification's error that the task faults with.
    pub async fn run_plugin(&self, with: &Value, key: &str, log: &LogSink) -> Result<Value, WorkflowError> {
        self.perform(request::from_plugin(with)?, key, log).await
    }

    async fn perform(&self, mut plan: RequestPlan, key: &str, log: &LogSink) -> Result<Value, WorkflowError> {
        let key =
            HeaderValue::from_str(key).map_err(|_| faults::runtime("the idempotency key is not a header"))?;
        plan.headers.entry(HeaderName::from_static("idempotency-key")).or_insert(key);
        plan.headers
            .entry(USER_AGENT)
            .or_insert(HeaderValue::from_static(concat!("mas-hub/", env!("CARGO_PKG_VERSION"))));
        let mut url = plan.url.clone();
        for _ in 0..=HOPS {
            let response = self.send(&plan, &url, log).await?;
            if let Some(next) = next_hop(&plan, &response)? {
                log.info(format!("redirected to {}", shown_url(&next)));
                if destination(&next) != destination(&url) || next.scheme() != url.scheme() {
                    // Credentials are for the one they were written for.
                    plan.headers.remove(AUTHORIZATION);
                    plan.headers.remove(COOKIE);
                    plan.headers.remove("x-auth-token");
                }
                url = next;
                continue;
            }
            let answer = read(response).await?;
            log.debug(format!("{} bytes read", answer.body.len()));
            return response::outcome(&plan, &answer);
        }
        Err(faults::communication(
            310,
            format!("more than {HOPS} redirections from {}", shown_url(&plan.url)),
        ))
    }

    async fn send(&self, plan: &RequestPlan, url: &Url, log: &LogSink) -> Result<Response, WorkflowError> {
        let client = self.client(plan, url).await.inspect_err(|error| {
            log.error(error.detail.clone().unwrap_or_default());
        })?;
        let size = plan.body.as_ref().map_or(0, Vec::len);
        log.info(format!("{} {} ({size} bytes)", plan.method, shown_url(url)));
        let mut request = client.request(plan.method.clone(), url.clone()).headers(plan.headers.clone());
        if let Some(body) = &plan.body {
            request = request.body(body.clone());
        }
        let begun = Instant::now();
        let result = request.send().await;
        let took = begun.elapsed().as_millis();
        match result {
            Ok(response) => {
                let length =
                    response.content_length().map_or(String::new(), |length| format!(", {length} bytes"));
                let line = format!("{} after {took} ms{length}", response.status());
                if response.status().is_client_error() || response.status().is_server_error() {
                    log.warn(line);
                } else {
                    log.info(line);
                }
                Ok(response)
            }
            Err(cause) => {
                let error = transport_error(url, &cause);
                log.error(format!(
                    "no answer after {took} ms: {}",
                    error.detail.as_deref().unwrap_or_default()
                ));
                Err(error)
            }
        }
    }

    /// A client that connects to the checked addresses of this URL and nowhere else.
    async fn client(&self, plan: &RequestPlan, url: &Url) -> Result<Client, WorkflowError> {
        let permit = self.policy.permit(&plan.method, url).map_err(faults::authorization)?;
        let (host, port) = destination(url).ok_or_else(|| faults::validation("the URL names no host"))?;
        let mut addresses: Vec<SocketAddr> = match host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => tokio::net::lookup_host((host.as_str(), port))
                .await
                .map_err(|cause| faults::communication(502, format!("{host} cannot be resolved: {cause}")))?
                .collect(),
        };
        let found = addresses.len();
        addresses.retain(|address| self.policy.may_connect(permit, &host, address.ip(), port));
        if addresses.is_empty() {
            return Err(if found == 0 {
                faults::communication(502, format!("{host} has no address"))
            } else {
                faults::authorization(format!(
                    "{host} leads to a loopback, link-local or metadata address, which is not listed itself"
                ))
            });
        }
        let key = ClientKey { secure: url.scheme() == "https", host, addresses, version: plan.version };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let client =
            build(&key).map_err(|cause| faults::runtime(format!("no HTTP client: {}", chain(&cause))))?;
        if clients.len() >= CLIENTS {
            clients.clear();
        }
        clients.insert(key, client.clone());
        Ok(client)
    }
}

fn build(key: &ClientKey) -> reqwest::Result<Client> {
    let mut builder = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .resolve_to_addrs(&key.host, &key.addresses);
    if !key.secure {
        // Plain HTTP has to work on a machine without certificates too.
        builder = builder.tls_certs_only([]);
    }
    builder = match key.version {
        VersionChoice::Any => builder,
        VersionChoice::Http1 => builder.http1_only(),
        VersionChoice::Http2 => builder.http2_prior_knowledge(),
    };
    builder.build()
}

/// Where the answer sends the call on to, if it does and the call wants to follow. Only calls that change nothing
/// are repeated elsewhere.
fn next_hop(plan: &RequestPlan, response: &Response) -> Result<Option<Url>, WorkflowError> {
    let follows = plan.redirect && matches!(plan.method, Method::GET | Method::HEAD);
    if !follows || !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers().get(LOCATION) else { return Ok(None) };
    location
        .to_str()
        .ok()
        .and_then(|location| response.url().join(location).ok())
        .map(Some)
        .ok_or_else(|| faults::communication(response.status().as_u16(), "the redirection names no URL"))
}

async fn read(mut response: Response) -> Result<Answer, WorkflowError> {
    let too_large = || faults::communication(413, format!("the answer is larger than {BODY_LIMIT} bytes"));
    if response.content_length().is_some_and(|length| length > BODY_LIMIT as u64) {
        return Err(too_large());
    }
    let url = response.url().clone();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|cause| transport_error(&url, &cause))? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status(), headers: response.headers().clone(), body, url })
}

fn transport_error(url: &Url, cause: &reqwest::Error) -> WorkflowError {
    let status = if cause.is_timeout() { 504 } else { 502 };
    faults::communication(status, format!("{} gave no answer: {}", shown_url(url), chain(cause)))
}

/// The causes of an error from the outside in, without the URL that the first one repeats with its parameters.
fn chain(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut next: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    if causes.is_empty() { "the connection failed".to_owned() } else { causes.join(": ") }
}

#[cfg(test)]
mod tests;
