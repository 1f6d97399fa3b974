//! The colours that a task may have on the canvas (`metadata`, `mas.canvas`, `colour`).

use leptos_i18n::I18nContext;

use crate::i18n::*;

/// The words that the canvas knows; another one is kept and not drawn.
pub const COLOURS: [&str; 6] = ["red", "amber", "green", "teal", "blue", "purple"];

/// What people call a colour; the empty word is none.
pub fn colour_label(i18n: I18nContext<Locale>, colour: &str) -> String {
    match colour {
        "red" => t_string!(i18n, editor.colour.red).to_string(),
        "amber" => t_string!(i18n, editor.colour.amber).to_string(),
        "green" => t_string!(i18n, editor.colour.green).to_string(),
        "teal" => t_string!(i18n, editor.colour.teal).to_string(),
        "blue" => t_string!(i18n, editor.colour.blue).to_string(),
        "purple" => t_string!(i18n, editor.colour.purple).to_string(),
        _ => t_string!(i18n, editor.colour.none).to_string(),
    }
}

pub(super) fn known_colour(colour: &str) -> Option<&'static str> {
    COLOURS.into_iter().find(|known| *known == colour)
}
