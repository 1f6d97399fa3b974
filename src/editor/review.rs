//! The last look before saving: what will be different, and whether it is a new version.

use canvas::Input;
use flow::compare::{ChangeKind, Comparison, compare};
use flow::{Document, Pointer};
use leptos::prelude::*;

use super::save::Saver;
use super::state::Editor;
use crate::i18n::*;
use crate::ui::changes::Changes;
use crate::ui::{Dialog, DialogSize};

#[component]
pub(super) fn ReviewDialog(editor: Editor, saver: Saver) -> impl IntoView {
    let i18n = use_i18n();
    let comparison = editor.comparison();
    let close = Callback::new(move |()| saver.review.set(None));
    let version = editor.model.read(|session| session.document().view().version.to_owned());
    // Who has changed the version already needs no other one.
    let raised = comparison.fields.iter().all(|field| field.at.as_str() != "/document/version");
    let next = raised.then(|| next_version(&version)).flatten();
    let raises = RwSignal::new(false);
    let summary = summary(&comparison);
    let save = {
        let next = next.clone();
        move |_| {
            if let Some(next) = next.clone().filter(|_| raises.get_untracked()) {
                let at = Pointer::root().child("document").child("version");
                editor.send(Input::SetMember { at, value: next.into() });
                editor.send(Input::FieldVisitEnded);
            }
            saver.confirm();
        }
    };
    view! {
        <Dialog title=Signal::derive(move || t_string!(i18n, editor.review.title).to_owned()) on_close=close size=DialogSize::Wide>
            <p class="muted">{move || t_string!(i18n, editor.review.summary, added = summary[0], removed = summary[1], changed = summary[2], moved = summary[3])}</p>
            <div class="changes__frame"><Changes comparison /></div>
            {next.map(|next| view! {
                <label class="review__raise">
                    <input type="checkbox" class="checkbox" prop:checked=move || raises.get() on:change=move |event| raises.set(event_target_checked(&event)) />
                    <span>{move || t_string!(i18n, editor.review.raise, from = version.clone(), to = next.clone())}</span>
                </label>
            })}
            <div class="dialog__actions">
                <button type="button" class="button" on:click=move |_| close.run(())>{t!(i18n, common.action.cancel)}</button>
                <button type="button" class="button button--primary" autofocus="" disabled=move || saver.busy() on:click=save>{t!(i18n, editor.review.save)}</button>
            </div>
        </Dialog>
    }
}

/// How many tasks were added, removed, changed and moved.
fn summary(comparison: &Comparison) -> [usize; 4] {
    [ChangeKind::Added, ChangeKind::Removed, ChangeKind::Changed, ChangeKind::Moved]
        .map(|kind| comparison.count(kind))
}

/// The next patch version of a semantic version; none of what is no such version.
fn next_version(version: &str) -> Option<String> {
    let core = version.split(['-', '+']).next()?;
    let mut parts = core.split('.').map(|part| part.parse::<u64>().ok());
    let (major, minor, patch) = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then(|| format!("{major}.{minor}.{}", patch.saturating_add(1)))
}

impl Editor {
    /// What is different from what was published.
    pub(super) fn comparison(&self) -> Comparison {
        let base = Document::from_value(self.base.with_untracked(|base| (**base).clone()));
        self.model.read(|session| compare(&base, session.document()))
    }
}

#[cfg(test)]
mod tests {
    use super::next_version;

    #[test]
    fn the_next_version_is_a_patch_of_what_is_a_version() {
        assert_eq!(next_version("1.0.9").as_deref(), Some("1.0.10"));
        assert_eq!(next_version("1.2.3-beta.1").as_deref(), Some("1.2.4"));
        assert_eq!(next_version("latest"), None);
        assert_eq!(next_version("1.2"), None);
        assert_eq!(next_version("1.2.3.4"), None);
    }
}
