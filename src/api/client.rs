//! One way to send a request: sign-in, language, idempotency, both error shapes, signing in again in the middle, giving up
//! what nobody waits for any more, and asking only for what has changed.

use std::collections::VecDeque;

use futures::channel::oneshot;
use futures::future::{Either, select};
use gloo_net::http::{Method, RequestBuilder, Response};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::auth::{AuthErrorBody, TokenRequest, TokenResponse};
use wire::{ApiErrorBody, Envelope, ErrorCode, Operation};

use super::{ApiError, Environment, News, Session};

/// Milliseconds after which an answer to a question is not to be expected any more: then it is asked again.
const READ_DEADLINE: u32 = 15_000;
/// As long as the hub itself waits for a body. A write is repeated with the same key, so it is not made twice.
const WRITE_DEADLINE: u32 = 60_000;
/// How many answers are kept for the case that the service says they are still true, and how long one may be.
const MOST_KEPT: usize = 16;
const LONGEST_KEPT: usize = 128 * 1024;

/// The client. A context of the app: `use_api()`.
#[derive(Clone, Copy)]
pub struct Api {
    environment: StoredValue<Environment>,
    session: RwSignal<Option<Session>>,
    /// A call met a 401: the sign-in opens over the page, and the calls wait for it.
    expired: RwSignal<bool>,
    waiting: StoredValue<Vec<oneshot::Sender<()>>, LocalStorage>,
    /// Answers with their entity tags, by what was asked; the one that came last comes first.
    kept: StoredValue<VecDeque<Kept>, LocalStorage>,
    /// Counts what was done from this page, so that whatever is polled is asked for again.
    written: RwSignal<u32>,
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
    /// The entity tag of an answer that is known.
    pub if_none_match: Option<String>,
}

/// An answer as it came.
struct Answer {
    status: u16,
    status_text: String,
    tag: Option<String>,
    retry_after: Option<u32>,
    text: String,
}

struct Kept {
    asked: String,
    tag: String,
    text: String,
}

/// Gives up a question when it is dropped: the browser need not bring what nobody reads.
struct Leash(Option<web_sys::AbortController>);

impl Drop for Leash {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
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
            kept: StoredValue::new_local(VecDeque::new()),
            written: RwSignal::new(0),
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
            return Err(refusal(&read(response).await?));
        }
        let token = response.headers().get(wire::SUBJECT_TOKEN_HEADER).ok_or(ApiError::Unreadable)?;
        let body: TokenResponse = response.json().await.map_err(|_| ApiError::Unreadable)?;
        let session = Session::new(endpoint.to_owned(), token, body.token);
        Session::store(Some(&session));
        self.kept.update_value(VecDeque::clear);
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
        unwrapped(&self.send(&call).await?.text)
    }

    /// Like [`Api::enveloped`], for what is asked again and again: an answer that is still true is not sent again.
    pub(super) async fn enveloped_kept<T: DeserializeOwned>(&self, mut call: Call) -> Result<T, ApiError> {
        let asked =
            format!("{} {}?{} {:?}", call.operation.method().as_str(), call.path, call.query, call.body);
        let known = self.kept.try_update_value(|kept| {
            let place = kept.iter().position(|one| one.asked == asked)?;
            kept.remove(place)
        });
        let known = known.flatten();
        call.if_none_match = known.as_ref().map(|known| known.tag.clone());
        let answer = self.send(&call).await?;
        let fresh = match (answer.status, known, answer.tag) {
            (304, Some(known), _) => known,
            (_, _, Some(tag)) if answer.text.len() <= LONGEST_KEPT => Kept { asked, tag, text: answer.text },
            _ => return unwrapped(&answer.text),
        };
        let result = unwrapped(&fresh.text);
        self.kept.update_value(|kept| {
            kept.push_front(fresh);
            kept.truncate(MOST_KEPT);
        });
        result
    }

    /// Asks whether there is anything else than what `known` is the entity tag of, and takes over the tag of what is.
    pub(super) async fn news<T: DeserializeOwned>(
        &self,
        mut call: Call,
        known: &mut Option<String>,
    ) -> Result<News<T>, ApiError> {
        call.if_none_match = known.clone();
        let answer = self.send(&call).await?;
        if answer.status == 304 {
            return Ok(News::Same);
        }
        let result = unwrapped(&answer.text)?;
        *known = answer.tag;
        Ok(News::New(result))
    }

    /// Sends and succeeds whatever the result says.
    pub(super) async fn done(&self, call: Call) -> Result<(), ApiError> {
        self.send(&call).await.map(|_| ())
    }

    /// Sends and reads a body that has no envelope.
    pub(super) async fn plain<T: DeserializeOwned>(&self, call: Call) -> Result<T, ApiError> {
        serde_json::from_str(&self.send(&call).await?.text).map_err(|_| ApiError::Unreadable)
    }

    /// Makes every polling loop of the page ask now. Calls that change something do so by themselves.
    pub fn refresh_now(&self) {
        let _ = self.written.try_update(|count| *count = count.wrapping_add(1));
    }

    /// Changes with everything that is done from this page.
    pub(super) fn written(&self) -> ReadSignal<u32> {
        self.written.read_only()
    }

    async fn send(&self, call: &Call) -> Result<Answer, ApiError> {
        let outcome = self.send_until_signed_in(call).await;
        // Also what was refused, or got lost on its way, says that the page may be wrong about how things are.
        if call.key.is_some() {
            self.refresh_now();
        }
        outcome
    }

    async fn send_until_signed_in(&self, call: &Call) -> Result<Answer, ApiError> {
        loop {
            let Some(session) = self.session.get_untracked() else {
                self.wait_for_sign_in().await?;
                continue;
            };
            let answer = self.exchange(call, &session).await?;
            match answer.status {
                200..=299 => return Ok(answer),
                304 if call.if_none_match.is_some() => return Ok(answer),
                // Somebody may have signed in while this call was under way: then it just goes again.
                401 if self.session.with_untracked(|now| now.as_ref() == Some(&session)) => {
                    self.wait_for_sign_in().await?;
                }
                401 => {}
                _ => return Err(refusal(&answer)),
            }
        }
    }

    /// One request and its answer, in the time that there is for it.
    async fn exchange(&self, call: &Call, session: &Session) -> Result<Answer, ApiError> {
        let is_read = call.key.is_none();
        // A write goes on to its end, also where the one who asked for it has left the page.
        let leash = Leash(is_read.then(web_sys::AbortController::new).and_then(Result::ok));
        let request = self.request(call, session, &leash)?;
        let exchange = async move { read(request.send().await.map_err(|_| ApiError::Offline)?).await };
        let deadline = TimeoutFuture::new(if is_read { READ_DEADLINE } else { WRITE_DEADLINE });
        match select(Box::pin(exchange), deadline).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(ApiError::Offline),
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

    fn request(
        &self,
        call: &Call,
        session: &Session,
        leash: &Leash,
    ) -> Result<gloo_net::http::Request, ApiError> {
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
            .abort_signal(leash.0.as_ref().map(web_sys::AbortController::signal).as_ref())
            .header(wire::AUTH_TOKEN_HEADER, &session.token)
            .header("Accept-Language", &self.language.get_untracked());
        if let Some(key) = &call.key {
            request = request.header(wire::IDEMPOTENCY_KEY_HEADER, &key.0);
        }
        if let Some(revision) = call.if_match {
            request = request.header("If-Match", &revision.to_string());
        }
        if let Some(tag) = &call.if_none_match {
            request = request.header("If-None-Match", tag);
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

/// The result in the envelope.
fn unwrapped<T: DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    let envelope: Envelope<T> = serde_json::from_str(text).map_err(|_| ApiError::Unreadable)?;
    envelope.result.ok_or(ApiError::Unreadable)
}

/// An answer that breaks off in the middle did not come.
async fn read(response: Response) -> Result<Answer, ApiError> {
    let headers = response.headers();
    Ok(Answer {
        status: response.status(),
        status_text: response.status_text(),
        tag: headers.get("ETag"),
        retry_after: headers.get("Retry-After").and_then(|text| text.parse().ok()),
        text: response.text().await.map_err(|_| ApiError::Offline)?,
    })
}

/// Reads either documented error shape, or IAM's.
fn refusal(answer: &Answer) -> ApiError {
    let &Answer { status, retry_after, .. } = answer;
    if let Ok(body) = serde_json::from_str::<AuthErrorBody>(&answer.text) {
        return ApiError::Refused {
            status,
            code: ErrorCode::NotSignedIn,
            reason: body.error.message,
            problems: Vec::new(),
            retry_after,
        };
    }
    let body: ApiErrorBody = serde_json::from_str(&answer.text).unwrap_or_else(|_| {
        ApiErrorBody::new(ErrorCode::Other(status.to_string()), answer.status_text.clone(), Vec::new())
    });
    let reason = if body.error.reason.is_empty() { body.error_msg } else { body.error.reason };
    ApiError::Refused { status, code: body.error_code, reason, problems: body.error.problems, retry_after }
}
