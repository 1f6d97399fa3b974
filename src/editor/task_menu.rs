//! Everything that can be done with the selected tasks, as a menu: by the right button, by Shift+F10, on the canvas and in
//! the outline. It names the keys, so that it is needed less the next time.

use canvas::{Act, Input, Point};
use flow::edit::WrapKind;
use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;

use super::news::News;
use super::peek;
use super::state::Editor;
use crate::i18n::*;
use crate::ui::clipboard::{from_clipboard, to_clipboard};
use crate::ui::flow_canvas::{KeyAct, SurfaceActs};
use crate::ui::menu::{Step, focus_item};
use crate::ui::{Icon, IconView};

/// The height of an item in pixels; the style sheet has the same.
const ITEM: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Edit,
    Rename,
    Add,
    Peek,
    Fold,
    Toggle,
    Duplicate,
    Cut,
    Copy,
    Paste,
    Earlier,
    Later,
    Into,
    Out,
    Wrap(WrapKind),
    Unwrap,
    Delete,
}

/// What changes nothing.
const LOOKS: [Entry; 4] = [Entry::Edit, Entry::Peek, Entry::Fold, Entry::Copy];

const ENTRIES: [Entry; 20] = [
    Entry::Edit,
    Entry::Rename,
    Entry::Add,
    Entry::Peek,
    Entry::Fold,
    Entry::Toggle,
    Entry::Duplicate,
    Entry::Cut,
    Entry::Copy,
    Entry::Paste,
    Entry::Earlier,
    Entry::Later,
    Entry::Into,
    Entry::Out,
    Entry::Wrap(WrapKind::Fork),
    Entry::Wrap(WrapKind::Do),
    Entry::Wrap(WrapKind::Try),
    Entry::Wrap(WrapKind::For),
    Entry::Unwrap,
    Entry::Delete,
];

#[component]
pub(super) fn TaskMenu(
    editor: Editor,
    /// Nothing may be changed.
    #[prop(into)]
    looks: Signal<bool>,
    on_input: Callback<Input>,
    acts: SurfaceActs,
    /// Where it is open, in the window.
    at: RwSignal<Option<Point>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let root = NodeRef::<html::Div>::new();
    let before = StoredValue::new_local(None::<web_sys::HtmlElement>);
    // The focus goes back to where it was, unless the act takes it elsewhere.
    let close = move || {
        at.set(None);
        if let Some(element) = before.try_update_value(Option::take).flatten() {
            let _ = element.focus();
        }
    };
    Effect::new(move |_| {
        if at.get().is_some() {
            let active = document().active_element().and_then(|element| element.dyn_into().ok());
            before.set_value(active);
            request_animation_frame(move || focus_item(root, Step::First));
        }
    });
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let inside = root.get_untracked().is_some_and(|root| root.contains(target.as_ref()));
        if at.get_untracked().is_some() && !inside {
            at.set(None);
        }
    });
    on_cleanup(move || outside.remove());
    let on_key = move |event: ev::KeyboardEvent| {
        let key = event.key();
        if key == "Escape" || key == "Tab" {
            close();
        } else if let Some(step) = Step::of(&key) {
            focus_item(root, step);
        } else {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let offered = move || {
        let peeks = peek::reference(editor).is_some();
        let several = editor.model.selected.read_untracked().len() > 1;
        let none = editor.model.selection.read_untracked().is_none();
        ENTRIES
            .into_iter()
            .filter(|entry| !looks.get_untracked() || LOOKS.contains(entry))
            .filter(|entry| match entry {
                Entry::Add | Entry::Paste => true,
                Entry::Peek => peeks && !several,
                Entry::Edit | Entry::Rename | Entry::Fold => !none && !several,
                _ => !none,
            })
            .collect::<Vec<_>>()
    };
    let choose = move |entry: Entry| {
        close();
        perform(editor, acts, on_input, entry);
    };
    view! {
        {move || at.get().map(|point| {
            let entries = offered();
            let height = entries.len() * ITEM + 10;
            let place = format!(
                "left:max(4px,min({}px,calc(100vw - 356px)));top:max(8px,min({}px,calc(100dvh - {height}px - 8px)))",
                point.x.max(4.0), point.y,
            );
            view! {
                <div node_ref=root class="menu__list task-menu" role="menu" style=place aria-label=move || t_string!(i18n, editor.act.menu) on:keydown=on_key on:contextmenu=|event: ev::MouseEvent| event.prevent_default()>
                    {entries.into_iter().map(|entry| view! {
                        <button
                            type="button"
                            role="menuitem"
                            class="menu__item"
                            class:menu__item--danger=entry == Entry::Delete
                            on:click=move |_| choose(entry)
                        >
                            <IconView icon=entry.icon() />
                            <span class="task-menu__label">{entry.label(i18n)}</span>
                            <kbd aria-hidden="true">{entry.keys()}</kbd>
                        </button>
                    }).collect_view()}
                </div>
            }
        })}
    }
}

fn perform(editor: Editor, acts: SurfaceActs, on_input: Callback<Input>, entry: Entry) {
    let act = |act| on_input.run(Input::Do { act });
    match entry {
        Entry::Edit => {
            acts.perform(&KeyAct::Open, None);
        }
        Entry::Rename => {
            acts.perform(&KeyAct::Rename, None);
        }
        Entry::Add => {
            acts.perform(&KeyAct::Add, None);
        }
        Entry::Peek => {
            acts.perform(&KeyAct::Peek, None);
        }
        Entry::Fold => act(Act::ToggleCollapsed),
        Entry::Toggle => act(Act::ToggleDisabled),
        Entry::Duplicate => act(Act::Duplicate),
        Entry::Earlier => act(Act::MoveEarlier),
        Entry::Later => act(Act::MoveLater),
        Entry::Into => act(Act::MoveIn),
        Entry::Out => act(Act::MoveOut),
        Entry::Wrap(kind) => on_input.run(Input::Wrap { kind }),
        Entry::Unwrap => act(Act::Unwrap),
        Entry::Delete => act(Act::Delete),
        Entry::Copy | Entry::Cut => {
            let Some(text) = editor.model.read(canvas::Session::copied) else { return };
            leptos::task::spawn_local(async move {
                if !to_clipboard(&text).await {
                    clipboard_refused(editor);
                } else if entry == Entry::Cut {
                    on_input.run(Input::Do { act: Act::Cut });
                }
            });
        }
        Entry::Paste => leptos::task::spawn_local(async move {
            match from_clipboard().await {
                Some(text) => on_input.run(Input::Paste { text }),
                None => clipboard_refused(editor),
            }
        }),
    }
}

fn clipboard_refused(editor: Editor) {
    // The page may be gone.
    let text = t_string!(editor.i18n, editor.act.clipboard_refused).to_owned();
    let _ = editor.news.try_set(Some(News::bad(text)));
}

impl Entry {
    fn label(self, i18n: leptos_i18n::I18nContext<Locale>) -> String {
        match self {
            Self::Edit => t_string!(i18n, editor.act.edit),
            Self::Rename => t_string!(i18n, editor.act.rename),
            Self::Add => t_string!(i18n, editor.act.add),
            Self::Peek => t_string!(i18n, editor.act.peek),
            Self::Fold => t_string!(i18n, editor.keys.fold),
            Self::Toggle => t_string!(i18n, editor.act.toggle),
            Self::Duplicate => t_string!(i18n, editor.act.duplicate),
            Self::Cut => t_string!(i18n, editor.act.cut),
            Self::Copy => t_string!(i18n, editor.act.copy),
            Self::Paste => t_string!(i18n, editor.act.paste),
            Self::Earlier => t_string!(i18n, editor.act.earlier),
            Self::Later => t_string!(i18n, editor.act.later),
            Self::Into => t_string!(i18n, editor.act.into),
            Self::Out => t_string!(i18n, editor.act.out),
            Self::Wrap(WrapKind::Fork) => t_string!(i18n, editor.act.wrap_fork),
            Self::Wrap(WrapKind::Do) => t_string!(i18n, editor.act.wrap_do),
            Self::Wrap(WrapKind::Try) => t_string!(i18n, editor.act.wrap_try),
            Self::Wrap(WrapKind::For) => t_string!(i18n, editor.act.wrap_for),
            Self::Unwrap => t_string!(i18n, editor.act.unwrap),
            Self::Delete => t_string!(i18n, editor.act.delete),
        }
        .to_owned()
    }

    fn icon(self) -> Icon {
        match self {
            Self::Edit => Icon::Edit,
            Self::Rename => Icon::Edit,
            Self::Add => Icon::Plus,
            Self::Peek => Icon::Peek,
            Self::Fold => Icon::ChevronDown,
            Self::Toggle => Icon::Power,
            Self::Duplicate | Self::Copy => Icon::Copy,
            Self::Cut => Icon::Cut,
            Self::Paste => Icon::Plus,
            Self::Earlier => Icon::ChevronUp,
            Self::Later => Icon::ChevronDown,
            Self::Into => Icon::ChevronRight,
            Self::Out => Icon::ChevronUp,
            Self::Wrap(WrapKind::Fork) => Icon::Fork,
            Self::Wrap(WrapKind::Do) => Icon::Workflow,
            Self::Wrap(WrapKind::Try) => Icon::Shield,
            Self::Wrap(WrapKind::For) => Icon::Loop,
            Self::Unwrap => Icon::Close,
            Self::Delete => Icon::Delete,
        }
    }

    fn keys(self) -> &'static str {
        match self {
            Self::Edit => "Enter",
            Self::Rename => "F2",
            Self::Add => "A",
            Self::Peek => "P",
            Self::Fold => "Space",
            Self::Toggle => "D",
            Self::Duplicate => "Ctrl+D",
            Self::Cut => "Ctrl+X",
            Self::Copy => "Ctrl+C",
            Self::Paste => "Ctrl+V",
            Self::Earlier => "Alt+↑",
            Self::Later => "Alt+↓",
            Self::Into => "Alt+→",
            Self::Out => "Alt+←",
            Self::Wrap(WrapKind::Do) => "Ctrl+G",
            Self::Unwrap => "Ctrl+Shift+G",
            Self::Delete => "Delete",
            Self::Wrap(_) => "",
        }
    }
}
