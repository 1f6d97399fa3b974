//! What can be put on the canvas: the plugins of the service by group, and the constructs of the language.

mod constructs;
mod item;

use leptos::prelude::*;
use leptos_i18n::I18nContext;
use wire::plugin::Plugin;

use super::state::{Editor, Panel};
use crate::i18n::*;
use crate::ui::flow_canvas::function_icon;
use crate::ui::{Icon, IconView};
use constructs::Construct;
use item::PaletteItem;

/// The groups in the order in which they are needed; a group that is not known here comes last.
const GROUPS: [&str; 7] = ["general", FLOW, "traffic", "data", "storage", "test", "application"];

/// The group of the language's own constructs.
const FLOW: &str = "flow";

/// One thing to put on the canvas.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    source: Source,
    group: String,
    label: String,
    description: String,
    icon: Icon,
    /// The name that the task gets.
    name: String,
    task: serde_json::Value,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Source {
    Plugin(String),
    Construct(&'static str),
}

#[component]
pub(super) fn Palette(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let search = RwSignal::new(String::new());
    let entries = Memo::new(move |_| {
        let plugins = editor.plugins.get();
        let own = plugins.iter().map(|plugin| plugin_entry(i18n, plugin));
        let constructs = Construct::ALL.iter().map(|construct| construct_entry(i18n, *construct));
        own.chain(constructs).collect::<Vec<_>>()
    });
    let found = Memo::new(move |_| {
        let wanted = search.read().trim().to_lowercase();
        let entries = entries.read();
        entries
            .iter()
            .filter(|entry| wanted.is_empty() || entry.matches(&wanted))
            .cloned()
            .collect::<Vec<_>>()
    });
    let groups = Memo::new(move |_| {
        let mut groups: Vec<String> = Vec::new();
        for entry in found.read().iter() {
            if !groups.contains(&entry.group) {
                groups.push(entry.group.clone());
            }
        }
        groups.sort_by_key(|group| GROUPS.iter().position(|known| known == group).unwrap_or(GROUPS.len()));
        groups
    });
    let dragging = RwSignal::new(false);
    view! {
        <aside class="palette" class:palette--away=move || dragging.get() aria-label=move || t_string!(i18n, editor.palette.title)>
            <header class="panel__header">
                <h2>{t!(i18n, editor.palette.title)}</h2>
                <button type="button" class="button button--icon panel__close" aria-label=move || t_string!(i18n, common.action.close) on:click=move |_| editor.panel.set(None)>
                    <IconView icon=Icon::Close />
                </button>
            </header>
            <div class="search palette__search">
                <IconView icon=Icon::Search />
                <input
                    type="search"
                    class="input"
                    aria-label=move || t_string!(i18n, editor.palette.search)
                    placeholder=move || t_string!(i18n, editor.palette.search)
                    bind:value=search
                />
            </div>
            <Show when=move || editor.place.read().is_some()>
                <p class="notice palette__place">
                    <IconView icon=Icon::Info />
                    <span>{t!(i18n, editor.palette.place)}</span>
                </p>
            </Show>
            <div class="palette__list">
                <For each=move || groups.get() key=Clone::clone let:group>
                    {
                        let title = group.clone();
                        let members = move || {
                            let mut found = found.get();
                            found.retain(|entry| entry.group == group);
                            found
                        };
                        view! {
                            <section>
                                <h3>{move || group_label(i18n, &title)}</h3>
                                <ul>
                                    <For each=members.clone() key=entry_key let:entry>
                                        <PaletteItem editor entry dragging />
                                    </For>
                                </ul>
                            </section>
                        }
                    }
                </For>
                <Show when=move || found.read().is_empty()>
                    <p class="muted palette__none">{t!(i18n, editor.palette.none)}</p>
                </Show>
            </div>
            <p class="palette__help muted">{t!(i18n, editor.palette.help)}</p>
        </aside>
    }
}

/// A change of language draws an item anew.
fn entry_key(entry: &Entry) -> (Source, String) {
    (entry.source.clone(), entry.label.clone())
}

impl Entry {
    fn matches(&self, wanted: &str) -> bool {
        let name = match &self.source {
            Source::Plugin(name) => name.as_str(),
            Source::Construct(word) => word,
        };
        [self.label.as_str(), self.description.as_str(), name]
            .iter()
            .any(|text| text.to_lowercase().contains(wanted))
    }
}

fn plugin_entry(i18n: I18nContext<Locale>, plugin: &Plugin) -> Entry {
    let zh = i18n.get_locale() == Locale::zh_CN;
    let pick = |text: &wire::plugin::LocalizedText| {
        let (wanted, other) = if zh { (&text.zh, &text.en) } else { (&text.en, &text.zh) };
        if wanted.is_empty() { other.clone() } else { wanted.clone() }
    };
    let label = pick(&plugin.name);
    Entry {
        source: Source::Plugin(plugin.plugin.clone()),
        group: plugin.kind.clone(),
        label: if label.is_empty() { plugin.plugin.clone() } else { label },
        description: pick(&plugin.description),
        icon: function_icon(&plugin.call),
        name: plugin.plugin.clone(),
        task: plugin.dsl.clone(),
    }
}

fn construct_entry(i18n: I18nContext<Locale>, construct: Construct) -> Entry {
    let (label, description) = construct.words(i18n);
    Entry {
        source: Source::Construct(construct.word()),
        group: FLOW.to_owned(),
        label,
        description,
        icon: construct.icon(),
        name: construct.name().to_owned(),
        task: construct.task(),
    }
}

fn group_label(i18n: I18nContext<Locale>, group: &str) -> String {
    match group {
        "general" => t_string!(i18n, editor.group.general).to_string(),
        FLOW => t_string!(i18n, editor.group.flow).to_string(),
        "traffic" => t_string!(i18n, editor.group.traffic).to_string(),
        "data" => t_string!(i18n, editor.group.data).to_string(),
        "storage" => t_string!(i18n, editor.group.storage).to_string(),
        "test" => t_string!(i18n, editor.group.test).to_string(),
        "application" => t_string!(i18n, editor.group.application).to_string(),
        "" => t_string!(i18n, editor.group.other).to_string(),
        other => other.to_owned(),
    }
}

/// Puts a task where it was asked for: into the chosen gap, else after the selected task.
fn insert(editor: Editor, entry: &Entry) {
    let place = editor.place.get_untracked();
    let place =
        place.map_or(canvas::InsertPlace::After, |(list, index)| canvas::InsertPlace::Gap { list, index });
    editor.send(canvas::Input::InsertFromPalette {
        name: entry.name.clone(),
        task: entry.task.clone(),
        place,
    });
    if editor.panel.get_untracked() == Some(Panel::Palette) {
        editor.panel.set(None);
    }
}
