//! Bundles the editor of the console's source tab, by npm, into one file that the console fetches when the tab is opened.
//!
//! The file's name is a hash of what it is made from, so that having it is the proof that it is up to date. Without npm
//! the console is built without it, and the tab is a plain text field.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::machine;
use crate::shell::{self, CommandLine};
use crate::split::LATER;
use crate::workspace::Workspace;

/// How the bundle's name begins; `build.rs` looks for it by this.
pub(crate) const STEM: &str = "source-editor-";

/// Where its parts are written down, below the workspace.
const FOLDER: &str = "source-editor";
const INPUTS: [&str; 4] = ["package.json", "package-lock.json", ".npmrc", "source.js"];

/// What became of it; told only when the console is built, for the next run should be quiet.
#[derive(Debug)]
pub(crate) enum Provided {
    Bundled,
    NoNpm,
    Failed(anyhow::Error),
}

impl Provided {
    pub(crate) fn tell(&self) {
        let plain = "the source tab is a plain text field: no colours, folding, completion";
        match self {
            Self::Bundled => {}
            Self::NoNpm => shell::heading(
                "Going on without the editor of the source tab",
                &format!("there is no npm to get it with; {plain}"),
            ),
            Self::Failed(error) => {
                shell::heading("Going on without the editor of the source tab", plain);
                println!("    {error:#}");
            }
        }
    }
}

/// Puts the bundle among the console's files, unless it is there, and takes those of other versions away.
pub(crate) fn provide(workspace: &Workspace) -> Result<Provided> {
    let folder = workspace.root.join(FOLDER);
    let name = name(&folder)?;
    let target = workspace.root.join("public").join(LATER);
    let bundle = target.join(&name);
    if bundle.is_file() {
        return Ok(Provided::Bundled);
    }
    // One that does not belong to these sources would be fetched by the console.
    for old in bundles(&target)? {
        std::fs::remove_file(&old).with_context(|| old.display().to_string())?;
    }
    let Some(npm) = machine::on_path("npm") else { return Ok(Provided::NoNpm) };
    let made = shell::step("Bundling the editor of the source tab", "CodeMirror, from npm", || {
        make(&npm, &folder, &workspace.target.join("xtask").join(&name), &bundle)
    });
    Ok(made.map_or_else(Provided::Failed, |()| Provided::Bundled))
}

fn make(npm: &Path, folder: &Path, made: &Path, bundle: &Path) -> Result<()> {
    crate::npm::install(npm, folder)?;
    let mut outfile = std::ffi::OsString::from("--outfile=");
    outfile.push(made);
    let line = CommandLine::new(npm, ["run", "--silent", "bundle", "--"]).argument(outfile);
    shell::run_silently(&line.within(folder))?;
    let script = std::fs::read_to_string(made).with_context(|| made.display().to_string())?;
    let licence = folder.join("node_modules/@codemirror/view/LICENSE");
    let licence = std::fs::read_to_string(&licence).with_context(|| licence.display().to_string())?;
    // Whole or not at all, for its name says that it is up to date.
    let partial = bundle.with_extension("partial");
    std::fs::write(&partial, with_licence(&licence, &script))
        .and_then(|()| std::fs::rename(&partial, bundle))
        .with_context(|| bundle.display().to_string())
}

/// `source-editor-0123456789abcdef.js`: the hash is why browsers may keep it for ever.
fn name(folder: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for input in INPUTS {
        let path = folder.join(input);
        input.hash(&mut hasher);
        std::fs::read(&path).with_context(|| path.display().to_string())?.hash(&mut hasher);
    }
    Ok(format!("{STEM}{:016x}.js", hasher.finish()))
}

fn bundles(target: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    crate::stamp::collect(target, &mut files)?;
    files.retain(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(STEM)));
    Ok(files)
}

/// The licence asks to stand in every copy.
fn with_licence(licence: &str, script: &str) -> String {
    format!("/*! CodeMirror and Lezer\n\n{}\n*/\n{script}", licence.trim().replace("*/", "* /"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_follows_every_input_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("xtask-source-editor-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let write = |file: &str, text: &str| std::fs::write(folder.join(file), text).unwrap();
        INPUTS.iter().for_each(|input| write(input, "{}"));
        let first = name(&folder).unwrap();
        assert!(first.starts_with(STEM) && first.len() == STEM.len() + 16 + 3, "{first}");
        write("README.md", "about it");
        assert_eq!(name(&folder).unwrap(), first);
        for input in INPUTS {
            write(input, "{ }");
            assert_ne!(name(&folder).unwrap(), first, "{input}");
            write(input, "{}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_licence_stands_at_the_head_and_cannot_end_its_comment() {
        let script = with_licence("MIT */ alert(1)\n", "export{};");
        assert_eq!(script, "/*! CodeMirror and Lezer\n\nMIT * / alert(1)\n*/\nexport{};");
    }
}
