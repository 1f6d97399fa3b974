//! Fields that name a cloud resource: what the API lists is offered, anything else may be typed.

use std::sync::Arc;

use leptos::prelude::*;
use serde_json::Value;
use wire::resource::ResourceQuery;

use super::member::fresh_id;
use crate::api::{Api, use_api};
use crate::ui::schema_form::{ResourceField, ResourcePicker};

/// How many are offered; a longer list is narrowed by typing in the place where it comes from.
const MOST: u32 = 100;

/// What can be chosen: what is written, and what people call it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    value: String,
    label: String,
}

/// What decides which resources are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    kind: String,
    region: String,
    project: String,
    suite: String,
}

/// The picker for a form of the inspector.
pub(super) fn resource_picker() -> ResourcePicker {
    Arc::new(|field: ResourceField| view! { <Picker field /> }.into_any())
}

#[component]
fn Picker(field: ResourceField) -> impl IntoView {
    let api = use_api();
    let ResourceField { id, name, kind, text, siblings, on_choose, disabled } = field;
    let list = fresh_id();
    let place = Memo::new(move |_| {
        let siblings = siblings.read();
        let text = |member: &str| siblings.get(member).map(shown).unwrap_or_default();
        // `targetBucket` stands in `targetRegion`.
        let other = name.starts_with("target") && name != "targetRegion";
        let region = if other { text("targetRegion") } else { text("region") };
        let project =
            api.session().with(|session| session.as_ref().map(|session| session.project_id.clone()));
        let named = text("project");
        Place {
            kind: kind.clone(),
            region: if is_plain(&region) { region } else { String::new() },
            project: if is_plain(&named) { named } else { project.unwrap_or_default() },
            suite: text("suite"),
        }
    });
    let choices = RwSignal::new(Vec::<Choice>::new());
    Effect::new(move |_| {
        let wanted = place.get();
        leptos::task::spawn_local(async move {
            // Where the list cannot be had, the field is a text field: that is always possible.
            let found = list_choices(api, &wanted).await.unwrap_or_default();
            if place.try_get_untracked() == Some(wanted) {
                let _ = choices.try_set(found);
            }
        });
    });
    view! {
        <input
            id=id
            class="input"
            autocomplete="off"
            spellcheck="false"
            list=list.clone()
            disabled=move || disabled.get()
            prop:value=move || text.get()
            on:input=move |event| on_choose.run(event_target_value(&event))
        />
        <datalist id=list>
            {move || choices.get().into_iter().map(|choice| view! { <option value=choice.value>{choice.label}</option> }).collect_view()}
        </datalist>
    }
}

async fn list_choices(api: Api, place: &Place) -> Option<Vec<Choice>> {
    let Place { kind, region, project, suite } = place;
    if kind == "region" {
        let session = api.session().get_untracked()?;
        return Some(session.regions.iter().map(|region| same(region)).collect());
    }
    if region.is_empty() {
        return None;
    }
    let query = ResourceQuery { page_num: Some(1), page_size: Some(MOST), search_value: None };
    let choices = match kind.as_str() {
        "obs-bucket" => api
            .buckets(region)
            .await
            .ok()?
            .buckets
            .into_iter()
            .map(|bucket| same(&bucket.bucket_name))
            .collect(),
        "dcs-instance" => {
            let page = api.dcs_instances(region, project, &query).await.ok()?;
            page.data.into_iter().map(|one| choice(&one.name, &one.id)).collect()
        }
        "dns-zone" => {
            let page = api.private_zones(region, project, &query).await.ok()?;
            page.data.into_iter().map(|one| choice(&one.name, &one.id)).collect()
        }
        "cpts-suite" => {
            let page = api.test_suites(region, project, &query).await.ok()?;
            page.data.into_iter().map(|one| choice(&one.id.to_string(), &one.name)).collect()
        }
        "cpts-task" if !suite.is_empty() => {
            let page = api.test_tasks(region, project, suite, &query).await.ok()?;
            page.data.into_iter().map(|one| choice(&one.id.to_string(), &one.name)).collect()
        }
        "cce-group" => {
            let page = api.private_resource_groups(region, project).await.ok()?;
            page.data
                .into_iter()
                .filter(|one| one.is_usable())
                .map(|one| choice(&one.id.to_string(), &one.name))
                .collect()
        }
        _ => return None,
    };
    Some(choices)
}

fn choice(value: &str, label: &str) -> Choice {
    Choice {
        value: if value.is_empty() { label.to_owned() } else { value.to_owned() },
        label: label.to_owned(),
    }
}

fn same(text: &str) -> Choice {
    choice(text, text)
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An expression is known only when it runs.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains("${")
}
