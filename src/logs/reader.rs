//! Between the headless viewer and the service: sends what it wants, gives it the answers, and has the page drawn once a
//! frame. Asks for the end often while lines come, seldom while none do, not at all while nobody sees the page.

use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use logs::{FindState, News, Purpose, Request, Selection, Viewer};
use wire::log::LogPage;

use crate::api::{Api, ApiError, use_api};

/// Between two questions for the end while lines come: with the answer's way it keeps what is shown younger than 150 ms.
const FAST: u32 = 90;
const SLOW: u32 = 2_000;
const LONGEST_BACK_OFF: u32 = 30_000;
/// Lines of one turn of a search, so that no turn takes longer than a frame.
const TURN: u64 = 3_000;

/// What the parts around the lines show.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Summary {
    pub total: u64,
    pub rows: u64,
    pub filtered_so_far: u64,
    pub is_open: bool,
    pub is_complete: bool,
    pub follows: bool,
    pub unseen: u64,
    pub selection: Option<Selection>,
    pub find: Option<FindState>,
    pub is_seeking: bool,
    pub writers: usize,
    pub attempts: u32,
}

/// The log that is shown. Copied freely; it lives as long as its component.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    pub(super) summary: RwSignal<Summary>,
    pub(super) error: RwSignal<Option<ApiError>>,
    pub(super) news: RwSignal<Option<News>>,
    viewer: StoredValue<Viewer, LocalStorage>,
    link: StoredValue<Link, LocalStorage>,
    api: Api,
    writer: Option<Callback<String, Option<String>>>,
}

/// What is under way. The number of the log tells late answers of another one apart.
struct Link {
    job_name: String,
    state_id: String,
    number: u32,
    frame_due: bool,
    working: bool,
    /// Nothing is asked until the pause after a failure ends.
    paused: bool,
    failures: u32,
    pause: u32,
    /// The next question for the end.
    timer: Option<TimeoutHandle>,
    draw: Box<dyn Fn(&mut Viewer)>,
}

impl Reader {
    pub(super) fn new(writer: Option<Callback<String, Option<String>>>) -> Self {
        let reader = Self {
            summary: RwSignal::new(Summary { follows: true, ..Summary::default() }),
            error: RwSignal::new(None),
            news: RwSignal::new(None),
            viewer: StoredValue::new_local(Viewer::default()),
            link: StoredValue::new_local(Link {
                job_name: String::new(),
                state_id: String::new(),
                number: 0,
                frame_due: false,
                working: false,
                paused: true,
                failures: 0,
                pause: FAST,
                timer: None,
                draw: Box::new(|_| {}),
            }),
            api: use_api(),
            writer,
        };
        let awake = window_event_listener_untyped("visibilitychange", move |_| {
            if !document().hidden() {
                reader.wake();
            }
        });
        let online = window_event_listener_untyped("online", move |_| reader.wake());
        on_cleanup(move || {
            awake.remove();
            online.remove();
        });
        reader
    }

    /// Who draws the viewer's frames.
    pub(super) fn on_draw(self, draw: impl Fn(&mut Viewer) + 'static) {
        self.link.update_value(|link| link.draw = Box::new(draw));
    }

    /// Shows another log.
    pub(super) fn open(self, job_name: String, state_id: String, at: Option<Selection>) {
        self.viewer.update_value(|viewer| *viewer = viewer.another(at));
        self.link.update_value(|link| {
            link.job_name = job_name;
            link.state_id = state_id;
            link.number = link.number.wrapping_add(1);
            link.paused = false;
            link.failures = 0;
            link.pause = FAST;
        });
        self.error.set(None);
        self.pump();
        self.schedule();
    }

    /// Changes the viewer, and has the page drawn.
    pub(super) fn change<T>(self, change: impl FnOnce(&mut Viewer) -> T) -> Option<T> {
        let result = self.viewer.try_update_value(change);
        self.schedule();
        result
    }

    pub(super) fn look<T>(self, look: impl FnOnce(&Viewer) -> T) -> Option<T> {
        self.viewer.try_with_value(look)
    }

    /// A page of this log, for copies and files.
    pub(super) async fn page(self, query: wire::log::LogQuery) -> Result<LogPage, ApiError> {
        let (job_name, state_id) = self
            .link
            .try_with_value(|link| (link.job_name.clone(), link.state_id.clone()))
            .ok_or(ApiError::Unreadable)?;
        self.api.log(&job_name, &state_id, &query).await
    }

    /// The names of job and state.
    pub(super) fn names(self) -> (String, String) {
        self.link.with_value(|link| (link.job_name.clone(), link.state_id.clone()))
    }

    /// The name of a task where the log is of several.
    pub(super) fn name(self, id: &str) -> Option<String> {
        let writer = self.writer?;
        untrack(|| writer.run(id.to_owned()))
    }

    /// Asks for what came, at once and without the pause after a failure.
    pub(super) fn wake(self) {
        let _ = self.link.try_update_value(|link| {
            link.paused = link.number == 0;
            link.pause = FAST;
        });
        let _ = self.change(Viewer::poll);
    }

    /// One picture, at the browser's next one.
    fn schedule(self) {
        let is_new = self.link.try_update_value(|link| !std::mem::replace(&mut link.frame_due, true));
        if is_new == Some(true) {
            request_animation_frame(move || self.draw());
        }
    }

    fn draw(self) {
        let drawn = self.link.try_update_value(|link| link.frame_due = false);
        if drawn.is_none() {
            return;
        }
        let _ = self.link.try_with_value(|link| self.viewer.try_update_value(|viewer| (link.draw)(viewer)));
        self.publish();
        self.pump();
    }

    fn publish(self) {
        let news = self.viewer.try_update_value(Viewer::take_news).flatten();
        if news.is_some() {
            self.news.set(news);
        }
        let Some(summary) = self.look(|viewer| Summary {
            total: viewer.total(),
            rows: viewer.rows(),
            filtered_so_far: viewer.filtered_so_far(),
            is_open: viewer.is_open(),
            is_complete: viewer.is_complete(),
            follows: viewer.follows(),
            unseen: viewer.unseen(),
            selection: viewer.selection(),
            find: viewer.find_state(),
            is_seeking: viewer.is_seeking(),
            writers: viewer.writers().len(),
            attempts: viewer.attempts(),
        }) else {
            return;
        };
        let _ = self.summary.try_maybe_update(|before| {
            let changed = *before != summary;
            *before = summary;
            (changed, ())
        });
    }

    /// Sends what is wanted, and lets searches go on through lines that are here.
    fn pump(self) {
        let Some(Some((number, job_name, state_id))) = self.link.try_with_value(|link| {
            (!link.paused).then(|| (link.number, link.job_name.clone(), link.state_id.clone()))
        }) else {
            return;
        };
        for request in self.viewer.try_update_value(Viewer::wanted).unwrap_or_default() {
            let (job_name, state_id) = (job_name.clone(), state_id.clone());
            leptos::task::spawn_local(async move {
                let answer = self.api.log(&job_name, &state_id, &request.query()).await;
                if self.link.try_with_value(|link| link.number) == Some(number) {
                    self.take(&request, answer);
                }
            });
        }
        let begins = self.link.try_update_value(|link| !std::mem::replace(&mut link.working, true));
        if begins == Some(true) {
            leptos::task::spawn_local(async move {
                while self.viewer.try_update_value(|viewer| viewer.work(TURN)) == Some(true) {
                    self.schedule();
                    TimeoutFuture::new(0).await;
                }
                let _ = self.link.try_update_value(|link| link.working = false);
            });
        }
    }

    fn take(self, request: &Request, answer: Result<LogPage, ApiError>) {
        match answer {
            Ok(page) => {
                let grown = self.viewer.try_update_value(|viewer| {
                    let before = viewer.total();
                    viewer.answered(request, &page, &|id| self.name(id));
                    viewer.total() > before
                });
                let _ = self.link.try_update_value(|link| link.failures = 0);
                if self.error.try_get_untracked().flatten().is_some() {
                    self.error.set(None);
                }
                if request.purpose == Purpose::Tail {
                    self.plan_tail(grown == Some(true));
                }
            }
            Err(error) => {
                let _ = self.viewer.try_update_value(|viewer| viewer.failed(request));
                self.hold(error);
            }
        }
        self.schedule();
    }

    /// When the end is asked for again.
    fn plan_tail(self, grown: bool) {
        let is_complete = self.look(Viewer::is_complete).unwrap_or(true);
        let pause = self.link.try_update_value(|link| {
            link.pause = if grown { FAST } else { (link.pause * 2).min(SLOW) };
            link.pause
        });
        let number = self.link.try_with_value(|link| link.number);
        let ask = move || {
            // What comes while nobody looks is read when somebody does.
            if !document().hidden() && self.link.try_with_value(|link| link.number) == number {
                let _ = self.viewer.try_update_value(Viewer::poll);
                self.pump();
            }
        };
        let timer = pause
            .filter(|_| !is_complete)
            .and_then(|pause| set_timeout_with_handle(ask, Duration::from_millis(u64::from(pause))).ok());
        // One question waits at a time, whatever asked for the end in between.
        let before = self.link.try_update_value(|link| std::mem::replace(&mut link.timer, timer));
        if let Some(Some(before)) = before {
            before.clear();
        }
    }

    /// After a failure nothing is asked for a while, longer each time; what cannot become better is not asked again.
    fn hold(self, error: ApiError) {
        let is_transient = error.is_transient();
        if self.error.try_get_untracked().flatten().as_ref() != Some(&error) {
            let _ = self.error.try_set(Some(error));
        }
        let pause = self.link.try_update_value(|link| {
            if link.paused {
                return None;
            }
            link.paused = true;
            link.failures += 1;
            let pause = (1_000 << link.failures.min(6).saturating_sub(1)).min(LONGEST_BACK_OFF);
            Some(f64::from(pause) * (1.0 + js_sys::Math::random() / 4.0))
        });
        if let (true, Some(Some(pause))) = (is_transient, pause) {
            set_timeout(move || self.wake(), Duration::from_millis(pause as u64));
        }
    }
}
