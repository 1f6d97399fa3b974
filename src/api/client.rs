//! One way to send a request: sign-in, language, idempotency, both error shapes, and signing in again in the middle.

use futures::channel::oneshot;
use gloo_net::http::{Method, RequestBuilder, Response};
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::auth::{AuthErrorBody, TokenRequest, TokenResponse};
use wire::{ApiErrorBody, Envelope, ErrorCode, Operation};

use super::{ApiError, Environment, Session};

/// The client. A context of the app: `use_api()`.
#[derive(Clone, Copy)]
pub struct Api {
    environment: StoredValue<Environment>,
    session: RwSignal<Option<Session>>,
    /// A call met a 401: the sign-in opens over the page, and the calls wait for it.
    expired: RwSignal<bool>,
    waiting: StoredValue<Vec<oneshot::Sender<()>>, LocalStorage>,
    /// The language for `Accept-Language`, kept here so that calls need no other context.
    language: RwSignal<String>,
}

/// A request about to be sent.
pub(super) struct Call {
    pub operation: Operation,
    pub path: String,
    /// Without the question mark.
    pub query: String,
    pub body: Option<String>,
    pub key: Option<IdempotencyKey>,
    pub if_match: Option<u64>,
}

/// Makes a write happen once, however often it is sent. Keep it while you repeat the same act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    pub fn new() -> Self {
        let mut bytes = [0_u8; 16];
        let random = web_sys::window()
            .and_then(|window| window.crypto().ok())
            .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
        if !random {
            bytes.fill_with(|| (js_sys::Math::random() * 256.0) as u8);
        }
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl Default for IdempotencyKey {
    fn default() -> Self {
        Self::new()
    }
}

/// The client of this page.
pub fn use_api() -> Api {
    expect_context()
}

impl Api {
    pub fn new(environment: Environment, language: RwSignal<String>) -> Self {
        let session = Session::load();
        Self {
            environment: StoredValue::new(environment),
            session: RwSignal::new(session),
            expired: RwSignal::new(false),
            waiting: StoredValue::new_local(Vec::new()),
            language,
        }
    }

    /// Where the console lives; see [`Environment::base`].
    pub fn base(&self) -> String {
        self.environment.with_value(|environment| environment.base.clone())
    }

    /// The service of `config.json`, for the sign-in page to begin with.
    pub fn configured_endpoint(&self) -> String {
        self.environment.with_value(|environment| environment.endpoint.clone())
    }

    pub fn session(&self) -> Signal<Option<Session>> {
        self.session.into()
    }

    /// Whether the page should ask to sign in over itself.
    pub fn expired(&self) -> Signal<bool> {
        self.expired.into()
    }

    /// A signal of whether to offer what needs this permission.
    pub fn may(&self, permission: wire::Permission) -> Signal<bool> {
        let session = self.session;
        Signal::derive(move || session.read().as_ref().is_some_and(|session| session.may(permission)))
    }

    /// Signs in and, where calls wait for it, lets them go on.
    ///
    /// # Errors
    /// [`ApiError::Refused`] with 401 where name or password is wrong, 429 after too many attempts.
    pub async fn sign_in(&self, endpoint: &str, request: &TokenRequest) -> Result<(), ApiError> {
        let url = format!("{endpoint}{}", Operation::CreateToken.url_path(&[]));
        let body = to_json(request)?;
        let response = RequestBuilder::new(&url)
            .method(Method::POST)
            .header("Content-Type", "application/json")
            .header("Accept-Language", &self.language.get_untracked())
            .body(body)
            .map_err(|_| ApiError::Unreadable)?
            .send()
            .await
            .map_err(|_| ApiError::Offline)?;
        if !response.ok() {
            return Err(refusal(&response).await);
        }
        let token = response.headers().get(wire::SUBJECT_TOKEN_HEADER).ok_or(ApiError::Unreadable)?;
        let body: TokenResponse = response.json().await.map_err(|_| ApiError::Unreadable)?;
        let session = Session::new(endpoint.to_owned(), token, body.token);
        Session::store(Some(&session));
        self.session.set(Some(session));
        self.expired.set(false);
        self.waiting.update_value(|waiting| {
            for waiter in waiting.drain(..) {
                // A waiter that has gone away does not need to know.
                let _ = waiter.send(());
            }
        });
        Ok(())
    }

    pub fn sign_out(&self) {
        Session::store(None);
        self.session.set(None);
        self.expired.set(false);
        self.waiting.update_value(Vec::clear);
    }

    /// Sends and reads `{"result": …}`.
    pub(super) async fn enveloped<T: DeserializeOwned>(&self, call: Call) -> Result<T, ApiError> {
        let envelope: Envelope<T> = self.plain(call).await?;
        envelope.result.ok_or(ApiError::Unreadable)
    }

    /// Sends and succeeds whatever the result says.
    pub(super) async fn done(&self, call: Call) -> Result<(), ApiError> {
        self.send(call).await.map(|_| ())
    }

    /// Sends and reads a body that has no envelope.
    pub(super) async fn plain<T: DeserializeOwned>(&self, call: Call) -> Result<T, ApiError> {
        self.send(call).await?.json().await.map_err(|_| ApiError::Unreadable)
    }

    async fn send(&self, call: Call) -> Result<Response, ApiError> {
        loop {
            let Some(session) = self.session.get_untracked() else {
                self.wait_for_sign_in().await?;
                continue;
            };
            let response = self.request(&call, &session)?.send().await.map_err(|_| ApiError::Offline)?;
            match response.status() {
                200..=299 => return Ok(response),
                // Somebody may have signed in while this call was under way: then it just goes again.
                401 if self.session.with_untracked(|now| now.as_ref() == Some(&session)) => {
                    self.wait_for_sign_in().await?;
                }
                401 => {}
                _ => return Err(refusal(&response).await),
            }
        }
    }

    async fn wait_for_sign_in(&self) -> Result<(), ApiError> {
        let (sender, receiver) = oneshot::channel();
        self.waiting.update_value(|waiting| waiting.push(sender));
        self.expired.set(true);
        receiver.await.map_err(|_| ApiError::Refused {
            status: 401,
            code: ErrorCode::NotSignedIn,
            reason: String::new(),
            problems: Vec::new(),
            retry_after: None,
        })
    }

    fn request(&self, call: &Call, session: &Session) -> Result<gloo_net::http::Request, ApiError> {
        let mut url = format!("{}{}", session.endpoint, call.path);
        if !call.query.is_empty() {
            url.push('?');
            url.push_str(&call.query);
        }
        let method = match call.operation.method() {
            wire::Method::Get => Method::GET,
            wire::Method::Post => Method::POST,
            wire::Method::Put => Method::PUT,
            wire::Method::Delete => Method::DELETE,
        };
        let mut request = RequestBuilder::new(&url)
            .method(method)
            .header(wire::AUTH_TOKEN_HEADER, &session.token)
            .header("Accept-Language", &self.language.get_untracked());
        if let Some(key) = &call.key {
            request = request.header(wire::IDEMPOTENCY_KEY_HEADER, &key.0);
        }
        if let Some(revision) = call.if_match {
            request = request.header("If-Match", &revision.to_string());
        }
        match &call.body {
            Some(body) => request.header("Content-Type", "application/json;charset=utf8").body(body.clone()),
            None => request.build(),
        }
        .map_err(|_| ApiError::Unreadable)
    }
}

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String, ApiError> {
    serde_json::to_string(value).map_err(|_| ApiError::Unreadable)
}

/// Reads either documented error shape, or IAM's.
async fn refusal(response: &Response) -> ApiError {
    let status = response.status();
    let retry_after = response.headers().get("Retry-After").and_then(|text| text.parse().ok());
    let text = response.text().await.unwrap_or_default();
    if let Ok(body) = serde_json::from_str::<AuthErrorBody>(&text) {
        return ApiError::Refused {
            status,
            code: ErrorCode::NotSignedIn,
            reason: body.error.message,
            problems: Vec::new(),
            retry_after,
        };
    }
    let body: ApiErrorBody = serde_json::from_str(&text).unwrap_or_else(|_| {
        ApiErrorBody::new(ErrorCode::Other(status.to_string()), response.status_text(), Vec::new())
    });
    let reason = if body.error.reason.is_empty() { body.error_msg } else { body.error.reason };
    ApiError::Refused { status, code: body.error_code, reason, problems: body.error.problems, retry_after }
}
