//! A sound and a notification when a gate opens or a task is at fault, for those who want them: kept in this browser, off at
//! first. What needed a person when the page was opened is seen on it and alerts nobody.

mod browser;

use std::collections::HashSet;

use leptos::prelude::*;
use wire::Status;

use self::browser::{Permission, Player, ask_permission, notify, permission};
use super::model::Attention;
use super::run::Run;
use crate::i18n::*;
use crate::ui::preferences::{store, stored};
use crate::ui::status::status_label;
use crate::ui::{Icon, IconView, use_toasts};

const SOUND_KEY: &str = "mas.alerts.sound";
const NOTICE_KEY: &str = "mas.alerts.notice";

/// The two switches, and what they do.
#[component]
pub(super) fn Alerts(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let sound = RwSignal::new(stored(SOUND_KEY).as_deref() == Some("on"));
    let notice =
        RwSignal::new(stored(NOTICE_KEY).as_deref() == Some("on") && permission() == Permission::Granted);
    let player = StoredValue::new_local(Player::default());
    let title = move |one: &Attention| format!("{}: {}", status_label(i18n, &one.status), one.name);
    Effect::new(move |known: Option<HashSet<Key>>| {
        let list = run.attention.read();
        if let Some(known) = known {
            let new: Vec<&Attention> = list.iter().filter(|one| !known.contains(&key(one))).collect();
            if let Some(worst) = new.iter().find(|one| one.status == Status::Faulted).or(new.first()) {
                if sound.get_untracked() {
                    player.update_value(|player| player.play(worst.status == Status::Faulted));
                }
                if notice.get_untracked() && is_elsewhere() {
                    let job = run.job_name.get_value();
                    new.iter()
                        .for_each(|one| notify(&title(one), &format!("{job}\n{}", one.text), &one.task_id));
                }
            }
        }
        list.iter().map(key).collect()
    });
    let toggle_sound = move |_| {
        sound.update(|on| *on = !*on);
        store(SOUND_KEY, if sound.get_untracked() { "on" } else { "off" });
        // One should know what one will hear; and browsers play nothing before somebody has pressed something.
        if sound.get_untracked() {
            player.update_value(|player| player.play(false));
        }
    };
    let toggle_notice = move |_| {
        if notice.get_untracked() {
            notice.set(false);
            store(NOTICE_KEY, "off");
            return;
        }
        leptos::task::spawn_local(async move {
            if ask_permission().await == Permission::Granted {
                store(NOTICE_KEY, "on");
                let _ = notice.try_set(true);
            } else {
                toasts.failure(t_string!(i18n, runs.alerts.denied));
            }
        });
    };
    view! {
        <span class="run__alerts" role="group" aria-label=move || t_string!(i18n, runs.alerts.label)>
            <button
                type="button"
                class="button button--icon"
                aria-pressed=move || sound.get().to_string()
                aria-label=move || t_string!(i18n, runs.alerts.sound)
                title=move || t_string!(i18n, runs.alerts.sound)
                data-alert="sound"
                on:click=toggle_sound
            >
                <IconView icon=Icon::Sound />
            </button>
            <button
                type="button"
                class="button button--icon"
                aria-pressed=move || notice.get().to_string()
                aria-label=move || t_string!(i18n, runs.alerts.notice)
                title=move || t_string!(i18n, runs.alerts.notice)
                data-alert="notice"
                on:click=toggle_notice
            >
                <IconView icon=Icon::Bell />
            </button>
        </span>
    }
}

/// Task, attempt, how it stands: the same task at fault again is news.
type Key = (String, u32, Status);

fn key(one: &Attention) -> Key {
    (one.task_id.clone(), one.attempt, one.status.clone())
}

/// Nobody looks at this page.
fn is_elsewhere() -> bool {
    document().hidden() || !document().has_focus().unwrap_or(true)
}
