//! Which tasks are elements now: those of the window, a few more with every frame while it grows.

use std::collections::{BTreeMap, HashMap};

use canvas::{Rect, Scene, Viewport, Window};
use flow::Pointer;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use super::CanvasModel;

/// So many elements come with one frame; with the first, all that are in sight, and this many at most.
const AT_ONCE: usize = 16;
const AT_FIRST: usize = 90;

/// A zoom that pauses so long, in milliseconds, is over.
const PAUSE: f64 = 140.0;

/// What is drawn as elements.
#[derive(Clone, Copy)]
pub(super) struct Drawn {
    pub(super) window: RwSignal<Window>,
    /// The elements, in the order of the scene; told anew with every scene.
    pub(super) order: RwSignal<Vec<u64>>,
    /// Something in sight is not an element: the picture shows it.
    pub(super) lacking: RwSignal<bool>,
    /// The canvas moves under somebody's hands.
    pub(super) moving: RwSignal<bool>,
    /// A zoom goes on.
    pub(super) zooming: RwSignal<bool>,
}

/// Times of what happened last, in milliseconds.
#[derive(Clone, Copy, Default)]
struct Last {
    moved: f64,
    zoomed: f64,
}

/// Follows the viewport and the scene. Call it while the component is set up.
pub(super) fn follow(model: CanvasModel) -> Drawn {
    let drawn = Drawn {
        window: RwSignal::new(Window::default()),
        order: RwSignal::new(Vec::new()),
        lacking: RwSignal::new(false),
        moving: RwSignal::new(false),
        zooming: RwSignal::new(false),
    };
    let zooming = drawn.zooming;
    watch_moves(model, drawn.moving, zooming);
    Effect::new(move |_| {
        let viewport = model.viewport.get();
        let held = zooming.get();
        model.scene.with(|scene| {
            let before = drawn.window.get_untracked();
            let now = before.followed(scene, &viewport, held);
            if now != before {
                drawn.window.set(now);
            }
            let lacking = now.far || !now.covers(scene, &viewport.visible());
            if !lacking {
                return;
            }
            if !drawn.lacking.get_untracked() {
                drawn.lacking.set(true);
            }
        });
    });
    let next = StoredValue::new(0_u64);
    // Grows when there are elements left to come.
    let turn = RwSignal::new(0_u32);
    Effect::new(move |_| {
        turn.track();
        let window = drawn.window.get();
        let viewport = model.viewport.get_untracked();
        let (elements, order, left) = model.scene.with(|scene| {
            let before = model.elements.read_untracked();
            next.try_update_value(|next| take(scene, &window, &viewport, &before, next)).unwrap_or_default()
        });
        model.draw(elements);
        // Told with every scene, changed or not: the nodes are drawn anew when the elements are known.
        drawn.order.set(order);
        if left {
            drawn.lacking.set(true);
            request_animation_frame(move || {
                // The page may have gone.
                let _ = turn.try_update(|turn| *turn = turn.wrapping_add(1));
            });
        }
    });
    // What was lacking is there once the window covers what is seen and all of its elements have come.
    Effect::new(move |_| {
        let (viewport, window) = (model.viewport.get(), drawn.window.get());
        let count = drawn.order.with(Vec::len);
        let lacks = model.scene.with(|scene| {
            window.far
                || !window.covers(scene, &viewport.visible())
                || scene.nodes_in(&window.area).len() > count
        });
        if drawn.lacking.get_untracked() != lacks {
            drawn.lacking.set(lacks);
        }
    });
    drawn
}

/// The elements of a window: those that are there already, and a few more, the nearest to the middle first.
fn take(
    scene: &Scene,
    window: &Window,
    viewport: &Viewport,
    before: &BTreeMap<u64, Pointer>,
    next: &mut u64,
) -> (BTreeMap<u64, Pointer>, Vec<u64>, bool) {
    let known: HashMap<&Pointer, u64> = before.iter().map(|(id, pointer)| (pointer, *id)).collect();
    let wanted = scene.nodes_in(&window.area);
    let mut fresh: Vec<usize> =
        wanted.iter().copied().filter(|node| !known.contains_key(&scene.nodes[*node].pointer)).collect();
    let seen = viewport.visible();
    let in_sight = || fresh.iter().filter(|node| scene.nodes[**node].rect.overlaps(&seen)).count();
    let room = if *next == 0 { in_sight().clamp(AT_ONCE, AT_FIRST) } else { AT_ONCE };
    let left = fresh.len() > room;
    if left {
        let middle = seen.center();
        let far = |node: &usize| distance(&scene.nodes[*node].rect, &seen, middle);
        fresh.sort_by(|one, other| far(one).total_cmp(&far(other)));
        fresh.truncate(room);
        fresh.sort_unstable();
    }
    let mut elements = BTreeMap::new();
    let mut order = Vec::with_capacity(wanted.len());
    for node in wanted {
        let pointer = &scene.nodes[node].pointer;
        let id = match known.get(pointer) {
            Some(id) => *id,
            None if fresh.binary_search(&node).is_ok() => {
                *next += 1;
                *next
            }
            None => continue,
        };
        elements.insert(id, pointer.clone());
        order.push(id);
    }
    (elements, order, left)
}

/// What is seen comes before what is not.
fn distance(rect: &Rect, seen: &Rect, middle: canvas::Point) -> f64 {
    rect.distance(middle) + if rect.overlaps(seen) { 0.0 } else { seen.width + seen.height }
}

/// Tells when the canvas moves, and when a zoom goes on, without a timer for each step.
fn watch_moves(model: CanvasModel, moving: RwSignal<bool>, zooming: RwSignal<bool>) {
    let last = StoredValue::new(Last::default());
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |before: Option<Viewport>| {
        let viewport = model.viewport.get();
        let Some(before) = before.filter(|before| before.size.width > 0.0) else { return viewport };
        if viewport.size != before.size || viewport == before {
            return viewport;
        }
        let now = js_sys::Date::now();
        let mut times = last.get_value();
        times.moved = now;
        if viewport.zoom != before.zoom {
            // The first step may be the only one: a button, not a wheel.
            if now - times.zoomed < PAUSE && !zooming.get_untracked() {
                zooming.set(true);
            }
            times.zoomed = now;
        }
        // One step alone is a button or a key; with the second one it is a hand that moves.
        let goes_on = now - last.get_value().moved < PAUSE;
        last.set_value(times);
        if goes_on && !moving.get_untracked() {
            moving.set(true);
            rest(last, timer, moving, zooming, PAUSE);
        }
        viewport
    });
    on_cleanup(move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    });
}

fn rest(
    last: StoredValue<Last>,
    timer: StoredValue<Option<TimeoutHandle>>,
    moving: RwSignal<bool>,
    zooming: RwSignal<bool>,
    wait: f64,
) {
    let handle = set_timeout_with_handle(
        move || {
            // The page may have gone.
            let Some(times) = last.try_get_value() else { return };
            let now = js_sys::Date::now();
            if now - times.zoomed >= PAUSE && zooming.try_get_untracked() == Some(true) {
                zooming.set(false);
            }
            let left = PAUSE - (now - times.moved);
            if left > 0.0 {
                rest(last, timer, moving, zooming, left);
            } else {
                let _ = moving.try_set(false);
            }
        },
        std::time::Duration::from_millis(wait.clamp(1.0, PAUSE) as u64 + 1),
    );
    let _ = timer.try_update_value(|timer| *timer = handle.ok());
}
