//! Builds one filter: property, operator, operand; each choice narrows the next.

use leptos::prelude::*;
use wire::history::{Operator, Property, PropertyKind};

use super::address::Clause;
use super::operand::OperandField;
use super::words::{operator_label, property_label};
use crate::i18n::*;

#[component]
pub(super) fn FilterBuilder(
    /// The filter that is changed; none builds another one.
    edited: Option<Clause>,
    on_done: Callback<Clause>,
    on_close: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let is_new = edited.is_none();
    let edited = edited.unwrap_or(Clause {
        property: Property::Status,
        operator: Operator::In,
        operand: String::new(),
    });
    let property = RwSignal::new(edited.property);
    let operator = RwSignal::new(edited.operator);
    let operands = edited.operands();
    let (first, second) = match (edited.operator, operands.as_slice()) {
        (Operator::Between, [first, second]) => ((*first).to_owned(), (*second).to_owned()),
        _ => (edited.operand.clone(), String::new()),
    };
    let (first, second) = (RwSignal::new(first), RwSignal::new(second));
    let clause = Memo::new(move |_| {
        let (first, second) = (first.get(), second.get());
        let operand = match operator.get() {
            Operator::IsNull | Operator::NotNull => String::new(),
            Operator::Between => format!("{first},{second}"),
            _ => first,
        };
        let clause = Clause { property: property.get(), operator: operator.get(), operand };
        clause.is_sound().then_some(clause)
    });
    let choose = move |word: String| {
        let Some(chosen) = Property::parse(&word) else { return };
        first.set(if chosen.kind() == PropertyKind::Boolean { "true".to_owned() } else { String::new() });
        second.set(String::new());
        operator.set(first_operator(chosen.kind()));
        property.set(chosen);
    };
    let choose_operator = move |word: String| {
        let Some(chosen) = Operator::parse(&word) else { return };
        // A list of statuses is no one status.
        if (chosen == Operator::In) != (operator.get_untracked() == Operator::In)
            && property.get_untracked().kind() == PropertyKind::Status
        {
            first.set(String::new());
        }
        operator.set(chosen);
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(clause) = clause.get_untracked() {
            on_done.run(clause);
        }
    };
    let shape = Memo::new(move |_| (property.get(), operator.get()));
    let operand = Signal::derive(move || t_string!(i18n, history.operand).to_owned());
    let operand_to = Signal::derive(move || t_string!(i18n, history.operand_to).to_owned());
    view! {
        <form
            class="builder card"
            aria-label=move || if is_new { t_string!(i18n, history.add_filter) } else { t_string!(i18n, history.change_filter) }
            on:submit=submit
            on:keydown=move |event| if event.key() == "Escape" { on_close.run(()) }
        >
            <div class="builder__row">
                <label class="builder__part">
                    <span>{t!(i18n, history.property)}</span>
                    <select class="input" autofocus on:change=move |event| choose(event_target_value(&event))>
                        {Property::ALL
                            .into_iter()
                            .map(|one| view! { <option value=one.as_str() selected=move || property.get() == one>{move || property_label(i18n, one)}</option> })
                            .collect_view()}
                    </select>
                </label>
                <label class="builder__part">
                    <span>{t!(i18n, history.operator)}</span>
                    <select class="input" on:change=move |event| choose_operator(event_target_value(&event))>
                        {move || {
                            let kind = property.get().kind();
                            Operator::ALL
                                .into_iter()
                                .filter(|one| one.fits(kind))
                                .map(|one| view! { <option value=one.as_str() selected=move || operator.get() == one>{operator_label(i18n, kind, one)}</option> })
                                .collect_view()
                        }}
                    </select>
                </label>
                {move || {
                    let (property, operator) = shape.get();
                    let kind = property.kind();
                    operator.takes_operand().then(|| view! {
                        <OperandField kind operator value=first label=operand />
                        {(operator == Operator::Between).then(|| view! { <OperandField kind operator value=second label=operand_to /> })}
                    })
                }}
                <div class="builder__acts">
                    <button type="submit" class="button button--primary" disabled=move || clause.read().is_none()>{t!(i18n, common.action.apply)}</button>
                    <button type="button" class="button" on:click=move |_| on_close.run(())>{t!(i18n, common.action.cancel)}</button>
                </div>
            </div>
        </form>
    }
}

fn first_operator(kind: PropertyKind) -> Operator {
    match kind {
        PropertyKind::Text => Operator::Like,
        PropertyKind::Status => Operator::In,
        PropertyKind::Time | PropertyKind::Duration => Operator::Ge,
        PropertyKind::Boolean => Operator::Eq,
    }
}
