//! Turns `locales/<language>/<feature>.json` into typed keys, and fails where a language lacks a string. Tells the console
//! which editor of the source tab lies beside it.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};

use leptos_i18n_build::{Config, ParseOptions, TranslationsInfos};

const LANGUAGES: [&str; 2] = ["en", "zh-CN"];
/// The folder, below `public/` and in what is built, of files that pages fetch when they are opened.
const LATER: &str = "later";
const FEATURES: [&str; 12] = [
    "common",
    "session",
    "workflows",
    "start",
    "editor",
    "runs",
    "logs",
    "approvals",
    "recovery",
    "history",
    "resources",
    "settings",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    for feature in FEATURES {
        let keys: Vec<_> =
            LANGUAGES.iter().map(|language| keys(language, feature)).collect::<Result<_, _>>()?;
        let missing: Vec<_> = keys[0].symmetric_difference(&keys[1]).collect();
        if !missing.is_empty() {
            return Err(format!("locales: {feature}.json has {missing:?} in one language only").into());
        }
    }
    let config = LANGUAGES[1..]
        .iter()
        .try_fold(Config::new(LANGUAGES[0])?, |config, language| config.add_locale(language))?;
    let config = FEATURES.iter().try_fold(config, |config, feature| config.add_namespace(feature))?;
    // Titles, labels and messages are strings before they are views.
    let config = config.parse_options(ParseOptions::new().interpolate_display(true));
    let translations = TranslationsInfos::parse(config)?;
    translations.rerun_if_locales_changed();
    translations.emit_diagnostics();
    let directory = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("no OUT_DIR")?).join("i18n");
    translations.generate_i18n_module(directory)?;
    if let Some(name) = source_editor()? {
        println!("cargo::rustc-env=MAS_SOURCE_EDITOR={LATER}/{name}");
    }
    Ok(())
}

/// The editor of the source tab, whose name carries a hash, where `cargo xtask` has bundled one. Without it the console
/// shows that tab as a plain text field.
fn source_editor() -> Result<Option<String>, Box<dyn Error>> {
    println!("cargo::rerun-if-changed=public/{LATER}");
    let names = std::fs::read_dir(Path::new("public").join(LATER))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<Vec<_>>>()?;
    Ok(names.into_iter().filter(|name| name.starts_with("source-editor-") && name.ends_with(".js")).max())
}

/// The dotted keys of one file.
fn keys(language: &str, feature: &str) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let path = Path::new("locales").join(language).join(format!("{feature}.json"));
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut found = BTreeSet::new();
    collect(&value, "", &mut found);
    Ok(found)
}

fn collect(value: &serde_json::Value, prefix: &str, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                collect(value, &format!("{prefix}.{name}"), found);
            }
        }
        _ => {
            found.insert(prefix.to_owned());
        }
    }
}
