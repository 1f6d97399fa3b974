//! What an open editor knows, as a handle that its parts share.

mod parts;
mod upkeep;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use canvas::{Effect as CanvasEffect, Input};
use flow::{Catalog, CatalogFunction, Document, ParseError, Pointer, Problem, Severity};
use leptos::html;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use leptos_use::use_media_query;
use serde_json::Value;
use wire::error::ProblemReport;
use wire::plugin::Plugin;

use super::draft::Drafts;
use super::news::{self, News};
use super::simulate::Simulating;
use super::source::SourceText;
use crate::i18n::*;
use crate::ui::flow_canvas::{CanvasModel, refusal_text, stored_options};
use crate::ui::preferences::{store, stored};
use crate::ui::{Toasts, use_toasts};

pub(super) use parts::{Aim, Panel, Published, Sheet, Tab};

/// Where the chosen view is remembered.
const VIEW_KEY: &str = "mas.editor.view";

#[derive(Clone, Copy)]
pub(super) struct Editor {
    pub(super) model: CanvasModel,
    pub(super) i18n: I18nContext<Locale>,
    pub(super) toasts: Toasts,
    pub(super) read_only: Signal<bool>,
    pub(super) plugins: RwSignal<Arc<Vec<Plugin>>>,
    pub(super) published: RwSignal<Option<Published>>,
    /// The definition as it was published, or as a new one begins.
    pub(super) base: RwSignal<Arc<Value>>,
    pub(super) dirty: RwSignal<bool>,
    pub(super) found: RwSignal<Vec<Problem>>,
    /// What of it was found by making a program.
    unstartable: StoredValue<Vec<Problem>>,
    /// What the service found, until the next change.
    pub(super) refused: RwSignal<Vec<ProblemReport>>,
    /// The gap that the next task of the palette goes to.
    pub(super) place: RwSignal<Option<(Pointer, usize)>>,
    pub(super) news: RwSignal<Option<News>>,
    /// What a screen reader is told.
    pub(super) spoken: RwSignal<String>,
    /// What was chosen; [`Editor::layout`] is what is seen.
    pub(super) tab: RwSignal<Tab>,
    narrow: Signal<bool>,
    pub(super) panel: RwSignal<Option<Panel>>,
    pub(super) sheet: RwSignal<Option<Sheet>>,
    pub(super) problems_open: RwSignal<bool>,
    pub(super) simulating: Simulating,
    pub(super) aim: RwSignal<Option<Aim>>,
    /// The definition as text.
    pub(super) source: SourceText,
    pub(super) surface: NodeRef<html::Div>,
    /// The workflow has been seen: what stands beside it comes now.
    pub(super) seen: RwSignal<bool>,
    pub(super) drafts: StoredValue<Drafts>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl Editor {
    /// Call it while the component is set up: it lives as long.
    pub(super) fn new(published: Option<Published>, document: Document, read_only: Signal<bool>) -> Self {
        let base = Arc::new(document.root().clone());
        let drafts = Drafts::new(published.as_ref().map(|published| published.workflow_id.as_str()));
        let editor = Self {
            model: CanvasModel::new(document, stored_options()),
            i18n: use_i18n(),
            toasts: use_toasts(),
            read_only,
            plugins: RwSignal::new(Arc::default()),
            published: RwSignal::new(published),
            base: RwSignal::new(base),
            dirty: RwSignal::new(false),
            found: RwSignal::new(Vec::new()),
            unstartable: StoredValue::new(Vec::new()),
            refused: RwSignal::new(Vec::new()),
            place: RwSignal::new(None),
            news: RwSignal::new(None),
            spoken: RwSignal::new(String::new()),
            tab: RwSignal::new(stored(VIEW_KEY).and_then(|word| Tab::parse(&word)).unwrap_or(Tab::Canvas)),
            narrow: use_media_query("(max-width: 900px)"),
            panel: RwSignal::new(None),
            sheet: RwSignal::new(None),
            problems_open: RwSignal::new(false),
            simulating: Simulating::new(),
            aim: RwSignal::new(None),
            source: SourceText::new(),
            surface: NodeRef::new(),
            seen: RwSignal::new(false),
            drafts: StoredValue::new(drafts),
            timer: StoredValue::new(None),
        };
        // What is drawn comes first, then what stands beside it, then the check. That is no change: leaving the page
        // meanwhile must not touch the draft.
        let check = move || {
            if editor.timer.try_get_value().is_some() {
                editor.check();
            }
        };
        let beside = move || {
            let _ = editor.seen.try_set(true);
            set_timeout(check, Duration::ZERO);
        };
        request_animation_frame(move || set_timeout(beside, Duration::ZERO));
        editor
    }

    /// Sends an input to the session and performs what follows from it. The one way to change anything.
    pub(super) fn send(&self, input: Input) {
        if !only_looks(&input) {
            if self.read_only.get_untracked() {
                return;
            }
            // What was typed comes first; where it is no definition, a change here would be lost to it later.
            if !self.source.settle(*self) {
                self.news.set(Some(News::bad(t_string!(self.i18n, editor.source.in_the_way).to_owned())));
                return;
            }
        }
        self.perform(input);
    }

    /// As [`Editor::send`], for what the source view itself changes.
    pub(super) fn perform(&self, input: Input) {
        for effect in self.model.send(input) {
            match effect {
                CanvasEffect::DocumentChanged => self.changed(),
                CanvasEffect::SelectionChanged => self.place.set(None),
                CanvasEffect::Refused { refusal } => {
                    self.news.set(Some(News::bad(refusal_text(self.i18n, &refusal))));
                }
                CanvasEffect::Warned { warning } => {
                    self.news.set(Some(News::good(news::warning(self.i18n, &warning))));
                }
                CanvasEffect::Announce { announcement } => {
                    self.spoken.set(news::announcement(self.i18n, &announcement));
                }
                CanvasEffect::SceneChanged
                | CanvasEffect::TextsChanged
                | CanvasEffect::ViewportChanged
                | CanvasEffect::PreviewChanged => {}
            }
        }
    }

    /// The text to publish.
    pub(super) fn definition(&self) -> String {
        self.model.read(|session| session.document().to_json())
    }

    /// The workflow's name as it is edited now, tracked.
    pub(super) fn name(&self) -> String {
        self.model.revision.track();
        self.model.read(|session| session.document().view().name.to_owned())
    }

    pub(super) fn message(&self, problem: &Problem) -> String {
        if self.i18n.get_locale() == Locale::zh_CN {
            problem.message_zh.clone()
        } else {
            problem.message_en.clone()
        }
    }

    /// Why a text is no definition, in the language of the console.
    pub(super) fn spoken(&self, error: &ParseError) -> String {
        if self.i18n.get_locale() == Locale::zh_CN { error.message_zh.clone() } else { error.message.clone() }
    }

    pub(super) fn plugin(&self, call: &str) -> Option<Plugin> {
        self.plugins.read().iter().find(|plugin| plugin.call == call).cloned()
    }

    /// Selects what a pointer names and brings its field, or its place in the text, into focus.
    pub(super) fn go_to(&self, pointer: Pointer) {
        if self.source.is_wrong() && untrack(|| self.layout()) == Tab::Canvas {
            self.show(Tab::Source);
        }
        self.send(Input::Select { pointer: Some(pointer.clone()) });
        if untrack(|| self.layout()) != Tab::Canvas {
            self.source.aim.set(Some(pointer));
            return;
        }
        self.panel.set(Some(Panel::Inspector));
        self.aim.update(|aim| {
            let count = aim.as_ref().map_or(0, |aim| aim.count.wrapping_add(1));
            *aim = Some(Aim { pointer, count });
        });
    }

    /// The functions that tasks may call.
    pub(super) fn catalog(&self) -> Catalog {
        let mut catalog = Catalog::default();
        self.plugins.with_untracked(|plugins| {
            for plugin in plugins.iter() {
                let input_schema = plugin.input_schema.clone();
                catalog.insert(plugin.call.clone(), CatalogFunction { input_schema });
            }
        });
        catalog
    }

    /// The document was published as it was when `definition` was sent.
    pub(super) fn saved(&self, published: Published, definition: &str) {
        self.base.set(Arc::new(serde_json::from_str(definition).unwrap_or_default()));
        self.drafts.update_value(|drafts| {
            drafts.forget();
            drafts.belong_to(&published.workflow_id);
        });
        self.published.set(Some(published));
        self.compare();
        self.keep();
    }

    /// What is shown: on a narrow screen never both.
    pub(super) fn layout(&self) -> Tab {
        match self.tab.get() {
            Tab::Split if self.narrow.get() => Tab::Canvas,
            tab => tab,
        }
    }

    /// Shows another view, and remembers it.
    pub(super) fn show(&self, tab: Tab) {
        self.source.settle(*self);
        store(VIEW_KEY, tab.word());
        self.tab.set(tab);
    }

    /// Problems by the task they belong to, for the canvas.
    pub(super) fn flags(&self) -> Memo<HashMap<Pointer, Severity>> {
        let editor = *self;
        Memo::new(move |_| {
            let scene = editor.model.scene.read();
            let mut flags = HashMap::new();
            for problem in editor.found.read().iter() {
                let mut place = Some(problem.pointer.clone());
                while let Some(pointer) = place {
                    if scene.find(&pointer).is_some() {
                        let flag = flags.entry(pointer).or_insert(problem.severity);
                        *flag = (*flag).min(problem.severity);
                        break;
                    }
                    place = pointer.parent();
                }
            }
            flags
        })
    }
}

/// Whether an input leaves the document as it is.
fn only_looks(input: &Input) -> bool {
    matches!(
        input,
        Input::Wheel { .. }
            | Input::Select { .. }
            | Input::ToggleCollapsed { .. }
            | Input::SetDirection { .. }
            | Input::Resized { .. }
            | Input::Fit
            | Input::FitSelection
            | Input::CenterOn { .. }
            | Input::Tick { .. }
            | Input::ToggleSelected { .. }
            | Input::ZoomBy { .. }
            | Input::ZoomTo { .. }
            | Input::PointerMoved { .. }
            | Input::PointerUp { .. }
            | Input::PointerCancelled
            | Input::FieldVisitEnded
    )
}
