//! The comment of a decision, its two buttons, and what became of it. The same decision sent again after a lost answer
//! is the same decision.

use leptos::prelude::*;
use wire::job::{Decision, DecisionRequest};

use super::approvals::describe_why_not;
use super::gate::Gate;
use super::use_desk;
use crate::api::{ApiError, IdempotencyKey, use_api};
use crate::i18n::*;
use crate::ui::{Icon, IconView, describe_error, use_toasts};

/// The comment, the two buttons, and what became of them.
#[component]
pub(super) fn Answer(now: Memo<Gate>, on_close: Callback<()>, on_decided: Callback<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let toasts = use_toasts();
    let desk = use_desk();
    let gate = StoredValue::new(now.get_untracked());
    let visit = StoredValue::new(gate.with_value(Gate::visit));
    // What was typed before the dialog was closed is still there.
    let comment = RwSignal::new(desk.draft(&visit.read_value()));
    let busy = RwSignal::new(None::<Decision>);
    let failure = RwSignal::new(None::<ApiError>);
    let comment_missing = RwSignal::new(false);
    // The same decision sent again is the same decision, also when the first answer was lost on the way.
    let sent = StoredValue::new(None::<(DecisionRequest, IdempotencyKey)>);
    let why_not = Memo::new(move |_| {
        let session = api.session();
        let session = session.read();
        let gate = now.read();
        Some(describe_why_not(i18n, &gate, gate.why_not(session.as_ref()?)?))
    });
    let disabled = move || busy.get().is_some() || why_not.read().is_some();
    let decide = move |decision: Decision| {
        if busy.get_untracked().is_some() {
            return;
        }
        let request = DecisionRequest {
            decision,
            comment: comment.get_untracked().trim().to_owned(),
            // What was read is what is decided on, whatever the run has become.
            definition_digest: gate.with_value(|gate| gate.digest.clone()),
        };
        comment_missing.set(decision == Decision::Reject && request.comment.is_empty());
        if comment_missing.get_untracked() {
            return;
        }
        let key = match sent.get_value() {
            Some((before, key)) if before == request => key,
            _ => IdempotencyKey::new(),
        };
        sent.set_value(Some((request.clone(), key.clone())));
        busy.set(Some(decision));
        failure.set(None);
        let (task_id, name) = gate.with_value(|gate| (gate.task_id.clone(), gate.task_name.clone()));
        leptos::task::spawn_local(async move {
            let outcome = api.notify_task(&task_id, request, &key).await;
            // The page may have learnt of the decision before its answer came, has said so, and has closed the dialog.
            if busy.try_set(None).is_some() {
                return;
            }
            match outcome {
                Ok(()) => {
                    let (given, needed) = now.with_untracked(|gate| (gate.approvals.len() + 1, gate.needed));
                    toasts.success(match decision {
                        Decision::Approve if given < needed => {
                            t_string!(
                                i18n,
                                approvals.approved_in_part,
                                name = name,
                                given = given,
                                needed = needed
                            )
                        }
                        Decision::Approve => t_string!(i18n, approvals.approved, name = name),
                        Decision::Reject => t_string!(i18n, approvals.rejected, name = name),
                    });
                    desk.keep(&visit.read_value(), String::new());
                    desk.tell();
                    on_decided.run(false);
                }
                Err(error) if error.is_conflict() => {
                    // The reason names who decided what.
                    toasts.error(i18n, &error);
                    desk.tell();
                    on_decided.run(true);
                }
                Err(error) => {
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    let again = move || match sent.get_value() {
        Some((request, _)) => decide(request.decision),
        None => on_close.run(()),
    };
    let label = move |decision: Decision| match (busy.get() == Some(decision), decision) {
        (true, _) => t_string!(i18n, approvals.sending),
        (_, Decision::Approve) => t_string!(i18n, approvals.approve),
        (_, Decision::Reject) => t_string!(i18n, approvals.reject),
    };
    view! {
        <div class="form__field">
            <label for="decision-comment">{t!(i18n, approvals.comment)}</label>
            <textarea
                id="decision-comment"
                class="input"
                rows="2"
                placeholder=move || t_string!(i18n, approvals.comment_help)
                aria-invalid=move || comment_missing.get().to_string()
                aria-describedby="decision-comment-error"
                prop:value=move || comment.get()
                on:input=move |event| {
                    comment.set(event_target_value(&event));
                    desk.keep(&visit.read_value(), comment.get_untracked());
                    comment_missing.set(false);
                }
            ></textarea>
            <p id="decision-comment-error" class="form__error" role="alert">
                {move || comment_missing.get().then(|| t_string!(i18n, approvals.comment_needed))}
            </p>
        </div>
        <div class="decision__foot">
        {move || failure.get().map(|error| {
            let retry = error.is_transient();
            view! {
                <div class="notice notice--bad" role="alert">
                    <IconView icon=Icon::Alert />
                    <span>
                        {if error == ApiError::Offline { t_string!(i18n, approvals.lost).to_owned() } else { describe_error(i18n, &error) }}
                        " " {retry.then(|| t_string!(i18n, approvals.kept))}
                    </span>
                    {retry.then(|| view! { <button type="button" class="button" on:click=move |_| again()>{t!(i18n, common.action.retry)}</button> })}
                </div>
            }
        })}
        {move || why_not.get().map(|why| view! { <p class="notice" role="note">{why}</p> })}
        <div class="dialog__actions decision__actions">
            <button type="button" class="button button--danger" disabled=disabled on:click=move |_| decide(Decision::Reject)>
                {move || label(Decision::Reject)}
            </button>
            <button type="button" class="button button--primary" disabled=disabled on:click=move |_| decide(Decision::Approve)>
                <IconView icon=Icon::Check />
                {move || label(Decision::Approve)}
            </button>
        </div>
        </div>
    }
}
