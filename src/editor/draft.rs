//! Drafts: every change is kept in this browser, by workflow and by tab, until it is published or discarded.

mod banner;

pub(super) use banner::{DraftBanner, offered_draft};

use serde::{Deserialize, Serialize};

const PREFIX: &str = "mas.draft.";
const TAB_KEY: &str = "mas.tab";
/// The name of what is not published yet.
const NEW: &str = "new";

/// An edit that was not published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Draft {
    pub(super) definition: String,
    /// What stood in the source beside the definition: text that is none yet, or text with comments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
    /// Milliseconds since the epoch.
    pub(super) at: f64,
    /// The revision that it was made from; 0 for a new workflow.
    pub(super) revision: u64,
}

/// The drafts of one workflow.
#[derive(Clone, Debug)]
pub(super) struct Drafts {
    workflow: String,
    tab: String,
}

impl Drafts {
    pub(super) fn new(workflow_id: Option<&str>) -> Self {
        Self { workflow: workflow_id.unwrap_or(NEW).to_owned(), tab: tab() }
    }

    /// The draft of this tab, else the newest that another tab has left. The name is for [`Drafts::discard`].
    pub(super) fn found(&self) -> Option<(String, Draft)> {
        let read = |key: &str| serde_json::from_str::<Draft>(&local()?.get_item(key).ok()??).ok();
        if let Some(own) = read(&self.key()) {
            return Some((self.key(), own));
        }
        let prefix = format!("{PREFIX}{}.", self.workflow);
        let storage = local()?;
        let keys =
            (0..storage.length().unwrap_or_default()).filter_map(|index| storage.key(index).ok().flatten());
        keys.filter(|key| key.starts_with(&prefix))
            .filter_map(|key| read(&key).map(|draft| (key, draft)))
            .max_by(|left, right| left.1.at.total_cmp(&right.1.at))
    }

    /// Writes the draft of this tab, or takes it away. False where the browser has no room or forbids it.
    pub(super) fn keep(&self, draft: Option<&Draft>) -> bool {
        let Some(draft) = draft else {
            self.forget();
            return true;
        };
        let Ok(text) = serde_json::to_string(draft) else { return false };
        local().is_some_and(|storage| storage.set_item(&self.key(), &text).is_ok())
    }

    /// Takes the draft of this tab away.
    pub(super) fn forget(&self) {
        Self::discard(&self.key());
    }

    pub(super) fn discard(key: &str) {
        if let Some(storage) = local() {
            // What is not there cannot be taken away, and need not.
            let _ = storage.remove_item(key);
        }
    }

    /// A new workflow has got its id.
    pub(super) fn belong_to(&mut self, workflow_id: &str) {
        self.workflow = workflow_id.to_owned();
    }

    /// Gives a draft of this tab a name of its own, so that what comes next does not write over it. Answers its name.
    pub(super) fn set_aside(&self, key: String, draft: &Draft) -> String {
        if key != self.key() {
            return key;
        }
        let (Ok(text), Some(storage)) = (serde_json::to_string(draft), local()) else { return key };
        let aside = format!("{PREFIX}{}.{}", self.workflow, fresh());
        // There may be room for it only once.
        Self::discard(&key);
        if storage.set_item(&aside, &text).is_ok() {
            return aside;
        }
        let _ = storage.set_item(&key, &text);
        key
    }

    fn key(&self) -> String {
        format!("{PREFIX}{}.{}", self.workflow, self.tab)
    }
}

/// A name for this tab that survives a reload.
fn tab() -> String {
    let session = web_sys::window().and_then(|window| window.session_storage().ok().flatten());
    let known = session.as_ref().and_then(|session| session.get_item(TAB_KEY).ok().flatten());
    known.unwrap_or_else(|| {
        let fresh = fresh();
        if let Some(session) = session {
            // Without storage the name lasts as long as the page.
            let _ = session.set_item(TAB_KEY, &fresh);
        }
        fresh
    })
}

fn fresh() -> String {
    format!("{:08x}", (js_sys::Math::random() * f64::from(u32::MAX)) as u32)
}

fn local() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
