//! What one person likes: language, appearance, times. Kept in this browser.

use leptos::prelude::*;
use leptos_i18n::I18nContext;

use crate::i18n::Locale;

const LANGUAGE_KEY: &str = "mas.language";
const THEME_KEY: &str = "mas.theme";
const TIME_KEY: &str = "mas.time";

#[derive(Clone, Copy)]
pub struct Preferences {
    pub theme: RwSignal<Theme>,
    pub time: RwSignal<TimeDisplay>,
    language: RwSignal<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeDisplay {
    #[default]
    Local,
    Utc,
}

pub fn use_preferences() -> Preferences {
    expect_context()
}

impl Preferences {
    /// `language` is what the client of the API asks for; it follows the choice made here.
    pub fn load(language: RwSignal<String>) -> Self {
        let theme = match stored(THEME_KEY).as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        };
        let time =
            if stored(TIME_KEY).as_deref() == Some("utc") { TimeDisplay::Utc } else { TimeDisplay::Local };
        Self { theme: RwSignal::new(theme), time: RwSignal::new(time), language }
    }

    /// The chosen language, else the browser's, else English.
    pub fn first_locale() -> Locale {
        let wanted = stored(LANGUAGE_KEY)
            .or_else(|| window().navigator().language())
            .unwrap_or_default()
            .to_lowercase();
        if wanted.starts_with("zh") { Locale::zh_CN } else { Locale::en }
    }

    pub fn set_locale(&self, i18n: I18nContext<Locale>, locale: Locale) {
        store(LANGUAGE_KEY, language_tag(locale));
        self.adopt(i18n, locale);
    }

    /// Takes a language over without remembering it as a choice.
    pub fn adopt(&self, i18n: I18nContext<Locale>, locale: Locale) {
        i18n.set_locale(locale);
        self.language.set(language_tag(locale).to_owned());
        if let Some(root) = document().document_element() {
            // Screen readers pronounce by it; where it cannot be set they fall back to their own language.
            let _ = root.set_attribute("lang", language_tag(locale));
        }
    }

    pub fn set_theme(&self, theme: Theme) {
        let word = match theme {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        store(THEME_KEY, word);
        if let Some(root) = document().document_element() {
            let _ = match theme {
                Theme::System => root.remove_attribute("data-theme"),
                _ => root.set_attribute("data-theme", word),
            };
        }
        self.theme.set(theme);
    }

    pub fn set_time(&self, time: TimeDisplay) {
        store(TIME_KEY, if time == TimeDisplay::Utc { "utc" } else { "local" });
        self.time.set(time);
    }
}

fn language_tag(locale: Locale) -> &'static str {
    match locale {
        Locale::zh_CN => "zh-CN",
        Locale::en => "en",
    }
}

/// What this browser remembers under a key.
pub fn stored(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// A browser that forbids storage keeps the choice until the page closes.
pub fn store(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, value);
    }
}
