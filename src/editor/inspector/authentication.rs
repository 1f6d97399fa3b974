//! How a call signs in: not at all, by a policy of the workflow, or by one that is written at the call.
//!
//! Secrets belong into expressions that name them; a secret that is written as plain text is pointed out.

use canvas::Input;
use canvas::fields::endpoint::{Scheme, with_authentication};
use canvas::fields::policy::used_names;
use flow::Pointer;
use leptos::prelude::*;
use serde_json::Value;

use super::choice::{ChoiceField, ChoiceOf, Choices};
use super::expression::Holds;
use super::frame::{Tells, Told, words};
use super::member::{Holder, MemberField, Shape};
use crate::editor::state::Editor;
use crate::i18n::*;

const GRANTS: [&str; 5] = [
    "client_credentials",
    "password",
    "refresh_token",
    "authorization_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
];

/// How an endpoint is called.
#[component]
pub(super) fn AuthenticationFields(editor: Editor, endpoint: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let at = endpoint.child("authentication");
    let signs_in = editor.model.read(|session| at.get(session.document().root()).is_some());
    let write = Callback::new(move |policy: Option<Value>| {
        let before = editor.model.read(|session| endpoint.get(session.document().root()).cloned());
        let value = with_authentication(before.as_ref(), policy);
        editor.send(Input::SetMember { at: endpoint.clone(), value });
    });
    view! {
        <details class="details" open=signs_in>
            <summary>{t!(i18n, editor.auth.title)}</summary>
            <PolicyFields editor at write />
        </details>
    }
}

/// The scheme, and what it needs.
#[component]
pub(super) fn PolicyFields(
    editor: Editor,
    /// Where the policy stands.
    at: Pointer,
    /// Writes another policy there, or takes it away.
    write: Callback<Option<Value>>,
    /// Whether it is a policy of the workflow, which is no other one's name.
    #[prop(optional)]
    shared: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let value = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at)
    });
    let scheme = Memo::new(move |_| Scheme::of(value.read().as_ref()));
    let word = Signal::derive(move || scheme.get().word().to_owned());
    let named = Memo::new(move |_| {
        editor.model.revision.track();
        editor.model.read(|session| used_names(session.document().root(), "authentications"))
    });
    let choices = Signal::derive(move || {
        let label = |scheme: Scheme| match scheme {
            Scheme::None => t_string!(i18n, editor.auth.none).to_string(),
            Scheme::Named => t_string!(i18n, editor.auth.named).to_string(),
            Scheme::Basic => t_string!(i18n, editor.auth.basic).to_string(),
            Scheme::Bearer => t_string!(i18n, editor.auth.bearer).to_string(),
            Scheme::Digest => t_string!(i18n, editor.auth.digest).to_string(),
            Scheme::OAuth2 => t_string!(i18n, editor.auth.oauth2).to_string(),
            Scheme::Oidc => t_string!(i18n, editor.auth.oidc).to_string(),
            Scheme::Other => t_string!(i18n, editor.auth.other).to_string(),
        };
        Scheme::ALL
            .into_iter()
            .filter(|scheme| !shared || !matches!(scheme, Scheme::None | Scheme::Named))
            .map(|scheme| (scheme.word().to_owned(), label(scheme)))
            .collect::<Choices>()
    });
    let choose = Callback::new(move |word: String| {
        let Some(scheme) = Scheme::of_word(&word) else { return };
        let first = named.with_untracked(|names| names.first().cloned());
        write.run(scheme.policy(value.get_untracked().as_ref(), first.as_deref()));
    });
    let policy = at.clone();
    let fields = move || {
        let scheme = scheme.get();
        let at = policy.child(scheme.word());
        match scheme {
            Scheme::None => ().into_any(),
            Scheme::Named => {
                let choices = Signal::derive(move || {
                    named.get().into_iter().map(|name| (name.clone(), name)).collect::<Choices>()
                });
                view! { <ChoiceField editor at label=words!(i18n, editor.auth.policy) help=words!(i18n, editor.auth.policy_help) choices required=true /> }.into_any()
            }
            Scheme::Other => {
                view! { <MemberField editor at=policy.clone() label=words!(i18n, editor.auth.json) shape=Shape::Json /> }.into_any()
            }
            scheme => view! { <SchemeFields editor at scheme /> }.into_any(),
        }
    };
    view! {
        <ChoiceOf editor at label=words!(i18n, editor.auth.scheme) value=word choices on_choose=choose />
        {fields}
    }
}

/// The settings of a scheme, or the secret that holds them all.
#[component]
fn SchemeFields(editor: Editor, at: Pointer, scheme: Scheme) -> impl IntoView {
    let i18n = use_i18n();
    provide_context(Holder(at.clone()));
    let uses_secret = Memo::new({
        let secret = at.child("use");
        move |_| editor.model.value(&secret).is_some()
    });
    let told = at.clone();
    let fields = move || {
        if uses_secret.get() {
            return view! { <MemberField editor at=at.child("use") label=words!(i18n, editor.auth.secret) help=words!(i18n, editor.auth.secret_help) required=true /> }.into_any();
        }
        match scheme {
            Scheme::Bearer => {
                view! { <SecretField editor at=at.child("token") label=words!(i18n, editor.auth.token) /> }.into_any()
            }
            Scheme::OAuth2 | Scheme::Oidc => {
                view! { <OAuth2Fields editor at=at.clone() endpoints=scheme == Scheme::OAuth2 /> }.into_any()
            }
            _ => view! {
                <MemberField editor at=at.child("username") label=words!(i18n, editor.auth.username) holds=Holds::Either required=true />
                <SecretField editor at=at.child("password") label=words!(i18n, editor.auth.password) />
            }
            .into_any(),
        }
    };
    view! {
        {fields}
        <Told editor at=told tells=Tells::Own />
    }
}

#[component]
fn OAuth2Fields(
    editor: Editor,
    at: Pointer,
    /// Whether the authority does not say by itself where its tokens are.
    endpoints: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let client = at.child("client");
    let token = at.child("endpoints").child("token");
    let grant = Memo::new({
        let at = at.child("grant");
        move |_| editor.model.value(&at)
    });
    let by_password = Memo::new(move |_| *grant.read() == Some(serde_json::json!("password")));
    let grants = Signal::derive(|| {
        GRANTS.iter().map(|grant| ((*grant).to_owned(), (*grant).to_owned())).collect::<Choices>()
    });
    let person = at.clone();
    view! {
        <MemberField editor at=at.child("authority") label=words!(i18n, editor.auth.authority) holds=Holds::Either placeholder="https://login.example" required=true />
        {endpoints.then(|| view! { <MemberField editor at=token label=words!(i18n, editor.auth.token_endpoint) help=words!(i18n, editor.auth.token_endpoint_help) placeholder="/oauth2/token" /> })}
        <ChoiceField editor at=at.child("grant") label=words!(i18n, editor.auth.grant) choices=grants required=true />
        <MemberField editor at=client.child("id") label=words!(i18n, editor.auth.client_id) holds=Holds::Either required=true />
        <SecretField editor at=client.child("secret") label=words!(i18n, editor.auth.client_secret) />
        {move || {
            let person = person.clone();
            by_password
                .get()
                .then(|| view! {
                    <MemberField editor at=person.child("username") label=words!(i18n, editor.auth.username) holds=Holds::Either />
                    <SecretField editor at=person.child("password") label=words!(i18n, editor.auth.password) />
                })
        }}
        <MemberField editor at=at.child("scopes") label=words!(i18n, editor.auth.scopes) help=words!(i18n, common.form.one_per_line) shape=Shape::Lines />
        <MemberField editor at=at.child("audiences") label=words!(i18n, editor.auth.audiences) help=words!(i18n, common.form.one_per_line) shape=Shape::Lines />
    }
}

/// A text that nobody should read in the definition: the workflow's secrets are offered.
#[component]
fn SecretField(editor: Editor, at: Pointer, label: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let value = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at)
    });
    let secrets = Signal::derive(move || {
        editor.model.revision.track();
        let names = editor.model.read(|session| used_names(session.document().root(), "secrets"));
        names.into_iter().map(|name| format!("${{ $secrets.{name} }}")).collect::<Vec<_>>()
    });
    let plain = Memo::new(move |_| {
        let value = value.read();
        value.as_ref().and_then(Value::as_str).is_some_and(|text| !text.is_empty() && !text.contains("${"))
    });
    view! {
        <MemberField editor at label help=words!(i18n, editor.auth.secrets_help) shape=Shape::Code holds=Holds::Either placeholder="${ $secrets.name }" choices=secrets required=true />
        <Show when=move || plain.get()>
            <p class="form__warning">{t!(i18n, editor.auth.plain)}</p>
        </Show>
    }
}
