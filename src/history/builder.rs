//! Builds one filter: property, operator, operand; each choice narrows the next.

use js_sys::Date;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use wasm_bindgen::JsValue;
use wire::Status;
use wire::history::{Filter, FilterProperty, Operator, Property, PropertyKind};

use crate::i18n::*;
use crate::ui::status::status_label;

#[component]
pub fn FilterBuilder(on_add: Callback<Filter>, on_close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let property = RwSignal::new(Property::Status);
    let operator = RwSignal::new(Operator::In);
    let first = RwSignal::new(String::new());
    let second = RwSignal::new(String::new());
    let kind = Memo::new(move |_| property.get().kind());
    let filter = Memo::new(move |_| {
        let operand = operand(kind.get(), operator.get(), &first.read(), &second.read());
        Filter::parse(&FilterProperty {
            operator: operator.get().as_str().to_owned(),
            property_name: property.get().as_str().to_owned(),
            operand,
        })
        .ok()
    });
    let choose = move |word: String| {
        let Some(chosen) = Property::parse(&word) else { return };
        property.set(chosen);
        operator.set(first_operator(chosen.kind()));
        first.set(if chosen.kind() == PropertyKind::Boolean { "true".to_owned() } else { String::new() });
        second.set(String::new());
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(filter) = filter.get_untracked() {
            on_add.run(filter);
        }
    };
    view! {
        <form class="builder card" aria-label=move || t_string!(i18n, history.add_filter) on:submit=submit>
            <div class="builder__row">
                <label class="builder__part">
                    <span>{t!(i18n, history.property)}</span>
                    <select class="input" on:change=move |event| choose(event_target_value(&event))>
                        {Property::ALL
                            .into_iter()
                            .map(|one| view! { <option value=one.as_str() selected=move || property.get() == one>{move || property_label(i18n, one)}</option> })
                            .collect_view()}
                    </select>
                </label>
                <label class="builder__part">
                    <span>{t!(i18n, history.operator)}</span>
                    <select class="input" on:change=move |event| if let Some(chosen) = Operator::parse(&event_target_value(&event)) { operator.set(chosen) }>
                        {move || {
                            Operator::ALL
                                .into_iter()
                                .filter(|one| one.fits(kind.get()))
                                .map(|one| view! { <option value=one.as_str() selected=move || operator.get() == one>{operator_label(i18n, one)}</option> })
                                .collect_view()
                        }}
                    </select>
                </label>
                <Show when=move || operator.get().takes_operand()>
                    <Operand kind operator value=first label=Signal::derive(move || t_string!(i18n, history.operand).to_owned()) />
                    <Show when=move || operator.get() == Operator::Between>
                        <Operand kind operator value=second label=Signal::derive(move || t_string!(i18n, history.operand_to).to_owned()) />
                    </Show>
                </Show>
            </div>
            <div class="dialog__actions">
                <button type="button" class="button" on:click=move |_| on_close.run(())>{t!(i18n, common.action.cancel)}</button>
                <button type="submit" class="button button--primary" disabled=move || filter.read().is_none()>{t!(i18n, common.action.apply)}</button>
            </div>
        </form>
    }
}

#[component]
fn Operand(
    kind: Memo<PropertyKind>,
    operator: RwSignal<Operator>,
    value: RwSignal<String>,
    #[prop(into)] label: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toggle = move |word: &'static str, on: bool| {
        value.update(|value| {
            let mut words: Vec<&str> =
                value.split(',').filter(|one| !one.is_empty() && *one != word).collect();
            if on {
                words.push(word);
            }
            *value = words.join(",");
        });
    };
    move || {
        match (kind.get(), operator.get()) {
        (PropertyKind::Status, Operator::In) => view! {
            <fieldset class="builder__part builder__statuses">
                <legend>{move || label.get()}</legend>
                {Status::KNOWN
                    .iter()
                    .filter_map(|status| static_word(status).map(|word| (status.clone(), word)))
                    .map(|(status, word)| {
                        view! {
                            <label class="stages__stage">
                                <input
                                    type="checkbox"
                                    class="checkbox"
                                    prop:checked=move || value.read().split(',').any(|one| one == word)
                                    on:change=move |event| toggle(word, event_target_checked(&event))
                                />
                                {move || status_label(i18n, &status)}
                            </label>
                        }
                    })
                    .collect_view()}
            </fieldset>
        }
        .into_any(),
        (PropertyKind::Status, _) => view! {
            <label class="builder__part">
                <span>{move || label.get()}</span>
                <select class="input" on:change=move |event| value.set(event_target_value(&event))>
                    <option value="" selected=move || value.read().is_empty()></option>
                    {Status::KNOWN
                        .iter()
                        .map(|status| view! { <option value=status.as_str().to_owned()>{status_label(i18n, status)}</option> })
                        .collect_view()}
                </select>
            </label>
        }
        .into_any(),
        (PropertyKind::Boolean, _) => view! {
            <label class="builder__part">
                <span>{move || label.get()}</span>
                <select class="input" on:change=move |event| value.set(event_target_value(&event))>
                    <option value="true">{t!(i18n, history.yes)}</option>
                    <option value="false">{t!(i18n, history.no)}</option>
                </select>
            </label>
        }
        .into_any(),
        (kind, _) => {
            let (input_type, step) = match kind {
                PropertyKind::Time => ("datetime-local", "1"),
                PropertyKind::Duration => ("number", "any"),
                _ => ("text", ""),
            };
            view! {
                <label class="builder__part">
                    <span>{move || label.get()}</span>
                    <input class="input" type=input_type step=step min="0" autocomplete="off" bind:value=value />
                </label>
            }
            .into_any()
        }
    }
    }
}

/// The operand as the API takes it: local times become times with an offset.
fn operand(kind: PropertyKind, operator: Operator, first: &str, second: &str) -> String {
    let one = |text: &str| if kind == PropertyKind::Time { with_offset(text) } else { text.to_owned() };
    match operator {
        Operator::IsNull | Operator::NotNull => String::new(),
        Operator::Between if !first.is_empty() && !second.is_empty() => {
            format!("{},{}", one(first), one(second))
        }
        Operator::Between => String::new(),
        _ => one(first),
    }
}

/// `2026-11-23T11:00` of the reader's zone, as UTC.
fn with_offset(local: &str) -> String {
    let date = Date::new(&JsValue::from_str(local));
    if local.is_empty() || !date.get_time().is_finite() {
        String::new()
    } else {
        String::from(date.to_iso_string())
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

fn static_word(status: &Status) -> Option<&'static str> {
    Some(match status {
        Status::Pending => "pending",
        Status::Running => "running",
        Status::Waiting => "waiting",
        Status::Suspended => "suspended",
        Status::Completed => "completed",
        Status::Faulted => "faulted",
        Status::Cancelled => "cancelled",
        Status::Skipped => "skipped",
        Status::Other(_) => return None,
    })
}

pub fn property_label(i18n: I18nContext<Locale>, property: Property) -> &'static str {
    match property {
        Property::JobName => t_string!(i18n, history.properties.job_name),
        Property::WorkflowId => t_string!(i18n, history.properties.workflow_id),
        Property::WorkflowName => t_string!(i18n, history.properties.workflow_name),
        Property::Namespace => t_string!(i18n, history.properties.namespace),
        Property::Status => t_string!(i18n, history.properties.status),
        Property::StartedBy => t_string!(i18n, history.properties.started_by),
        Property::StartedAt => t_string!(i18n, history.properties.started_at),
        Property::EndedAt => t_string!(i18n, history.properties.ended_at),
        Property::Duration => t_string!(i18n, history.properties.duration),
        Property::Error => t_string!(i18n, history.properties.error),
        Property::DryRun => t_string!(i18n, history.properties.dry_run),
    }
}

pub fn operator_label(i18n: I18nContext<Locale>, operator: Operator) -> &'static str {
    match operator {
        Operator::Eq => t_string!(i18n, history.operators.eq),
        Operator::Ne => t_string!(i18n, history.operators.ne),
        Operator::Gt => t_string!(i18n, history.operators.gt),
        Operator::Ge => t_string!(i18n, history.operators.ge),
        Operator::Lt => t_string!(i18n, history.operators.lt),
        Operator::Le => t_string!(i18n, history.operators.le),
        Operator::Like => t_string!(i18n, history.operators.like),
        Operator::In => t_string!(i18n, history.operators.within),
        Operator::Between => t_string!(i18n, history.operators.between),
        Operator::IsNull => t_string!(i18n, history.operators.is_null),
        Operator::NotNull => t_string!(i18n, history.operators.not_null),
    }
}
