//! The three states that every list has besides its content: loading, failed, empty.

use leptos::prelude::*;
use leptos_i18n::I18nContext;
use wire::error::ErrorCode;

use super::{Icon, IconView};
use crate::api::{ApiError, PollState};
use crate::i18n::*;

/// What went wrong, in words, with what to do next.
pub fn describe_error(i18n: I18nContext<Locale>, error: &ApiError) -> String {
    match error {
        ApiError::Offline => t_string!(i18n, common.error.offline).to_string(),
        ApiError::Unreadable => t_string!(i18n, common.error.unreadable).to_string(),
        ApiError::Refused { code: ErrorCode::NotPermitted, reason, .. } if reason.is_empty() => {
            t_string!(i18n, common.error.forbidden).to_string()
        }
        ApiError::Refused { reason, code, status, .. } if reason.is_empty() => {
            format!("{status} {}", code.as_str())
        }
        ApiError::Refused { reason, .. } => reason.clone(),
    }
}

/// A spinner with a name.
#[component]
pub fn Loading(#[prop(into)] what: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="state" role="status">
            <span class="spinner" aria-hidden="true"></span>
            <span>{move || t_string!(i18n, common.loading, what = what.get())}</span>
        </div>
    }
}

/// An error with its next step.
#[component]
pub fn ErrorState(#[prop(into)] error: Signal<ApiError>, on_retry: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="state state--error" role="alert">
            <IconView icon=Icon::Alert />
            <strong>{t!(i18n, common.error.title)}</strong>
            <span>{move || describe_error(i18n, &error.read())}</span>
            <button type="button" class="button" on:click=move |_| on_retry.run(())>
                {t!(i18n, common.action.retry)}
            </button>
        </div>
    }
}

/// An empty place with the act that fills it.
#[component]
pub fn EmptyState(
    icon: Icon,
    #[prop(into)] text: Signal<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="state state--empty">
            <span class="state__icon"><IconView icon /></span>
            <p>{move || text.get()}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// What a page of a list shows. It changes rarely, so that the list is not drawn anew with each poll.
#[derive(Clone, Debug, PartialEq)]
pub enum ListStage {
    Loading,
    Failed(ApiError),
    Empty,
    Ready,
}

impl ListStage {
    pub fn of<T>(state: &PollState<T>, is_empty: impl FnOnce(&T) -> bool) -> Self {
        match (&state.data, &state.error) {
            (Some(data), _) if is_empty(data) => Self::Empty,
            (Some(_), _) => Self::Ready,
            (None, Some(error)) => Self::Failed(error.clone()),
            (None, None) => Self::Loading,
        }
    }
}

/// A list with the three states that it has besides.
#[component]
pub fn ListView(
    stage: Memo<ListStage>,
    /// What is being loaded.
    #[prop(into)]
    what: Signal<String>,
    on_retry: Callback<()>,
    /// The empty list, with the act that fills it.
    #[prop(into)]
    empty: ViewFn,
    children: ChildrenFn,
) -> impl IntoView {
    move || match stage.get() {
        ListStage::Loading => view! { <Loading what /> }.into_any(),
        ListStage::Failed(error) => view! { <ErrorState error=Signal::stored(error) on_retry /> }.into_any(),
        ListStage::Empty => empty.run(),
        ListStage::Ready => children().into_any(),
    }
}
