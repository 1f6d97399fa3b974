//! What the parts of the timeline share: the chart, the part of it that is seen, and the row that the keyboard is at.

use std::sync::Arc;

use leptos::prelude::*;

use super::axis::{Scale, Span, View};
use super::chart::Chart;
use crate::runs::run::Run;

/// Pixels. `style/timeline.css` says the same.
const NAMES: f64 = 248.0;
const ROW: f64 = 30.0;
/// On a phone a name stands above its bars.
const NARROW_ROW: f64 = 46.0;
/// The height of the axis above the rows.
pub(super) const HEAD: f64 = 28.0;

#[derive(Clone, Copy)]
pub(super) struct Board {
    pub run: Run,
    pub chart: Memo<Arc<Chart>>,
    /// Milliseconds since the epoch; stands still when the run is over.
    pub now: Memo<f64>,
    pub is_narrow: Signal<bool>,
    pub view: RwSignal<View>,
    /// The pixels of the plot with its names.
    pub width: RwSignal<f64>,
    pub whole: Memo<Span>,
    pub scale: Memo<Scale>,
    /// The pointer of the task whose row the keyboard is at.
    pub active: RwSignal<Option<String>>,
    /// The row at which the keyboard is, else the selected one, else the first.
    pub active_index: Memo<Option<usize>>,
}

impl Board {
    pub(super) fn new(run: Run, chart: Memo<Arc<Chart>>, now: Memo<f64>, is_narrow: Signal<bool>) -> Self {
        let (view, width) = (RwSignal::new(View::Whole), RwSignal::new(0.0));
        let whole = Memo::new(move |_| Span::of_run(&chart.read(), now.get()));
        let scale = Memo::new(move |_| {
            let names = if is_narrow.get() { 0.0 } else { NAMES };
            Scale { span: view.get().span(whole.get()), width: (width.get() - names).max(1.0) }
        });
        let active = RwSignal::new(None::<String>);
        let active_index = Memo::new(move |_| {
            let (chart, active, selected) = (chart.read(), active.read(), run.selected.read());
            let named = active.as_deref().or_else(|| selected.as_ref().map(|one| one.pointer.as_str()));
            named.and_then(|pointer| chart.position(pointer)).or((!chart.rows.is_empty()).then_some(0))
        });
        Self { run, chart, now, is_narrow, view, width, whole, scale, active, active_index }
    }

    /// Pixels from the left edge to the axis.
    pub(super) fn names(&self) -> f64 {
        if self.is_narrow.get() { 0.0 } else { NAMES }
    }

    pub(super) fn row_height(&self) -> f64 {
        if self.is_narrow.get() { NARROW_ROW } else { ROW }
    }

    /// The top of a bar within its row, and its height.
    pub(super) fn bar(&self) -> (f64, f64) {
        if self.is_narrow.get() { (25.0, 14.0) } else { (7.0, 15.0) }
    }

    /// Zooms about a place on the axis, in pixels from its left.
    pub(super) fn zoom(&self, x: f64, factor: f64) {
        let (whole, at) = (self.whole.get_untracked(), self.scale.get_untracked().part(x));
        self.change(|view| view.zoomed(whole, at, factor));
    }

    /// Zooms about the middle of what is seen.
    pub(super) fn zoom_middle(&self, factor: f64) {
        self.zoom(self.scale.get_untracked().width / 2.0, factor);
    }

    /// Moves by a part of what is seen.
    pub(super) fn pan(&self, by: f64) {
        let whole = self.whole.get_untracked();
        self.change(|view| view.panned(whole, by));
    }

    pub(super) fn change(&self, change: impl FnOnce(View) -> View) {
        let before = self.view.get_untracked();
        let after = change(before);
        if before != after {
            self.view.set(after);
        }
    }

    /// Opens the panel of a task: of the instance that is meant, else of the one that stands for the row.
    pub(super) fn select(&self, index: usize, task_id: Option<String>) {
        let chart = self.chart.get_untracked();
        let Some(row) = chart.rows.get(index) else { return };
        self.active.set(Some(row.pointer.clone()));
        let task = task_id.or_else(|| row.leading().map(|bar| bar.task_id.clone()));
        self.run.select(Some(task.unwrap_or_else(|| row.pointer.clone())));
    }
}
