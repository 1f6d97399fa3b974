//! The workflow as a tree of names: the same tasks, keys, menu and clipboard as the canvas, for reading, and for screen
//! readers. What is folded on the canvas is folded here.

use canvas::{Act, Badge, Input, NodeShape, Scene};
use flow::{Origin, Pointer, TaskKind, view};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::state::Editor;
use crate::i18n::*;
use crate::ui::Icon;
use crate::ui::IconView;
use crate::ui::flow_canvas::{
    KeyAct, SurfaceActs, beside, canvas_key, copy, cut, function_icon, kind_icon, kind_label, paste, under,
};

/// The height of a row in pixels; the style sheet has the same.
const ROW: f64 = 30.0;

/// So many rows more than are seen are drawn, above and below.
const AHEAD: usize = 8;

/// One row of the tree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Row {
    pointer: Pointer,
    name: String,
    depth: usize,
    kind: Option<TaskKind>,
    function: Option<String>,
    /// It is done where the tasks beside it fail.
    catches: bool,
    /// Whether its tasks are shown, where it has some.
    unfolded: Option<bool>,
    /// It never runs.
    off: bool,
    /// Its place among the tasks beside it, from 1, and how many they are.
    place: (usize, usize),
}

#[component]
pub(super) fn Outline(editor: Editor, on_input: Callback<Input>, acts: SurfaceActs) -> impl IntoView {
    let i18n = use_i18n();
    let rows = Memo::new(move |_| {
        // What a row says changes with the scene, not with every letter typed into a field.
        editor.model.scene.track();
        editor.model.read(|session| rows(session.document(), session.scene()))
    });
    let tree = NodeRef::<html::Div>::new();
    let scrolled = RwSignal::new(0.0);
    let height = RwSignal::new(600.0);
    let seen = Memo::new(move |_| {
        let first = (scrolled.get() / ROW) as usize;
        let count = (height.get() / ROW) as usize + 1;
        (first.saturating_sub(AHEAD), first + count + AHEAD)
    });
    let drawn = Memo::new(move |_| {
        let (from, to) = seen.get();
        let rows = rows.read();
        rows.iter()
            .enumerate()
            .take(to)
            .skip(from)
            .map(|(index, row)| (index, row.clone()))
            .collect::<Vec<_>>()
    });
    // The selected row is brought into view, wherever it was selected.
    Effect::new(move |_| {
        let Some(lead) = editor.model.selection.get() else { return };
        let index = rows.with_untracked(|rows| rows.iter().position(|row| row.pointer == lead));
        let (Some(index), Some(tree)) = (index, tree.get_untracked()) else { return };
        let (top, seen) = (index as f64 * ROW, f64::from(tree.client_height()));
        let now = f64::from(tree.scroll_top());
        if top < now || top + ROW > now + seen {
            tree.set_scroll_top((top - seen / 2.0).max(0.0) as i32);
        }
        let has_focus = document().active_element().is_some_and(|active| tree.contains(Some(&active)));
        if has_focus {
            request_animation_frame(move || focus_row(&tree, &lead));
        }
    });
    let on_key = move |event: ev::KeyboardEvent| {
        let understood = match canvas_key(&event) {
            Some(KeyAct::Send(input)) => {
                on_input.run(input);
                true
            }
            Some(KeyAct::Space) => {
                on_input.run(Input::Do { act: Act::ToggleCollapsed });
                true
            }
            Some(act) => acts.perform(&act, beside(&event)),
            None => false,
        };
        if understood {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let first = Memo::new(move |_| rows.read().first().map(|row| row.pointer.clone()));
    view! {
        <div
            node_ref=tree
            class="outline"
            role="tree"
            aria-label=move || t_string!(i18n, editor.outline.title)
            aria-multiselectable="true"
            on:keydown=on_key
            on:copy=move |event: ev::ClipboardEvent| {
                copy(editor.model, &event);
            }
            on:cut=move |event: ev::ClipboardEvent| {
                if let Some(input) = cut(editor.model, &event) {
                    on_input.run(input);
                }
            }
            on:paste=move |event: ev::ClipboardEvent| {
                if let Some(input) = paste(&event) {
                    on_input.run(input);
                }
            }
            on:scroll=move |_| {
                if let Some(tree) = tree.get_untracked() {
                    scrolled.set(f64::from(tree.scroll_top()));
                    height.set(f64::from(tree.client_height()));
                }
            }
        >
            <div class="outline__rows" style=move || format!("height:{}px", rows.read().len() as f64 * ROW)>
                <For each=move || drawn.get() key=|(index, row)| (*index, row.clone()) let:item>
                    {
                        let (index, row) = item;
                        let pointer = row.pointer.clone();
                        let selected = {
                            let pointer = pointer.clone();
                            Memo::new(move |_| editor.model.selected.read().contains(&pointer))
                        };
                        let tab = {
                            let pointer = pointer.clone();
                            move || {
                                let entry = editor.model.selection.get().or_else(|| first.get());
                                if entry.as_ref() == Some(&pointer) { "0" } else { "-1" }
                            }
                        };
                        let icon = match (&row.function, row.kind) {
                            (Some(function), _) => function_icon(function),
                            (None, kind) => kind.map_or(Icon::Alert, kind_icon),
                        };
                        let kind = row.kind;
                        let shown = pointer.clone();
                        let asked = pointer.clone();
                        view! {
                            <div
                                class="outline__row"
                                class:outline__row--selected=move || selected.get()
                                role="treeitem"
                                tabindex=tab
                                class:outline__row--off=row.off
                                aria-selected=move || selected.get().to_string()
                                attr:aria-level=(row.depth + 1).to_string()
                                attr:aria-posinset=row.place.0.to_string()
                                attr:aria-expanded=row.unfolded.map(|unfolded| unfolded.to_string())
                                attr:aria-setsize=row.place.1.to_string()
                                data-row=shown.as_str().to_owned()
                                style=format!("top:{}px;padding-left:{}px", index as f64 * ROW, 10 + row.depth.min(12) * 16)
                                on:click=move |event: ev::MouseEvent| {
                                    let pointer = pointer.clone();
                                    on_input.run(if event.shift_key() || event.ctrl_key() || event.meta_key() {
                                        Input::ToggleSelected { task: pointer }
                                    } else {
                                        Input::Select { pointer: Some(pointer) }
                                    });
                                }
                                on:dblclick=move |_| {
                                    if let Some(open) = acts.open {
                                        open.run(());
                                    }
                                }
                                on:contextmenu=move |event: ev::MouseEvent| {
                                    let Some(menu) = acts.menu else { return };
                                    event.prevent_default();
                                    if !editor.model.selected.read_untracked().contains(&asked) {
                                        on_input.run(Input::Select { pointer: Some(asked.clone()) });
                                    }
                                    menu.run(under(&event));
                                }
                            >
                                <IconView icon />
                                <span class="outline__name">{row.name}</span>
                                {row.catches.then(|| view! { <span class="outline__catch">{t!(i18n, editor.canvas.catch_lane)}</span> })}
                                {(row.unfolded == Some(false)).then(|| view! { <span class="outline__catch">"…"</span> })}
                                {row.off.then(|| view! { <span class="outline__catch">{t!(i18n, editor.badge.disabled_short)}</span> })}
                                <span class="visually-hidden">{move || kind_label(i18n, kind)}</span>
                            </div>
                        }
                    }
                </For>
            </div>
        </div>
    }
}

fn focus_row(tree: &web_sys::HtmlDivElement, pointer: &Pointer) {
    let Ok(rows) = tree.query_selector_all("[data-row]") else { return };
    let row = (0..rows.length())
        .filter_map(|index| rows.item(index)?.dyn_into::<web_sys::HtmlElement>().ok())
        .find(|row| row.get_attribute("data-row").as_deref() == Some(pointer.as_str()));
    if let Some(row) = row {
        // A row that has gone meanwhile cannot take the focus.
        let _ = row.focus();
    }
}

fn rows(document: &flow::Document, scene: &Scene) -> Vec<Row> {
    let tasks = view::tasks(document).filter(|task| task.origin == Origin::Flow);
    tasks
        // What the canvas does not show stands in a folded box.
        .filter_map(|task| Some((scene.node(&task.pointer)?, task)))
        .map(|(node, task)| {
            let beside = task.list.get(document.root()).and_then(|list| list.as_array()).map_or(1, Vec::len);
            Row {
                name: task.name.to_owned(),
                depth: task.depth,
                kind: task.kind,
                unfolded: if node.shape == NodeShape::Box {
                    Some(true)
                } else {
                    node.badges.iter().any(|badge| matches!(badge, Badge::Collapsed { .. })).then_some(false)
                },
                off: node.badges.contains(&Badge::Disabled),
                function: task.called().map(str::to_owned),
                catches: task.list.as_str().ends_with("/catch/do"),
                place: (task.index + 1, beside),
                pointer: task.pointer,
            }
        })
        .collect()
}
