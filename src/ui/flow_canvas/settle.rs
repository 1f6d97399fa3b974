//! After an edit tasks glide to where they are now, so that the eye can follow them.
//!
//! The style sheet moves them, and does not where people asked for less motion. Here is when: not under a drag, not under
//! a pan, and not where so much is drawn that the glide would stutter.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use super::CanvasModel;

/// As long as the style sheet takes.
const GLIDE: Duration = Duration::from_millis(200);

/// More elements than this jump.
const MOST: usize = 80;

/// Whether what an edit moved is on its way.
pub(super) fn settling(model: CanvasModel) -> Signal<bool> {
    let settles = RwSignal::new(false);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |before: Option<u64>| {
        model.scene.track();
        let revision = model.revision.get_untracked();
        let edited = before.is_some_and(|before| before != revision);
        let few = model.elements.read_untracked().len() <= MOST;
        if edited && few && model.preview.read_untracked().is_none() {
            settles.set(true);
            timer.update_value(|timer| {
                if let Some(timer) = timer.take() {
                    timer.clear();
                }
                // The page may have gone by then.
                *timer = set_timeout_with_handle(
                    move || {
                        let _ = settles.try_set(false);
                    },
                    GLIDE,
                )
                .ok();
            });
        }
        revision
    });
    // Whoever pans meanwhile must not wait for the glide.
    Effect::new(move |before: Option<u64>| {
        model.viewport.track();
        let revision = model.revision.get_untracked();
        if before == Some(revision) && settles.get_untracked() {
            settles.set(false);
        }
        revision
    });
    on_cleanup(move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    });
    settles.into()
}
