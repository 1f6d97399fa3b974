//! The elements of the tasks that are drawn: each is made once, and written to where its face has changed.
//!
//! A pan brings dozens of tasks in at once and an edit moves hundreds, within one frame. A component with signals of its
//! own for each of them costs ten times what the browser needs for the element, so they are one effect here: it works
//! out what every task shows and compares that with what it showed before.

use std::collections::HashMap;

use canvas::{Point, Rect};
use flow::Pointer;
use leptos::prelude::*;
use leptos::{ev, html};
use leptos_i18n::I18nContext;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::gaps::style;
use super::node::{About, Face, NodeContext, Sign};
use super::settle::{glides, play};
use super::window::Drawn;
use crate::i18n::*;

const ICON: &str = r#"<svg class="icon" viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"><path/></svg>"#;

#[component]
pub(super) fn Nodes(context: NodeContext, drawn: Drawn) -> impl IntoView {
    let i18n = use_i18n();
    let root = NodeRef::<html::Div>::new();
    Effect::new(move |stage: Option<Option<Stage>>| {
        let root = root.get()?;
        let mut stage = stage.flatten().or_else(|| Stage::new(&root))?;
        stage.draw(context, drawn, i18n);
        Some(stage)
    });
    let on_click = move |event: ev::MouseEvent| {
        // A pointer's press was understood already; this is an activation by other means.
        if event.detail() != 0 {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let task = target.and_then(|target| target.closest("[data-pointer]").ok().flatten());
        let pointer = task.and_then(|task| Pointer::parse(&task.get_attribute("data-pointer")?));
        if pointer.is_some() {
            context.on_input.run(canvas::Input::Select { pointer });
        }
    };
    view! { <div node_ref=root class="flow__nodes" on:click=on_click></div> }
}

/// The elements, by the numbers that the window gave them.
struct Stage {
    root: HtmlElement,
    /// A card with nothing in it yet, and an icon.
    card: Element,
    icon: Element,
    made: HashMap<u64, Made>,
    order: Vec<u64>,
    /// Where the scene's start was, and at which revision of the document.
    before: Option<(Point, u64)>,
}

struct Made {
    face: Face,
    root: HtmlElement,
    icon: Element,
    title: Element,
    under: Element,
    signs: Element,
}

impl Stage {
    fn new(root: &HtmlElement) -> Option<Self> {
        let workshop = document().create_element("div").ok()?;
        workshop.set_inner_html(&format!(
            r#"<div class="node"><div class="node__header"><span class="node__icon">{ICON}</span><span class="node__text"><span class="node__title"></span><span class="node__subtitle"></span></span><span class="node__badges"></span></div></div>{ICON}"#
        ));
        Some(Self {
            root: root.clone(),
            card: workshop.first_element_child()?,
            icon: workshop.last_element_child()?,
            made: HashMap::new(),
            order: Vec::new(),
            before: None,
        })
    }

    /// Brings the page up to date with everything that the nodes show. Tracked.
    fn draw(&mut self, context: NodeContext, drawn: Drawn, i18n: I18nContext<Locale>) {
        let model = context.model;
        let order = drawn.order.read();
        model.texts.track();
        let (status, functions, flags) =
            (context.status.read(), context.functions.read(), context.flags.read());
        let (selected, dragged, entry) = (model.selected.read(), model.dragged.read(), context.entry.read());
        // Told of by the order, which is told anew with every scene.
        let (scene, elements) = (model.scene.read_untracked(), model.elements.read_untracked());
        let now = (scene.start.center(), model.revision.get_untracked());
        let moves = self.before.filter(|before| before.1 != now.1).map(|before| before.0);
        let moves = moves.filter(|_| glides(model, order.len()));
        self.before = Some(now);
        for id in order.iter() {
            // A node that has just left the scene keeps its last look until it is taken away.
            let Some(node) = elements.get(id).and_then(|pointer| scene.node(pointer)) else { continue };
            let about = About {
                status: status.get(&node.pointer),
                flag: flags.get(&node.pointer).copied(),
                functions: &functions,
                selected: selected.contains(&node.pointer),
                dragged: dragged.contains(&node.pointer),
                entry: entry.as_ref() == Some(&node.pointer),
            };
            let face = Face::new(node, about, i18n);
            match self.made.get_mut(id) {
                Some(made) => {
                    let way = moves.map(|start| way((made.face.rect, start), (face.rect, now.0)));
                    made.show(face, &self.icon);
                    if let Some(way) = way {
                        play(&made.root, way);
                    }
                }
                None => {
                    if let Some(made) = Made::new(&self.card, face, &self.icon) {
                        self.made.insert(*id, made);
                    }
                }
            }
        }
        self.arrange(&order);
    }

    /// Takes away what is not drawn any more, and puts the rest into its order: that of the document.
    fn arrange(&mut self, order: &[u64]) {
        if self.order == order {
            return;
        }
        let stays: std::collections::HashSet<u64> = order.iter().copied().collect();
        self.made.retain(|id, made| {
            let stays = stays.contains(id);
            if !stays {
                made.root.remove();
            }
            stays
        });
        let mut next = self.root.first_element_child();
        for made in order.iter().filter_map(|id| self.made.get(id)) {
            let element: &Element = &made.root;
            if next.as_ref() == Some(element) {
                next = element.next_element_sibling();
                continue;
            }
            // An element of ours goes before one of ours, or to the end.
            let _ = self.root.insert_before(element, next.as_deref());
        }
        self.order = order.to_vec();
    }
}

/// How far a node seems to have come, with the scene's start, which stays where it is on the screen.
fn way((from, start): (Rect, Point), (to, now): (Rect, Point)) -> Point {
    Point { x: from.x - start.x - (to.x - now.x), y: from.y - start.y - (to.y - now.y) }
}

impl Made {
    fn new(card: &Element, face: Face, icon: &Element) -> Option<Self> {
        let root: HtmlElement = card.clone_node_with_deep(true).ok()?.unchecked_into();
        let header = root.first_element_child()?;
        let signs = header.last_element_child()?;
        let text = signs.previous_element_sibling()?;
        let path = header.first_element_child()?.first_element_child()?.first_element_child()?;
        let (title, under) = (text.first_element_child()?, text.last_element_child()?);
        let mut made = Self { face, root, icon: path, title, under, signs };
        made.write(None, icon);
        Some(made)
    }

    fn show(&mut self, face: Face, icon: &Element) {
        if self.face != face {
            let before = std::mem::replace(&mut self.face, face);
            self.write(Some(&before), icon);
        }
    }

    /// Writes what is not as it was before.
    fn write(&mut self, before: Option<&Face>, icon: &Element) {
        let face = &self.face;
        let changed = |differs: &dyn Fn(&Face) -> bool| before.is_none_or(differs);
        if changed(&|before| before.rect != face.rect) {
            web_sys::HtmlElement::style(&self.root).set_css_text(&style(face.rect));
        }
        if changed(&|before| before.class != face.class) {
            self.root.set_class_name(&face.class);
        }
        if changed(&|before| before.icon != face.icon) {
            put(&self.icon, "d", Some(face.icon.path()));
        }
        if changed(&|before| before.title != face.title) {
            self.title.set_text_content(Some(&face.title));
        }
        if changed(&|before| before.under != face.under) {
            self.under.set_text_content(Some(&face.under));
        }
        if before.map_or(!face.signs.is_empty(), |before| before.signs != face.signs) {
            self.signs.set_text_content(None);
            for sign in &face.signs {
                // What the browser refuses to make is not shown.
                let _ = sign_element(sign, icon).map(|sign| self.signs.append_child(&sign));
            }
        }
        let Some(pointer) = &face.pointer else { return };
        if before.is_none() {
            put(&self.root, "role", Some("button"));
        }
        if changed(&|before| before.pointer.as_ref() != Some(pointer)) {
            put(&self.root, "data-pointer", Some(pointer.as_str()));
        }
        if changed(&|before| before.label != face.label) {
            put(&self.root, "aria-label", Some(&face.label));
        }
        if changed(&|before| before.selected != face.selected) {
            put(&self.root, "aria-pressed", Some(if face.selected { "true" } else { "false" }));
        }
        if changed(&|before| before.entry != face.entry) {
            put(&self.root, "tabindex", Some(if face.entry { "0" } else { "-1" }));
        }
        if changed(&|before| before.kind != face.kind) {
            put(&self.root, "data-kind", Some(face.kind));
        }
        if before.map_or(face.colour.is_some(), |before| before.colour != face.colour) {
            put(&self.root, "data-colour", face.colour);
        }
        if before.map_or(face.status.is_some(), |before| before.status != face.status) {
            put(&self.root, "data-status", face.status.as_deref());
        }
    }
}

/// An attribute that the browser knows is not refused.
fn put(element: &Element, name: &str, value: Option<&str>) {
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

fn sign_element(sign: &Sign, icon: &Element) -> Option<Element> {
    let root = document().create_element("span").ok()?;
    root.set_class_name(&sign.class);
    put(&root, "title", Some(&sign.title));
    if let Some(own) = sign.icon {
        let drawn: Element = icon.clone_node_with_deep(true).ok()?.unchecked_into();
        put(&drawn.first_element_child()?, "d", Some(own.path()));
        root.append_child(&drawn).ok()?;
    }
    for (words, class) in [(&sign.text, ""), (&sign.heard, "visually-hidden")] {
        if words.is_empty() {
            continue;
        }
        let place = document().create_element("span").ok()?;
        if !class.is_empty() {
            place.set_class_name(class);
        }
        place.set_text_content(Some(words));
        root.append_child(&place).ok()?;
    }
    Some(root)
}
