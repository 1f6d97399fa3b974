//! How far a gate is that more than one person has to let pass, and why this person may not.

use leptos::prelude::*;
use leptos_i18n::I18nContext;
use wire::job::Approval;

use super::gate::{Gate, WhyNot};
use crate::i18n::*;
use crate::ui::Time;

/// “1 of 2” and who; nothing where one approval is enough.
#[component]
pub fn ApprovalCount(needed: usize, approvals: Vec<Approval>) -> impl IntoView {
    let i18n = use_i18n();
    let given = approvals.len();
    (needed > 1).then(|| {
        view! {
            <span class="decision__count">{move || t_string!(i18n, approvals.count_of, given = given, needed = needed)}</span>
            {approvals
                .into_iter()
                .map(|one| view! {
                    <span class="decision__given">
                        " · " {one.by} " " <Time at=Signal::stored(one.at) />
                        {one.comment.filter(|comment| !comment.is_empty()).map(|comment| view! { " " <q>{comment}</q> })}
                    </span>
                })
                .collect_view()}
        }
    })
}

/// In words, for the person that it is about.
pub fn describe_why_not(i18n: I18nContext<Locale>, gate: &Gate, why: WhyNot) -> String {
    match why {
        WhyNot::NotAsked if gate.approvers.is_empty() => {
            t_string!(i18n, approvals.why_not.not_asked).to_owned()
        }
        WhyNot::NotAsked => t_string!(i18n, approvals.not_you, names = gate.approvers.join(", ")),
        WhyNot::Starter => t_string!(i18n, approvals.why_not.starter).to_owned(),
        WhyNot::Approved => t_string!(i18n, approvals.why_not.approved).to_owned(),
        WhyNot::Overdue => t_string!(i18n, approvals.why_not.overdue).to_owned(),
    }
}
