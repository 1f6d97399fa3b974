//! One decision about one gate: what is asked, what follows, one comment, two buttons. The run page opens it, and the
//! approvals page. It closes by itself, and says by whom, where the gate was decided elsewhere.

pub mod ahead;
mod answer;
pub mod approvals;
pub mod desk;
mod elsewhere;
mod gate;
mod last_time;
mod so_far;

use std::sync::Arc;

use flow::Document;
use leptos::prelude::*;
use wire::operation::encode_segment;

use super::time::{format_duration, milliseconds, use_now};
use super::{Dialog, DialogSize, Time, href};
use crate::i18n::*;
use ahead::Consequences;
use answer::Answer;
use approvals::ApprovalCount;
pub use desk::{Desk, use_desk};
use elsewhere::use_decided_elsewhere;
pub use gate::{Gate, WhyNot};
use last_time::LastTime;
pub use so_far::SoFar;
use so_far::SoFarView;

#[component]
pub fn DecisionDialog(
    gate: Gate,
    /// The run as it stands, once it is known.
    #[prop(into)]
    so_far: Signal<Option<SoFar>>,
    /// The definition that runs, once it is known: it says what follows.
    #[prop(into)]
    document: Signal<Option<Arc<Document>>>,
    /// How many more gates wait for this person behind this one.
    #[prop(into)]
    further: Signal<usize>,
    /// Closed without a decision.
    on_close: Callback<()>,
    /// The gate is decided, by this person or by another one; true where it was elsewhere.
    on_decided: Callback<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let title = {
        let name = gate.task_name.clone();
        Signal::derive(move || t_string!(i18n, approvals.decide_title, name = name.clone()))
    };
    let message = if gate.message.is_empty() {
        t_string!(i18n, approvals.no_message).to_owned()
    } else {
        gate.message.clone()
    };
    // Others may approve while this one reads.
    let now = {
        let asked = gate.clone();
        Memo::new(move |_| {
            let so_far = so_far.read();
            let found = so_far.as_ref().and_then(|run| run.gate(&asked.visit()).cloned());
            found.unwrap_or_else(|| asked.clone())
        })
    };
    use_decided_elsewhere(gate.clone(), so_far, on_decided);
    let frame = if gate.dry_run { "decision decision--dry" } else { "decision" };
    let pointer = gate.pointer.clone();
    view! {
        <Dialog title on_close size=DialogSize::Wide>
            <div class=frame data-task=gate.task_id.clone()>
                // What is asked has the focus, not the first link: it is read first, also aloud.
                <p class="decision__message" tabindex="-1" autofocus>{message}</p>
                <Show when=move || further.get() != 0>
                    <p class="decision__further muted">{move || t_string!(i18n, approvals.further, count = further.get())}</p>
                </Show>
                {move || view! { <GateFacts gate=now.get() /> }}
                <Consequences document pointer input=Signal::derive(move || so_far.read().as_ref().map(|run| run.input.clone())) />
                <dl class="facts decision__facts">
                    <SoFarView so_far gate=gate.task_name.clone() />
                    <LastTime gate=gate.clone() />
                </dl>
                <Answer now on_close on_decided />
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
    let run =
        href(&format!("/runs/{}/{}", encode_segment(&gate.workflow_id), encode_segment(&gate.job_name)));
    view! {
        <dl class="facts decision__facts">
            {gate.deadline.map(|deadline| view! {
                <dt>{t!(i18n, approvals.deadline)}</dt>
                <dd><Time at=Signal::stored(deadline.clone()) /> " " <Countdown deadline /></dd>
            })}
            <dt>{t!(i18n, approvals.workflow)}</dt>
            <dd>{gate.workflow_name} " · " <a href=run><code>{gate.job_name}</code></a> {gate.dry_run.then(|| view! { " " <span class="chip">{t!(i18n, common.dry_run)}</span> })}</dd>
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
