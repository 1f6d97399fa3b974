//! What follows a decision, a retry or a skip, task by task, in words: what `flow::ahead` has found.

use std::sync::Arc;

use flow::Document;
use flow::ahead::{Ahead, Caught, End, Step, passed, rejected};
use flow::outside::Repeat;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use serde_json::Value;

use crate::i18n::*;
use crate::ui::{Icon, IconView};

/// What an approval and a rejection lead to, side by side where there is room.
#[component]
pub(super) fn Consequences(
    #[prop(into)] document: Signal<Option<Arc<Document>>>,
    pointer: String,
    /// The input of the run: it says what is acted on.
    #[prop(into)]
    input: Signal<Option<Value>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let ways = Memo::new(move |_| {
        let document = document.read();
        let (document, input) = (document.as_deref()?, input.read());
        Some((passed(document, &pointer, input.as_ref())?, rejected(document, &pointer, input.as_ref())?))
    });
    view! {
        <div class="decision__ways">
            <section class="decision__way" data-way="approve">
                <h3><IconView icon=Icon::Check /> {t!(i18n, approvals.on_approve)}</h3>
                {move || ways.get().map(|(yes, _)| view! { <AheadView ahead=yes /> })}
            </section>
            <section class="decision__way decision__way--no" data-way="reject">
                <h3><IconView icon=Icon::Alert /> {t!(i18n, approvals.on_reject)}</h3>
                {move || ways.get().map(|(_, no)| view! { <AheadView ahead=no /> })}
            </section>
        </div>
    }
}

/// The tasks in their order, then where it stops.
#[component]
pub fn AheadView(ahead: Ahead) -> impl IntoView {
    let i18n = use_i18n();
    let Ahead { steps, omitted, ends, caught_by } = ahead;
    view! {
        <ol class="ahead">
            {caught_by.into_iter().map(|caught| view! { <li class="ahead__end">{move || describe_caught(i18n, &caught)}</li> }).collect_view()}
            {steps.into_iter().map(|step| view! { <StepView step /> }).collect_view()}
            {(omitted > 0).then(|| view! { <li class="ahead__end">{t!(i18n, approvals.ahead.omitted, count = omitted)}</li> })}
            {ends
                .into_iter()
                .map(|end| {
                    let is_gate = matches!(end, End::Gate { .. });
                    view! { <li class="ahead__end" class:ahead__end--gate=is_gate>{move || describe_end(i18n, &end)}</li> }
                })
                .collect_view()}
        </ol>
    }
}

#[component]
fn StepView(step: Step) -> impl IntoView {
    let i18n = use_i18n();
    let touch = step.touches.map(|touch| {
        view! { <span class="ahead__touch"><code>{touch.act}</code> " " {touch.on}</span> }
    });
    let acts_again = touch.is_some() && step.repeat != Repeat::Harmless;
    view! {
        <li class="ahead__step" style=format!("--depth: {}", step.depth.min(6)) data-pointer=step.pointer.as_str().to_owned()>
            <span class="ahead__name">{step.name}</span>
            {(!step.certain).then(|| view! { <span class="ahead__mark">{t!(i18n, approvals.ahead.maybe)}</span> })}
            {step.beside.then(|| view! { <span class="ahead__mark">{t!(i18n, approvals.ahead.beside)}</span> })}
            {acts_again.then(|| {
                let unknown = step.repeat == Repeat::Unknown;
                view! {
                    <span class="ahead__mark ahead__mark--acts" title=move || t_string!(i18n, approvals.ahead.acts_help)>
                        {move || if unknown { t_string!(i18n, approvals.ahead.unknown) } else { t_string!(i18n, approvals.ahead.acts) }}
                    </span>
                }
            })}
            {touch}
        </li>
    }
}

fn describe_caught(i18n: I18nContext<Locale>, caught: &Caught) -> String {
    let name = caught.name.clone();
    if caught.certain {
        t_string!(i18n, approvals.ahead.caught, name = name)
    } else {
        t_string!(i18n, approvals.ahead.caught_maybe, name = name)
    }
}

fn describe_end(i18n: I18nContext<Locale>, end: &End) -> String {
    match end.clone() {
        End::Gate { name, certain: true, .. } => t_string!(i18n, approvals.ahead.gate, name = name),
        End::Gate { name, certain: false, .. } => t_string!(i18n, approvals.ahead.gate_maybe, name = name),
        End::Completes { certain: true } => t_string!(i18n, approvals.ahead.completes).to_owned(),
        End::Completes { certain: false } => t_string!(i18n, approvals.ahead.completes_maybe).to_owned(),
        End::Raises { name } => t_string!(i18n, approvals.ahead.raises, name = name),
        End::StandsStill { certain: true } => t_string!(i18n, approvals.ahead.stands_still).to_owned(),
        End::StandsStill { certain: false } => t_string!(i18n, approvals.ahead.stands_still_maybe).to_owned(),
        End::OtherBranches { name } => t_string!(i18n, approvals.after_branches, name = name),
        End::FirstWins { name } => t_string!(i18n, approvals.ahead.first_wins, name = name),
        End::Loop { name } => t_string!(i18n, approvals.in_loop, name = name),
        End::TriesAgain { name } => t_string!(i18n, approvals.ahead.tries_again, name = name),
        End::Caller { name } => t_string!(i18n, approvals.ahead.caller, name = name),
    }
}
