//! The workflow's own settings: what it is called, what it takes, when it runs, and what its tasks share.

use flow::Pointer;
use leptos::prelude::*;

use super::common::TimeoutField;
use super::duration::DurationField;
use super::expression::Holds;
use super::frame::words;
use super::inputs::InputList;
use super::member::{MemberField, Shape};
use super::rows::RowsField;
use super::schedule::ScheduleFields;
use super::used::UsedSections;
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::schema_form::DurationForms;

#[component]
pub(super) fn WorkflowSettings(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let head = Pointer::root().child("document");
    let schema = Pointer::root().child("input").child("schema").child("document");
    let metadata = head.child("metadata");
    let rest = ["use", "schedule", "output"];
    view! {
        <div class="form">
            <MemberField editor at=head.child("name") label=Signal::derive(move || t_string!(i18n, editor.settings.name).to_owned()) help=Signal::derive(move || t_string!(i18n, editor.settings.name_help).to_owned()) required=true />
            <MemberField editor at=head.child("title") label=Signal::derive(move || t_string!(i18n, editor.settings.document_title).to_owned()) />
            <MemberField editor at=head.child("summary") label=Signal::derive(move || t_string!(i18n, editor.settings.summary).to_owned()) shape=Shape::Multiline />
            <div class="inspector__pair">
                <MemberField editor at=head.child("namespace") label=Signal::derive(move || t_string!(i18n, editor.settings.namespace).to_owned()) required=true />
                <MemberField editor at=head.child("version") label=Signal::derive(move || t_string!(i18n, editor.settings.version).to_owned()) required=true />
            </div>
            <section class="inspector__section" data-member="/input">
                <h3>{t!(i18n, editor.inputs.title)}</h3>
                <p class="form__help">{t!(i18n, editor.inputs.help)}</p>
                <InputList editor at=schema.clone() />
                <details class="details">
                    <summary>{t!(i18n, editor.inputs.schema)}</summary>
                    <MemberField editor at=schema label=Signal::derive(move || t_string!(i18n, editor.inputs.schema_label).to_owned()) shape=Shape::Json />
                </details>
            </section>
            <details class="details" open=true>
                <summary>{t!(i18n, editor.settings.time)}</summary>
                <TimeoutField editor task=Pointer::root() />
                <DurationField editor at=metadata.child("mas.rto") label=words!(i18n, editor.settings.rto) help=words!(i18n, editor.settings.rto_help) forms=DurationForms::Text placeholder="PT15M" />
                <ScheduleFields editor />
            </details>
            <UsedSections editor />
            <details class="details">
                <summary>{t!(i18n, editor.inspector.data)}</summary>
                <MemberField editor at=Pointer::root().child("input").child("from") label=words!(i18n, editor.field.input) shape=Shape::TextOrJson holds=Holds::Expression placeholder="${ . }" />
                <MemberField editor at=Pointer::root().child("output").child("as") label=words!(i18n, editor.field.output) shape=Shape::TextOrJson holds=Holds::Expression placeholder="${ . }" />
            </details>
            <details class="details">
                <summary>{t!(i18n, editor.remarks.metadata)}</summary>
                <RowsField editor at=metadata label=words!(i18n, editor.remarks.metadata) help=words!(i18n, editor.settings.metadata_help) hidden=&["mas.rto"] placeholder="owner" />
                <RowsField editor at=head.child("tags") label=words!(i18n, editor.settings.tags) placeholder="team" />
            </details>
            <details class="details">
                <summary>{t!(i18n, editor.inspector.advanced)}</summary>
                {rest
                    .into_iter()
                    .map(|name| view! { <MemberField editor at=Pointer::root().child(name) label=Signal::stored(name.to_owned()) shape=Shape::Json /> })
                    .collect_view()}
            </details>
        </div>
    }
}
