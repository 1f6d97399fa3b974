//! Ctrl+K: any task and any act by a few letters of its name.

use canvas::{Act, Input};
use flow::{Origin, Pointer, view};
use leptos::ev;
use leptos::prelude::*;
use leptos_i18n::I18nContext;

use super::save::Saver;
use super::state::{Editor, Sheet, Tab};
use crate::i18n::*;
use crate::ui::Dialog;

/// So many are shown; whoever sees more types another letter.
const MOST: usize = 12;

/// What can be found.
#[derive(Clone, Debug, PartialEq)]
enum Found {
    Task { pointer: Pointer, name: String },
    Command(Command),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Save,
    Start,
    Undo,
    Redo,
    Fit,
    FitSelection,
    SelectAll,
    Source,
    Split,
    Canvas,
    Templates,
    Paper,
    Keys,
}

const COMMANDS: [Command; 13] = [
    Command::Save,
    Command::Start,
    Command::Undo,
    Command::Redo,
    Command::Fit,
    Command::FitSelection,
    Command::SelectAll,
    Command::Source,
    Command::Split,
    Command::Canvas,
    Command::Templates,
    Command::Paper,
    Command::Keys,
];

#[component]
pub(super) fn Finder(editor: Editor, saver: Saver) -> impl IntoView {
    let i18n = use_i18n();
    let text = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let close = Callback::new(move |()| editor.sheet.set(None));
    let found = Memo::new(move |_| {
        editor.model.revision.track();
        let wanted = text.read().trim().to_lowercase();
        editor.model.read(|session| find(i18n, session.document(), &wanted))
    });
    Effect::new(move |_| {
        found.track();
        chosen.set(0);
    });
    let go = move |one: Found| {
        editor.sheet.set(None);
        match one {
            Found::Task { pointer, .. } => editor.go_to(pointer),
            Found::Command(command) => perform(editor, saver, command),
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let count = found.read_untracked().len().max(1);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|chosen| *chosen = (*chosen + 1) % count),
            "ArrowUp" => chosen.update(|chosen| *chosen = (*chosen + count - 1) % count),
            "Enter" => {
                let one = found.read_untracked().get(chosen.get_untracked()).cloned();
                if let Some(one) = one {
                    go(one);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let active = move || format!("found-{}", chosen.get());
    view! {
        <Dialog title=Signal::derive(move || t_string!(i18n, editor.finder.title).to_owned()) on_close=close>
            <input
                type="search"
                class="input"
                role="combobox"
                aria-expanded="true"
                aria-controls="found"
                aria-activedescendant=active
                aria-label=move || t_string!(i18n, editor.finder.title)
                placeholder=move || t_string!(i18n, editor.finder.hint)
                bind:value=text
                on:keydown=on_key
            />
            <ul id="found" class="finder" role="listbox" aria-label=move || t_string!(i18n, editor.finder.title)>
                {move || found.get().into_iter().enumerate().map(|(index, one)| {
                    let (name, about) = match &one {
                        Found::Task { pointer, name } => (name.clone(), pointer.to_string()),
                        Found::Command(command) => (command.name(i18n), String::new()),
                    };
                    view! {
                        <li
                            id=format!("found-{index}")
                            role="option"
                            class="finder__item"
                            aria-selected=move || (chosen.get() == index).to_string()
                            on:click=move |_| go(one.clone())
                        >
                            <span>{name}</span>
                            <code>{about}</code>
                        </li>
                    }
                }).collect_view()}
            </ul>
            <Show when=move || found.read().is_empty()>
                <p class="muted" role="status">{t!(i18n, editor.palette.none)}</p>
            </Show>
        </Dialog>
    }
}

/// Tasks first, the better match first, then acts.
fn find(i18n: I18nContext<Locale>, document: &flow::Document, wanted: &str) -> Vec<Found> {
    let tasks = view::tasks(document).filter(|task| task.origin == Origin::Flow);
    let mut ranked: Vec<(usize, Found)> = tasks
        .filter_map(|task| {
            let rank = rank(task.name, wanted)?;
            Some((rank, Found::Task { pointer: task.pointer, name: task.name.to_owned() }))
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let commands = COMMANDS.into_iter().filter(|command| rank(&command.name(i18n), wanted).is_some());
    let commands: Vec<Found> = commands.map(Found::Command).collect();
    let room = MOST.saturating_sub(commands.len().min(MOST / 3));
    ranked.into_iter().map(|(_, found)| found).take(room).chain(commands).take(MOST).collect()
}

/// How well a name fits: 0 where it begins so; none where it does not fit at all.
fn rank(name: &str, wanted: &str) -> Option<usize> {
    let name = name.to_lowercase();
    if let Some(at) = name.find(wanted) {
        return Some(at.min(50));
    }
    // The letters in their order, with others between.
    let mut letters = name.chars();
    wanted.chars().all(|letter| letters.any(|other| other == letter)).then_some(100)
}

fn perform(editor: Editor, saver: Saver, command: Command) {
    match command {
        Command::Save => saver.save(),
        Command::Start => saver.start(),
        Command::Undo => editor.send(Input::Do { act: Act::Undo }),
        Command::Redo => editor.send(Input::Do { act: Act::Redo }),
        Command::Fit => editor.send(Input::Fit),
        Command::FitSelection => editor.send(Input::FitSelection),
        Command::SelectAll => editor.send(Input::Do { act: Act::SelectAll }),
        Command::Source => editor.show(Tab::Source),
        Command::Canvas => editor.show(Tab::Canvas),
        Command::Split => editor.show(Tab::Split),
        Command::Templates => editor.sheet.set(Some(Sheet::Templates)),
        Command::Paper => editor.sheet.set(Some(Sheet::Paper)),
        Command::Keys => editor.sheet.set(Some(Sheet::Keys)),
    }
}

impl Command {
    fn name(self, i18n: I18nContext<Locale>) -> String {
        match self {
            Self::Save => t_string!(i18n, common.action.save),
            Self::Start => t_string!(i18n, editor.start),
            Self::Undo => t_string!(i18n, editor.act.undo),
            Self::Redo => t_string!(i18n, editor.act.redo),
            Self::Fit => t_string!(i18n, editor.canvas.fit),
            Self::FitSelection => t_string!(i18n, editor.keys.fit_selection),
            Self::SelectAll => t_string!(i18n, editor.keys.select_all),
            Self::Source => t_string!(i18n, editor.view.source),
            Self::Canvas => t_string!(i18n, editor.view.canvas),
            Self::Split => t_string!(i18n, editor.view.split),
            Self::Templates => t_string!(i18n, editor.documents.template),
            Self::Paper => t_string!(i18n, editor.documents.paper),
            Self::Keys => t_string!(i18n, editor.keys.title),
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn a_beginning_fits_best_and_scattered_letters_last() {
        assert_eq!(rank("switchTraffic", "sw"), Some(0));
        assert_eq!(rank("switchTraffic", "traf"), Some(6));
        assert_eq!(rank("switchTraffic", "stf"), Some(100));
        assert_eq!(rank("switchTraffic", "xyz"), None);
        assert_eq!(rank("切换流量", "流"), Some(6));
    }
}
