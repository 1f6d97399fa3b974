//! Performs HTTP calls: `call: http` and `call: openapi` of the DSL and the catalog's `http-request`.
//!
//! Every hop is checked against the egress policy, its name is resolved once, the addresses are checked, and the
//! connection goes to just these addresses; token endpoints, discovery and OpenAPI documents go the same way. No proxy of
//! the environment is used: it would reach what the policy forbids. Redirections are followed only where the call asks for
//! them, and never take credentials to another host.

mod authentication;
mod connections;
mod digest;
pub mod egress;
mod openapi;
mod request;
mod response;
mod tokens;

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flow::engine::WorkflowError;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, LOCATION,
    USER_AGENT,
};
use reqwest::{Method, Response, StatusCode, Url};
use serde_json::Value;

use self::authentication::{Authentication, Credentials, TokenEndpoint, TokenSource, basic, secret_header};
use self::connections::Connections;
use self::digest::{Asked, Challenge};
use self::egress::destination;
use self::openapi::Documents;
use self::request::RequestPlan;
use self::response::{Answer, shown_url};
use self::tokens::{Token, Tokens};
use super::faults;
use super::runner::LogSink;
use crate::clock;
use crate::config::Egress;

/// The largest body that becomes a task's output, in bytes.
const BODY_LIMIT: usize = 8 * 1024 * 1024;
const HOPS: usize = 5;
/// Challenges of so many destinations and users are kept, so that a call needs one request and not two.
const CHALLENGES: usize = 256;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A destination and a user: what a challenge of digest authentication is kept for.
type Realm = (Option<(String, u16)>, String);

#[derive(Debug)]
pub struct HttpRunner {
    connections: Connections,
    tokens: Tokens,
    challenges: Mutex<HashMap<Realm, Challenge>>,
    documents: Documents,
}

impl HttpRunner {
    /// `own_address` is the hub's base address, whose `/healthz` may always be called.
    ///
    /// # Errors
    /// What is wrong with `[egress]` of the configuration.
    pub fn new(egress: &Egress, own_address: &str) -> Result<Self, String> {
        Ok(Self {
            connections: Connections::new(egress, own_address)?,
            tokens: Tokens::default(),
            challenges: Mutex::default(),
            documents: Documents::default(),
        })
    }

    /// Performs a `call: http`.
    ///
    /// # Errors
    /// The specification's error that the task faults with.
    pub async fn run_call(&self, with: &Value, key: &str, log: &LogSink) -> Result<Value, WorkflowError> {
        self.perform(request::from_call(with)?, key, log).await
    }

    /// Performs a `call: openapi`.
    ///
    /// # Errors
    /// The specification's error that the task faults with.
    pub async fn run_openapi(&self, with: &Value, key: &str, log: &LogSink) -> Result<Value, WorkflowError> {
        let call = openapi::read(with)?;
        let document = self.documents.get(self, &call.document, log).await?;
        self.perform(openapi::plan(&call, &document)?, key, log).await
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
        plan.headers.entry(IDEMPOTENCY_KEY).or_insert(key);
        let answer = self.answer(&mut plan, log).await?;
        log.debug(format!("{} bytes read", answer.body.len()));
        response::outcome(&plan, &answer).map_err(|error| without_credentials(error, &plan))
    }

    /// The last answer to a request, redirections followed where they are wanted.
    async fn answer(&self, plan: &mut RequestPlan, log: &LogSink) -> Result<Answer, WorkflowError> {
        let agent = HeaderValue::from_static(concat!("mas-hub/", env!("CARGO_PKG_VERSION")));
        plan.headers.entry(USER_AGENT).or_insert(agent);
        let mut url = plan.url.clone();
        for _ in 0..=HOPS {
            let response = self.authenticated(plan, &url, log).await?;
            let Some(next) = next_hop(plan, &response)? else { return read(response).await };
            log.info(format!("redirected to {}", shown_url(&next)));
            if destination(&next) != destination(&url) || next.scheme() != url.scheme() {
                // Credentials are for the one they were written for, and any header may be one.
                plan.authentication = None;
                plan.body = None;
                plan.headers = harmless(&plan.headers);
            }
            url = next;
        }
        Err(faults::communication(
            310,
            format!("more than {HOPS} redirections from {}", shown_url(&plan.url)),
        ))
    }

    /// Sends with what the policy asks for, and once again where what was kept of it is not good any more.
    async fn authenticated(
        &self,
        plan: &mut RequestPlan,
        url: &Url,
        log: &LogSink,
    ) -> Result<Response, WorkflowError> {
        match plan.authentication.clone() {
            None => {}
            Some(Authentication::Basic(Credentials { username, password })) => {
                plan.headers.insert(AUTHORIZATION, basic(&username, &password)?);
            }
            Some(Authentication::Bearer { token }) => {
                plan.headers.insert(AUTHORIZATION, secret_header(&format!("Bearer {token}"))?);
            }
            Some(Authentication::Digest(credentials)) => {
                return self.digested(plan, url, &credentials, log).await;
            }
            Some(Authentication::Token(source)) => {
                let token = self.token(&source, None, log).await?;
                plan.headers.insert(AUTHORIZATION, token.header()?);
                let response = self.send(plan, url, log).await?;
                if response.status() != StatusCode::UNAUTHORIZED {
                    return Ok(response);
                }
                log.info("the token was refused: asking for a new one");
                let token = self.token(&source, Some(&token.access), log).await?;
                plan.headers.insert(AUTHORIZATION, token.header()?);
            }
        }
        self.send(plan, url, log).await
    }

    /// Answers the challenge that is known already, and the one that comes back.
    async fn digested(
        &self,
        plan: &mut RequestPlan,
        url: &Url,
        credentials: &Credentials,
        log: &LogSink,
    ) -> Result<Response, WorkflowError> {
        let place = (destination(url), credentials.username.clone());
        let known = {
            let mut challenges = self.challenges.lock().unwrap_or_else(PoisonError::into_inner);
            match challenges.get_mut(&place) {
                // Counted under the lock: no two calls answer with the same count.
                Some(challenge) => Some(answered(challenge, plan, url, credentials)?),
                None => None,
            }
        };
        match known {
            Some(header) => plan.headers.insert(AUTHORIZATION, header),
            None => plan.headers.remove(AUTHORIZATION),
        };
        let response = self.send(plan, url, log).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let Some(mut challenge) = Challenge::of(response.headers()) else {
            return Err(faults::authentication(format!(
                "{} asks for another authentication than digest, or for a digest that is not known",
                shown_url(url)
            )));
        };
        let header = answered(&mut challenge, plan, url, credentials)?;
        {
            let mut challenges = self.challenges.lock().unwrap_or_else(PoisonError::into_inner);
            if challenges.len() >= CHALLENGES {
                challenges.clear();
            }
            challenges.insert(place.clone(), challenge);
        }
        plan.headers.insert(AUTHORIZATION, header);
        let response = self.send(plan, url, log).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            self.challenges.lock().unwrap_or_else(PoisonError::into_inner).remove(&place);
        }
        Ok(response)
    }

    /// The token of a source: the one that is kept, unless it is over or was `refused`.
    async fn token(
        &self,
        source: &TokenSource,
        refused: Option<&str>,
        log: &LogSink,
    ) -> Result<Token, WorkflowError> {
        let place = self.tokens.place(source);
        let mut kept = place.lock().await;
        if let Some(token) = &*kept
            && token.is_good(Instant::now())
            && refused != Some(token.access.as_str())
        {
            return Ok(token.clone());
        }
        let endpoint = match &source.endpoint {
            TokenEndpoint::Written(endpoint) => endpoint.clone(),
            TokenEndpoint::Discovered(authority) => self.discovered(source, authority, log).await?,
        };
        let refresh = kept.take().and_then(|token| token.refresh);
        let mut token = None;
        if let Some(refresh) = &refresh {
            // One that is not good any more is no reason to fail: the grant itself still stands.
            token = self.granted(source, Some(refresh), &endpoint, log).await.ok();
        }
        let mut token = match token {
            Some(token) => token,
            None => self.granted(source, None, &endpoint, log).await?,
        };
        token.refresh = token.refresh.or(refresh);
        *kept = Some(token.clone());
        Ok(token)
    }

    /// [`Self::answer`] from within itself: a request that another one needs first, and that needs no further one.
    fn apart<'a>(
        &'a self,
        plan: &'a mut RequestPlan,
        log: &'a LogSink,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, WorkflowError>> + Send + 'a>> {
        Box::pin(self.answer(plan, log))
    }

    async fn granted(
        &self,
        source: &TokenSource,
        refresh: Option<&str>,
        endpoint: &Url,
        log: &LogSink,
    ) -> Result<Token, WorkflowError> {
        let stamp = tokens::Stamp { now: clock::now() / 1000, id: random()? };
        let (headers, body) = tokens::request(source, refresh, endpoint, &stamp)?;
        let mut plan = RequestPlan::bare(Method::POST, endpoint.clone());
        plan.headers = headers;
        plan.body = Some(body);
        let answer = self.apart(&mut plan, log).await?;
        tokens::read(source, endpoint, answer.status, &answer.body, Instant::now())
    }

    async fn discovered(
        &self,
        source: &TokenSource,
        authority: &Url,
        log: &LogSink,
    ) -> Result<Url, WorkflowError> {
        let configuration = tokens::configuration_url(authority)
            .ok_or_else(|| faults::configuration("oidc authentication has no URL as authority"))?;
        let mut plan = RequestPlan::bare(Method::GET, configuration.clone());
        plan.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let answer = self.apart(&mut plan, log).await?;
        if !answer.status.is_success() {
            let place = shown_url(&configuration);
            let status = answer.status.as_u16();
            return Err(faults::communication(status, format!("{place} answered {status}")));
        }
        tokens::token_endpoint(source, &configuration, &answer.body)
    }

    async fn send(&self, plan: &RequestPlan, url: &Url, log: &LogSink) -> Result<Response, WorkflowError> {
        let client = self.connections.client(&plan.method, url, plan.version).await.inspect_err(|error| {
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
}

fn answered(
    challenge: &mut Challenge,
    plan: &RequestPlan,
    url: &Url,
    credentials: &Credentials,
) -> Result<HeaderValue, WorkflowError> {
    let body = plan.body.as_deref().unwrap_or_default();
    challenge.answer(credentials, &Asked { method: &plan.method, url, body }, &random()?)
}

/// 128 bits that nobody can guess, as text.
fn random() -> Result<String, WorkflowError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|cause| faults::runtime(format!("no randomness: {cause}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The headers that say nothing about who sends them.
fn harmless(headers: &HeaderMap) -> HeaderMap {
    [ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, USER_AGENT, IDEMPOTENCY_KEY]
        .into_iter()
        .filter_map(|name| headers.get(&name).cloned().map(|value| (name, value)))
        .collect()
}

/// An error that repeats what the other side wrote must not repeat the credentials that it was sent.
fn without_credentials(mut error: WorkflowError, plan: &RequestPlan) -> WorkflowError {
    let Some(sent) = plan.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) else {
        return error;
    };
    let credentials = sent.split_once(' ').map_or(sent, |(_, credentials)| credentials);
    if let Some(detail) = error.detail.as_mut().filter(|_| !credentials.is_empty()) {
        *detail = detail.replace(credentials, "***");
    }
    error
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
