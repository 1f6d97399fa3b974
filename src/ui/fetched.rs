//! What is a module of its own, fetched when it is first opened, so that the first load stays small. What cannot be fetched
//! says so, and can be tried again.

use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;

use super::{ErrorState, Loading};
use crate::api::ApiError;
use crate::i18n::*;

/// Draws a page of its own module once that is there.
pub fn fetched<F>(page: impl Fn() -> F + Copy + Send + 'static) -> impl IntoView
where
    F: Future<Output = Result<AnyView, NotFetched>> + Send + 'static,
{
    let i18n = use_i18n();
    let state = RwSignal::new(State::UnderWay);
    let what = Signal::derive(move || t_string!(i18n, common.the_page).to_owned());
    let attempt = RwSignal::new(0);
    view! {
        {move || match state.get() {
            State::UnderWay => Some(view! { <Loading what /> }.into_any()),
            State::Failed => {
                let again = Callback::new(move |()| {
                    state.set(State::UnderWay);
                    attempt.update(|count| *count += 1);
                });
                Some(view! { <ErrorState error=Signal::stored(ApiError::Offline) on_retry=again /> }.into_any())
            }
            State::Drawn => None,
        }}
        {move || {
            attempt.track();
            Suspend::new(async move {
                let drawn = page().await;
                state.set(if drawn.is_ok() { State::Drawn } else { State::Failed });
                drawn.ok()
            })
        }}
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    UnderWay,
    Failed,
    Drawn,
}

/// The module of a page did not arrive.
#[derive(Debug)]
pub struct NotFetched;

impl From<SplitLoaderError> for NotFetched {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}
