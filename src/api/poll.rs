//! One abortable polling loop per page: fast while things move, slow when hidden, backing off on errors, at once again
//! when the network or the machine is back or somebody has done something on this page. It says how old what it knows is, and when it could not ask.

mod pace;

use std::future::Future;
use std::time::Duration;

use futures::future::AbortHandle;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

use self::pace::{Came, Pace, Surroundings};
use super::{ApiError, use_api};

const HIDDEN: Duration = Duration::from_secs(30);
/// Between two looks at the clock: one that has jumped by far more was asleep.
const HEARTBEAT: Duration = Duration::from_secs(5);
const ASLEEP: f64 = 20_000.0;

/// What a question brought.
#[derive(Clone, Debug, PartialEq)]
pub enum News<T> {
    New(T),
    /// What is known is still true.
    Same,
}

/// What a polled page knows.
#[derive(Clone, Debug, PartialEq)]
pub struct PollState<T> {
    /// The newest answer; it stays while later ones fail.
    pub data: Option<T>,
    /// Why the last attempt failed, if it did: the data is stale then.
    pub error: Option<ApiError>,
    /// Until when `data` was known to be true, in milliseconds since the epoch: as of the last time anything here changed.
    /// [`Poll::as_of`] moves with every answer.
    pub as_of: f64,
    /// The time, from and to, in which nothing could be asked, once it is over.
    pub gap: Option<(f64, f64)>,
}

/// A running loop: its state, and a way to ask at once.
pub struct Poll<T: Send + Sync + 'static> {
    pub state: RwSignal<PollState<T>>,
    /// When the service last said that this is how things are, in milliseconds since the epoch; 0 is never.
    pub as_of: RwSignal<f64>,
    /// When the next attempt is made after a failure, in milliseconds since the epoch.
    pub next: RwSignal<Option<f64>>,
    wake: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Poll<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Poll<T> {}

impl<T: Send + Sync + 'static> Poll<T> {
    /// Fetches again now, after an act whose effect should be seen. A fetch under way is dropped.
    pub fn refresh(&self) {
        self.wake.update(|count| *count = count.wrapping_add(1));
    }
}

/// Polls for as long as the component lives. `fetch` is called tracked: signals that it reads restart the loop.
/// `interval` is asked after each answer how long to wait; `None` ends the loop until `refresh`.
pub fn use_poll<T, Fetch, Fetching, Interval>(fetch: Fetch, interval: Interval) -> Poll<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    Fetch: Fn() -> Fetching + Clone + 'static,
    Fetching: Future<Output = Result<T, ApiError>> + 'static,
    Interval: Fn(&T) -> Option<Duration> + Clone + 'static,
{
    let fetch = move || {
        let fetching = fetch();
        async move { fetching.await.map(News::New) }
    };
    use_poll_for_news(fetch, interval, HIDDEN)
}

/// Like [`use_poll`], for what tells also that nothing has changed. `hidden` is the shortest pause while nobody sees the
/// page.
pub fn use_poll_for_news<T, Fetch, Fetching, Interval>(
    fetch: Fetch,
    interval: Interval,
    hidden: Duration,
) -> Poll<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    Fetch: Fn() -> Fetching + Clone + 'static,
    Fetching: Future<Output = Result<News<T>, ApiError>> + 'static,
    Interval: Fn(&T) -> Option<Duration> + Clone + 'static,
{
    let poll = Poll {
        state: RwSignal::new(PollState { data: None, error: None, as_of: 0.0, gap: None }),
        as_of: RwSignal::new(0.0),
        next: RwSignal::new(None),
        wake: RwSignal::new(0),
    };
    let written = use_api().written();
    Effect::new(move |previous: Option<(AbortHandle, u32)>| {
        let acts = written.get();
        let mut pace = Pace::default();
        if let Some((previous, acts_before)) = previous {
            previous.abort();
            if acts_before != acts {
                pace.something_was_done();
            }
        }
        poll.wake.track();
        let first = fetch();
        let fetch = fetch.clone();
        let interval = interval.clone();
        let (handle, registration) = AbortHandle::new_pair();
        let running = async move {
            let mut outcome = first.await;
            loop {
                let came = came_of(&outcome);
                let came = if poll.take(outcome) { came } else { Came::Nothing };
                let wanted =
                    poll.state.try_with_untracked(|state| state.data.as_ref().and_then(&interval)).flatten();
                let around = Surroundings {
                    hidden: document().hidden().then_some(hidden),
                    chance: js_sys::Math::random(),
                };
                let Some(pause) = pace.after(came, wanted, around) else { return };
                if matches!(came, Came::Failure { .. }) {
                    let _ = poll.next.try_set(Some(js_sys::Date::now() + pause.as_millis() as f64));
                }
                TimeoutFuture::new(u32::try_from(pause.as_millis()).unwrap_or(u32::MAX)).await;
                let _ = poll.next.try_set(None);
                outcome = untrack(&fetch).await;
            }
        };
        let running = futures::future::Abortable::new(running, registration);
        leptos::task::spawn_local(async move {
            // Aborted is the ordinary end of a loop.
            let _ = running.await;
        });
        let on_end = handle.clone();
        on_cleanup(move || on_end.abort());
        (handle, acts)
    });
    wake_up(poll);
    poll
}

/// A page that comes back into view, to the network or out of the machine's sleep should not show what was true then.
fn wake_up<T: Send + Sync + 'static>(poll: Poll<T>) {
    let listeners = ["visibilitychange", "online", "pageshow"].map(|event| {
        window_event_listener_untyped(event, move |_| {
            if !document().hidden() {
                poll.refresh();
            }
        })
    });
    let last = StoredValue::new(js_sys::Date::now());
    let beat = set_interval_with_handle(
        move || {
            let now = js_sys::Date::now();
            let pause = now - last.try_get_value().unwrap_or(now);
            let _ = last.try_set_value(now);
            // A page that nobody sees is given few beats by the browser, which is no sleep.
            if pause > ASLEEP && !document().hidden() {
                poll.refresh();
            }
        },
        HEARTBEAT,
    );
    on_cleanup(move || {
        listeners.into_iter().for_each(|listener| listener.remove());
        if let Ok(beat) = beat {
            beat.clear();
        }
    });
}

fn came_of<T>(outcome: &Result<News<T>, ApiError>) -> Came {
    match outcome {
        Ok(News::New(_)) => Came::News,
        Ok(News::Same) => Came::Nothing,
        Err(error) => Came::Failure {
            // What cannot be read is what a network in trouble makes of an answer.
            is_passing: error.is_transient() || *error == ApiError::Unreadable,
            retry_after: match error {
                ApiError::Refused { retry_after, .. } => {
                    retry_after.map(|seconds| Duration::from_secs(seconds.into()))
                }
                _ => None,
            },
        },
    }
}

impl<T: Clone + PartialEq + Send + Sync + 'static> Poll<T> {
    /// Takes an answer in; false where it says what is known already. Only what is new is told to those who look: an answer
    /// that brings nothing costs nothing. The page may be gone by the time the answer comes.
    fn take(&self, outcome: Result<News<T>, ApiError>) -> bool {
        let now = js_sys::Date::now();
        let known = self.as_of.try_get_untracked().unwrap_or_default();
        match outcome {
            Err(error) => {
                let _ = self.state.try_update(|state| {
                    state.error = Some(error);
                    state.as_of = known;
                    state.gap = None;
                });
                true
            }
            Ok(news) => {
                let _ = self.as_of.try_set(now);
                let (is_new, was_lost) = self
                    .state
                    .try_with_untracked(|state| {
                        let is_new = matches!(&news, News::New(data) if state.data.as_ref() != Some(data));
                        (is_new, state.error.is_some())
                    })
                    .unwrap_or_default();
                if is_new || was_lost {
                    let _ = self.state.try_update(|state| {
                        if let News::New(data) = news {
                            state.data = Some(data);
                        }
                        if state.error.take().is_some() && known > 0.0 {
                            state.gap = Some((known, now));
                        }
                        state.as_of = now;
                    });
                }
                is_new
            }
        }
    }
}
