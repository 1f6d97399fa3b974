//! The source view: format and search above, the text, and what is wrong with it below.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::bridge::{self, Beginning, Listener, Module, RichField};
use super::field::Field;
use super::text::{Format, Wrong, offset};
use super::{follow, reason, suggestions, words};
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::{Confirm, Icon, IconView, Loading};

/// What the text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Fetching,
    Rich,
    /// The console was built without the editor component.
    Plain,
    /// The component could not be fetched.
    Unfetched,
}

#[component]
pub(in crate::editor) fn SourceView(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let source = editor.source;
    let module = StoredValue::new_local(None::<Module>);
    let stage = RwSignal::new(if bridge::PATH.is_some() { Stage::Fetching } else { Stage::Plain });
    let fetch = move || {
        stage.set(Stage::Fetching);
        leptos::task::spawn_local(async move {
            let fetched = bridge::load().await;
            let now = if fetched.is_some() { Stage::Rich } else { Stage::Unfetched };
            // The view may have gone.
            if module.try_set_value(fetched).is_none() {
                let _ = stage.try_set(now);
            }
        });
    };
    if bridge::PATH.is_some() {
        fetch();
    }
    follow::follow(editor);
    on_cleanup(move || {
        source.settle(editor);
        source.field.set_value(None);
    });
    view! {
        <section class="source" aria-label=move || t_string!(i18n, editor.view.source)>
            <Toolbar editor stage />
            {move || match stage.get() {
                Stage::Fetching => {
                    let what = Signal::derive(move || t_string!(i18n, editor.source.component).to_owned());
                    view! { <div class="source__wait"><Loading what /></div> }.into_any()
                }
                Stage::Rich => view! { <Rich editor module /> }.into_any(),
                Stage::Plain | Stage::Unfetched => view! { <Plain editor /> }.into_any(),
            }}
            <StatusBar editor />
            <Show when=move || stage.get() == Stage::Unfetched>
                <div class="source__bar source__bar--note" role="status">
                    <span>{t!(i18n, editor.source.unfetched)}</span>
                    <button type="button" class="button" on:click=move |_| {
                        source.settle(editor);
                        fetch();
                    }>{t!(i18n, common.action.retry)}</button>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn Toolbar(editor: Editor, stage: RwSignal<Stage>) -> impl IntoView {
    let i18n = use_i18n();
    let source = editor.source;
    // The format that would cost comments, asked about first.
    let asked = RwSignal::new(None::<Format>);
    let choose = move |format: Format| {
        if format == source.format.get_untracked() || !source.settle(editor) {
            return;
        }
        if source.comments() > 0 { asked.set(Some(format)) } else { source.convert(editor, format) }
    };
    let label = move |format: Format| match format {
        Format::Json => "JSON",
        Format::Yaml => "YAML",
    };
    view! {
        <div class="source__tools">
            <div class="segmented" role="group" aria-label=move || t_string!(i18n, editor.source.format)>
                {Format::ALL.map(|format| view! {
                    <button
                        type="button"
                        aria-pressed=move || (source.format.get() == format).to_string()
                        disabled=move || source.wrong().is_some() && source.format.get() != format
                        title=move || source.wrong().is_some().then(|| t_string!(i18n, editor.source.not_applied))
                        on:click=move |_| choose(format)
                    >
                        {label(format)}
                    </button>
                }).collect_view()}
            </div>
            <p id="source-help" class="source__help muted">
                {move || if stage.get() == Stage::Rich { t_string!(i18n, editor.source.help) } else { t_string!(i18n, editor.source.help_plain) }}
            </p>
            <Show when=move || stage.get() == Stage::Rich>
                <button type="button" class="button button--icon" title=move || format!("{} (Ctrl+F)", t_string!(i18n, editor.source.words.find)) aria-label=move || t_string!(i18n, editor.source.words.find) on:click=move |_| {
                    follow::with(editor, Field::find);
                }>
                    <IconView icon=Icon::Search />
                </button>
            </Show>
            {move || asked.get().map(|format| view! {
                <Confirm
                    title=Signal::derive(move || t_string!(i18n, editor.source.convert, format = label(format)))
                    text=Signal::derive(move || t_string!(i18n, editor.source.comments, count = source.comments()))
                    verb=Signal::derive(move || t_string!(i18n, editor.source.convert, format = label(format)))
                    busy=false
                    on_confirm=Callback::new(move |()| {
                        asked.set(None);
                        source.convert(editor, format);
                    })
                    on_close=Callback::new(move |()| asked.set(None))
                />
            })}
        </div>
    }
}

/// The editor component.
#[component]
fn Rich(editor: Editor, module: StoredValue<Option<Module>, LocalStorage>) -> impl IntoView {
    let source = editor.source;
    let host = NodeRef::<html::Div>::new();
    let caret = StoredValue::new(None);
    Effect::new(move |created: Option<bool>| {
        let (Some(host), None | Some(false)) = (host.get(), created) else { return created.unwrap_or(false) };
        let Some(module) = module.get_value() else { return false };
        let text = source.text(editor);
        let beginning = Beginning {
            text: &text,
            language: source.format.get_untracked().word(),
            read_only: editor.read_only.get_untracked(),
            attributes: words::attributes(editor.i18n),
            phrases: words::phrases(editor.i18n),
        };
        let listener = Listener {
            changed: Box::new(move || source.typed(editor)),
            caret: Box::new(move |_| follow::caret_moved(editor, caret)),
            left: Box::new(move || source.rest(editor)),
            complete: Box::new(move |text, caret| suggestions::suggest(editor, text, caret)),
        };
        let field = RichField::create(&module, host.unchecked_ref(), &beginning, listener);
        source.field.set_value(field.map(Field::Rich));
        source.begin(editor, &text);
        true
    });
    Effect::new(move |_| {
        editor.i18n.get_locale();
        follow::with(editor, |field| {
            field.set_words(&words::phrases(editor.i18n), &words::attributes(editor.i18n))
        });
    });
    view! { <div node_ref=host class="source__host"></div> }
}

/// A plain text field, where there is no component.
#[component]
fn Plain(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let source = editor.source;
    let area = NodeRef::<html::Textarea>::new();
    let caret = StoredValue::new(None);
    Effect::new(move |_| {
        let Some(area) = area.get() else { return };
        let text = source.text(editor);
        area.set_value(&text);
        source.field.set_value(Some(Field::Plain(area.unchecked_into())));
        source.begin(editor, &text);
    });
    view! {
        <textarea
            node_ref=area
            class="source__text input--code"
            aria-label=move || t_string!(i18n, editor.view.source)
            aria-describedby="source-help"
            aria-invalid=move || source.wrong().is_some().to_string()
            spellcheck="false"
            autocomplete="off"
            wrap="off"
            readonly=move || editor.read_only.get()
            on:input=move |_| source.typed(editor)
            on:blur=move |_| source.rest(editor)
            on:keyup=move |_| follow::caret_moved(editor, caret)
            on:click=move |_| follow::caret_moved(editor, caret)
        ></textarea>
    }
}

/// What is wrong with the text, or what would be lost of it.
#[component]
fn StatusBar(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let source = editor.source;
    let show = move |_| {
        if let Some(Wrong::Syntax(error)) = source.wrong() {
            let at = offset(&source.text(editor), error.line, error.column);
            follow::with(editor, |field| field.select(at..at + 1));
        }
    };
    view! {
        <div class="source__bar">
            {move || match source.wrong() {
                Some(wrong) => {
                    let message = reason(editor, &wrong);
                    view! {
                        <button type="button" class="source__problem" on:click=show>
                            <IconView icon=Icon::Alert />
                            <span role="alert">{message}</span>
                        </button>
                        <button type="button" class="button" on:click=move |_| source.discard(editor)>{t!(i18n, editor.source.discard)}</button>
                    }
                    .into_any()
                }
                None if source.comments() > 0 => {
                    let message = t_string!(i18n, editor.source.comments, count = source.comments());
                    view! { <span role="status">{message}</span> }.into_any()
                }
                None => view! { <span class="muted">{t!(i18n, editor.source.in_step)}</span> }.into_any(),
            }}
        </div>
    }
}
