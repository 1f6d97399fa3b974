//! One decision about one gate: what is asked, what follows, one comment, two buttons. The run page opens it, and the
//! approvals page.

pub mod approvals;
mod gate;
pub mod outlook;

use leptos::prelude::*;
use leptos_i18n::I18nContext;
use wire::job::{Decision, DecisionRequest};

use super::time::{format_duration, milliseconds, use_now};
use super::{Dialog, Icon, IconView, Time, describe_error, use_toasts};
use crate::api::{ApiError, IdempotencyKey, use_api};
use crate::i18n::*;
use approvals::{ApprovalCount, describe_why_not};
pub use gate::{Gate, WhyNot};
use outlook::{NextOrder, Outlook, outlook};

#[component]
pub fn DecisionDialog(
    gate: Gate,
    /// The definition that runs, as JSON, once it is known: it says what follows.
    #[prop(into)]
    definition: Signal<Option<String>>,
    on_close: Callback<()>,
    /// The gate is decided, by this person or by another one.
    on_decided: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let title = {
        let name = gate.task_name.clone();
        Signal::derive(move || t_string!(i18n, approvals.decide_title, name = name.clone()))
    };
    let pointer = gate.pointer.clone();
    let follows = Memo::new(move |_| {
        let document = flow::Document::from_json(definition.read().as_deref()?).ok()?;
        outlook(&document, &pointer)
    });
    let message = if gate.message.is_empty() {
        t_string!(i18n, approvals.no_message).to_owned()
    } else {
        gate.message.clone()
    };
    let asked = gate.clone();
    let frame = if gate.dry_run { "decision decision--dry" } else { "decision" };
    view! {
        <Dialog title on_close>
            <div class=frame data-task=gate.task_id.clone()>
                <p class="decision__message">{message}</p>
                <GateFacts gate=gate.clone() />
                <Consequences follows />
                <Answer gate=asked on_close on_decided />
            </div>
        </Dialog>
    }
}

#[component]
fn GateFacts(gate: Gate) -> impl IntoView {
    let i18n = use_i18n();
    let digest = gate.digest.as_deref().map(short_digest);
    let full_digest = gate.digest.clone();
    let approvers = (!gate.approvers.is_empty()).then(|| gate.approvers.join(", "));
    let several = gate.needed > 1;
    view! {
        <dl class="facts decision__facts">
            {gate.deadline.map(|deadline| view! {
                <dt>{t!(i18n, approvals.deadline)}</dt>
                <dd><Time at=Signal::stored(deadline.clone()) /> " " <Countdown deadline /></dd>
            })}
            <dt>{t!(i18n, approvals.workflow)}</dt>
            <dd>{gate.workflow_name} " · " <code>{gate.job_name}</code> {gate.dry_run.then(|| view! { " " <span class="chip">{t!(i18n, common.dry_run)}</span> })}</dd>
            <dt>{t!(i18n, approvals.started)}</dt>
            <dd>{gate.started_by} " · " <Time at=Signal::stored(gate.started_at) /></dd>
            {gate.reason.filter(|reason| !reason.is_empty()).map(|reason| view! { <dt>{t!(i18n, approvals.reason)}</dt><dd>{reason}</dd> })}
            <dt>{t!(i18n, approvals.since)}</dt>
            <dd><Time at=Signal::stored(gate.since) /></dd>
            <dt>{t!(i18n, approvals.approvers)}</dt>
            <dd>
                {move || approvers.clone().unwrap_or_else(|| t_string!(i18n, approvals.anyone).to_owned())}
                {gate.four_eyes.then(|| view! { " · " {t!(i18n, approvals.four_eyes)} })}
            </dd>
            {several.then(|| view! {
                <dt>{t!(i18n, approvals.given)}</dt>
                <dd><ApprovalCount needed=gate.needed approvals=gate.approvals /></dd>
            })}
            {digest.map(|digest| view! { <dt>{t!(i18n, approvals.digest)}</dt><dd><code title=full_digest>{digest}</code></dd> })}
        </dl>
    }
}

/// How long is left, moving; past the deadline it says so.
#[component]
pub fn Countdown(deadline: String) -> impl IntoView {
    let i18n = use_i18n();
    let now = use_now();
    let left = Memo::new(move |_| milliseconds(&deadline).map(|deadline| deadline - now.get()));
    let overdue = move || left.get().is_some_and(|left| left <= 0.0);
    view! {
        <span class="countdown" class:countdown--over=overdue class:countdown--soon=move || left.get().is_some_and(|left| left < 300_000.0)>
            {move || left.get().map(|left| {
                if left > 0.0 { t_string!(i18n, approvals.left, time = format_duration(left)) } else { t_string!(i18n, approvals.overdue).to_owned() }
            })}
        </span>
    }
}

/// What runs next when this task is passed, in words.
pub fn describe_next(i18n: I18nContext<Locale>, seen: &Outlook) -> String {
    let names = seen.next.join(t_string!(i18n, approvals.comma));
    let mut text = match (seen.next.is_empty(), seen.order) {
        (true, _) => t_string!(i18n, approvals.next_end).to_owned(),
        (_, NextOrder::Single) => t_string!(i18n, approvals.next_one, name = names),
        (_, NextOrder::Parallel) => t_string!(i18n, approvals.next_parallel, names = names),
        (_, NextOrder::OneOf) => t_string!(i18n, approvals.next_one_of, names = names),
    };
    if let Some(name) = seen.after_branches_of.clone() {
        text.push(' ');
        text.push_str(&t_string!(i18n, approvals.after_branches, name = name));
    }
    if let Some(name) = seen.loop_around.clone() {
        text.push(' ');
        text.push_str(&t_string!(i18n, approvals.in_loop, name = name));
    }
    text
}

/// What an approval and a rejection do, by name.
#[component]
fn Consequences(follows: Memo<Option<Outlook>>) -> impl IntoView {
    let i18n = use_i18n();
    let reject = move |seen: &Outlook| match seen.caught_by.clone() {
        Some(name) => t_string!(i18n, approvals.reject_caught, name = name),
        None => t_string!(i18n, approvals.reject_faults).to_owned(),
    };
    view! {
        <ul class="decision__outlook">
            <li>
                <IconView icon=Icon::Check />
                <span><strong>{t!(i18n, approvals.on_approve)}</strong> " " {move || follows.read().as_ref().map(|seen| describe_next(i18n, seen))}</span>
            </li>
            <li>
                <IconView icon=Icon::Alert />
                <span><strong>{t!(i18n, approvals.on_reject)}</strong> " " {move || reject(&follows.get().unwrap_or_default())}</span>
            </li>
        </ul>
    }
}

/// The comment, the two buttons, and what became of them.
#[component]
fn Answer(gate: Gate, on_close: Callback<()>, on_decided: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let toasts = use_toasts();
    let comment = RwSignal::new(String::new());
    let busy = RwSignal::new(None::<Decision>);
    let failure = RwSignal::new(None::<ApiError>);
    let comment_missing = RwSignal::new(false);
    // The same decision sent again is the same decision, also when the first answer was lost on the way.
    let sent = StoredValue::new(None::<(DecisionRequest, IdempotencyKey)>);
    let gate = StoredValue::new(gate);
    let why_not = Memo::new(move |_| {
        let session = api.session();
        let session = session.read();
        let why = gate.with_value(|gate| gate.why_not(session.as_ref()?));
        why.map(|why| gate.with_value(|gate| describe_why_not(i18n, gate, why)))
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
            let _ = busy.try_set(None);
            match outcome {
                Ok(()) => {
                    toasts.success(match decision {
                        Decision::Approve => t_string!(i18n, approvals.approved, name = name),
                        Decision::Reject => t_string!(i18n, approvals.rejected, name = name),
                    });
                    on_decided.run(());
                }
                Err(error) if error.is_conflict() => {
                    // The reason names who decided what.
                    toasts.error(i18n, &error);
                    on_decided.run(());
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

/// Enough of a digest to compare by eye.
fn short_digest(digest: &str) -> String {
    let hexadecimal = digest.strip_prefix("sha256:").unwrap_or(digest);
    hexadecimal.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_short_and_never_cut_inside_of_a_character() {
        assert_eq!(short_digest("sha256:89e93074ef2345"), "89e93074ef23");
        assert_eq!(short_digest("摘要"), "摘要");
    }
}
