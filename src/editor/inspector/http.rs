//! An HTTP call: address, query, headers, body, answer, and how it signs in.

use flow::Pointer;
use leptos::prelude::*;

use super::authentication::AuthenticationFields;
use super::choice::{ChoiceField, Choices, yes_or_no};
use super::expression::Holds;
use super::frame::{Tells, Told, words};
use super::member::{Holder, MemberField, Shape};
use super::rows::RowsField;
use crate::editor::state::Editor;
use crate::i18n::*;
use canvas::fields::endpoint::is_object;

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

#[component]
pub(super) fn HttpFields(editor: Editor, at: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    provide_context(Holder(at.clone()));
    let endpoint = at.child("endpoint");
    // The address stands in the endpoint itself, or in its `uri` once it signs in.
    let address = Memo::new({
        let endpoint = endpoint.clone();
        move |_| {
            let object = is_object(editor.model.value(&endpoint).as_ref());
            if object { endpoint.child("uri") } else { endpoint.clone() }
        }
    });
    let methods = Signal::derive(|| {
        METHODS.iter().map(|method| ((*method).to_owned(), method.to_uppercase())).collect::<Choices>()
    });
    let outputs = Signal::derive(move || {
        vec![
            (String::new(), t_string!(i18n, editor.http.output_default).to_string()),
            ("content".to_owned(), t_string!(i18n, editor.http.content).to_string()),
            ("response".to_owned(), t_string!(i18n, editor.http.response).to_string()),
            ("raw".to_owned(), t_string!(i18n, editor.http.raw).to_string()),
        ]
    });
    view! {
        <Told editor at=at.clone() tells=Tells::Own />
        <ChoiceField editor at=at.child("method") label=words!(i18n, editor.http.method) choices=methods required=true expressions=true />
        <MemberField editor at=address label=words!(i18n, editor.http.endpoint) shape=Shape::TextOrJson holds=Holds::Either placeholder="https://" required=true />
        <RowsField editor at=at.child("query") label=words!(i18n, editor.http.query) expressions=true />
        <RowsField editor at=at.child("headers") label=words!(i18n, editor.http.headers) expressions=true placeholder="Accept" />
        <MemberField editor at=at.child("body") label=words!(i18n, editor.http.body) help=words!(i18n, editor.http.body_help) shape=Shape::TextOrJson holds=Holds::Either placeholder="${ . }" />
        <AuthenticationFields editor endpoint />
        <div class="inspector__pair">
            <ChoiceField editor at=at.child("output") label=words!(i18n, editor.http.output) choices=outputs />
            <ChoiceField editor at=at.child("redirect") label=words!(i18n, editor.http.redirect) choices=yes_or_no(i18n, false) />
        </div>
    }
}
