//! Formatting, clippy for the machine and for the browser, the locale files, and the house rule on file sizes.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use crate::locales::{self, Locale};
use crate::plan::Need;
use crate::setup::Toolbox;
use crate::shell::{self, CommandLine};
use crate::stamp;
use crate::summary::{Outcome, Summary};
use crate::workspace::Workspace;

/// From here on a file is worth splitting; it is said, not enforced.
const LONG_FILE_LINES: usize = 500;

pub(crate) fn run(workspace: &Workspace, toolbox: &mut Toolbox) -> Result<()> {
    toolbox.provide(workspace, &[Need::WasmTarget])?;
    let mut summary = Summary::default();
    let mut cargo = |name: &str, arguments: &[&str]| {
        shell::heading(&format!("Checking: {name}"), "");
        let line = toolbox.equip(CommandLine::cargo(arguments).within(&workspace.root));
        summary.attempt("lint", name, || shell::run(&line).map(|()| Outcome::Done));
    };
    cargo("formatting", &["fmt", "--all", "--check"]);
    cargo(
        "clippy for this machine",
        &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
    );
    // The console once more, as the browser gets it: its own code differs there.
    let browser =
        ["clippy", "--package", "mas-console", "--lib", "--bins", "--locked", "--features", "split"];
    let browser = [&browser[..], &["--target", "wasm32-unknown-unknown", "--", "-D", "warnings"]].concat();
    cargo("clippy for the browser", &browser);
    shell::heading("Checking: locale files", "");
    summary.attempt("lint", "locale files", || compare_locales(&workspace.root.join("locales")));
    warn_of_long_files(&workspace.root)?;
    println!("\n{summary}");
    summary.check()
}

fn compare_locales(folder: &Path) -> Result<Outcome> {
    let locales = read_locales(folder)?;
    let complaints = locales::compare(&locales);
    complaints.iter().for_each(|complaint| println!("    {complaint}"));
    if !complaints.is_empty() {
        bail!("{} texts are missing", complaints.len());
    }
    Ok(Outcome::Done)
}

/// A language is a file, or a folder with a file for each part.
fn read_locales(folder: &Path) -> Result<Vec<Locale>> {
    let mut locales = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        let name = stem(&path);
        let texts = if path.is_dir() {
            let (mut files, mut parts) = (Vec::new(), Map::new());
            stamp::collect(&path, &mut files)?;
            for file in files {
                parts.insert(stem(&file), read_json(&file)?);
            }
            Value::Object(parts)
        } else {
            read_json(&path)?
        };
        locales.push(Locale { name, texts });
    }
    locales.sort_by(|one, other| one.name.cmp(&other.name));
    if locales.len() < 2 {
        bail!("{} holds {} language(s), and the console speaks two", folder.display(), locales.len());
    }
    Ok(locales)
}

fn read_json(file: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    serde_json::from_str(&text).with_context(|| file.display().to_string())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn warn_of_long_files(root: &Path) -> Result<()> {
    let mut files = Vec::new();
    for folder in ["src", "crates", "tests"] {
        stamp::collect(&root.join(folder), &mut files)?;
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    for file in files {
        let lines =
            std::fs::read_to_string(&file).with_context(|| file.display().to_string())?.lines().count();
        if lines > LONG_FILE_LINES {
            let file = file.strip_prefix(root).unwrap_or(&file);
            println!(
                "warning: {} has {lines} lines; over {LONG_FILE_LINES} it is worth splitting",
                file.display()
            );
        }
    }
    Ok(())
}
