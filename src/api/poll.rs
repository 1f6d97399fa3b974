//! One abortable polling loop per page: fast while things move, slow when hidden, backing off on errors.

use std::future::Future;
use std::time::Duration;

use futures::future::AbortHandle;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

use super::ApiError;

const HIDDEN: Duration = Duration::from_secs(30);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(30);

/// What a polled page knows.
#[derive(Clone, Debug, PartialEq)]
pub struct PollState<T> {
    /// The newest answer; it stays while later ones fail.
    pub data: Option<T>,
    /// Why the last attempt failed, if it did: the data is stale then.
    pub error: Option<ApiError>,
    /// When `data` came, in milliseconds since the epoch.
    pub as_of: f64,
}

/// A running loop: its state, and a way to ask at once.
pub struct Poll<T: Send + Sync + 'static> {
    pub state: RwSignal<PollState<T>>,
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
    let state = RwSignal::new(PollState { data: None, error: None, as_of: 0.0 });
    let wake = RwSignal::new(0_u32);
    Effect::new(move |previous: Option<AbortHandle>| {
        if let Some(previous) = previous {
            previous.abort();
        }
        wake.track();
        let first = fetch();
        let fetch = fetch.clone();
        let interval = interval.clone();
        let (handle, registration) = AbortHandle::new_pair();
        let running = async move {
            let mut outcome = first.await;
            let mut failures = 0_u32;
            loop {
                let pause = match outcome {
                    Ok(data) => {
                        failures = 0;
                        let pause = interval(&data);
                        record(state, Ok(data));
                        pause
                    }
                    Err(error) => {
                        failures += 1;
                        let pause = error.is_transient().then(|| back_off(failures));
                        record(state, Err(error));
                        pause
                    }
                };
                let Some(pause) = pause else { return };
                let pause = if document().hidden() { pause.max(HIDDEN) } else { pause };
                TimeoutFuture::new(u32::try_from(pause.as_millis()).unwrap_or(u32::MAX)).await;
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
        handle
    });
    // A page that comes back into view should not show what was true half a minute ago.
    let visible = window_event_listener_untyped("visibilitychange", move |_| {
        if !document().hidden() {
            wake.update(|count| *count = count.wrapping_add(1));
        }
    });
    let online =
        window_event_listener_untyped("online", move |_| wake.update(|count| *count = count.wrapping_add(1)));
    on_cleanup(move || {
        visible.remove();
        online.remove();
    });
    Poll { state, wake }
}

fn record<T: Clone + PartialEq + Send + Sync + 'static>(
    state: RwSignal<PollState<T>>,
    outcome: Result<T, ApiError>,
) {
    // The page may be gone by the time the answer comes.
    let _ = state.try_update(|state| match outcome {
        Ok(data) => *state = PollState { data: Some(data), error: None, as_of: js_sys::Date::now() },
        Err(error) => state.error = Some(error),
    });
}

/// 1, 2, 4 … seconds, up to half a minute, with up to a quarter of jitter so that consoles do not return in step.
fn back_off(failures: u32) -> Duration {
    let seconds = Duration::from_secs(1 << failures.min(6).saturating_sub(1)).min(LONGEST_BACK_OFF);
    seconds.mul_f64(1.0 + js_sys::Math::random() / 4.0)
}
