//! Cuts the console's module into the part that every visit needs and those that a page fetches when it is opened.
//!
//! The source says where (`#[wasm_split]`, see `src/app/fetched.rs`); this runs the tool that cuts, and gives the
//! parts names with the build's hash, so that a browser never joins parts of two builds.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::setup::Toolbox;
use crate::shell::{self, CommandLine};
use crate::workspace::Workspace;

/// Where the parts live, below the console's folder. What is there is not part of the first load.
pub(crate) const LATER: &str = "later";

/// The name that the tool gives to the script which fetches the parts.
const LINKS: &str = "__wasm_split.js";

/// Replaces the whole module in `staging`, which trunk made, by its parts.
pub(crate) fn split(workspace: &Workspace, toolbox: &Toolbox, staging: &Path) -> Result<()> {
    let stem = stem(staging)?;
    let whole = workspace.target.join("wasm32-unknown-unknown/wasm-release/mas-console.wasm");
    let parts = workspace.target.join("xtask").join("parts");
    crate::console::remove(&parts)?;
    std::fs::create_dir_all(&parts).with_context(|| parts.display().to_string())?;
    let cut = CommandLine::new("wasm-split-cli", [&whole, &parts]).arguments(["--out-name", &stem]);
    shell::run(&toolbox.equip(cut))?;
    // The same names as before, so that index.html still fits.
    let join = CommandLine::new("wasm-bindgen", ["--target", "web", "--no-typescript", "--keep-lld-exports"])
        .arguments(["--out-name", &stem, "--out-dir"])
        .argument(staging)
        .argument(parts.join(format!("{stem}.wasm")));
    shell::run(&toolbox.equip(join))?;
    arrange(&stem, &parts, staging)
}

/// Moves the parts below the console's folder, and makes the scripts look for them there.
fn arrange(stem: &str, parts: &Path, staging: &Path) -> Result<()> {
    let names = Names::new(stem)?;
    let folder = staging.join(LATER);
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let mut modules = Vec::new();
    crate::stamp::collect(parts, &mut modules)?;
    for module in modules {
        let name = module.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".wasm") && name != format!("{stem}.wasm") {
            let target = folder.join(names.part(&name));
            std::fs::copy(&module, &target).with_context(|| target.display().to_string())?;
        }
    }
    let links = read(&parts.join(LINKS))?;
    write(&folder.join(names.links()), &names.in_links(&links))?;
    let main = staging.join(format!("{stem}.js"));
    write(&main, &names.in_main(&read(&main)?))
}

/// The stem of the console's files, `mas-console-0123456789abcdef`.
fn stem(staging: &Path) -> Result<String> {
    let mut files: Vec<PathBuf> = Vec::new();
    crate::stamp::collect(staging, &mut files)?;
    let stems: Vec<String> = files
        .iter()
        .filter_map(|file| file.file_name()?.to_str()?.strip_suffix("_bg.wasm").map(str::to_owned))
        .collect();
    match &stems[..] {
        [stem] => Ok(stem.clone()),
        _ => bail!("{} holds {} modules where one was expected", staging.display(), stems.len()),
    }
}

struct Names<'a> {
    stem: &'a str,
    hash: &'a str,
}

impl<'a> Names<'a> {
    fn new(stem: &'a str) -> Result<Self> {
        let (_, hash) = stem.rsplit_once('-').with_context(|| format!("{stem} carries no hash"))?;
        Ok(Self { stem, hash })
    }

    /// `split_editor.wasm` becomes `split_editor-0123456789abcdef.wasm`.
    fn part(&self, name: &str) -> String {
        format!("{}-{}.wasm", name.strip_suffix(".wasm").unwrap_or(name), self.hash)
    }

    fn links(&self) -> String {
        format!("links-{}.js", self.hash)
    }

    /// The script that fetches the parts, from its new place: beside the parts, below the main script.
    fn in_links(&self, script: &str) -> String {
        script
            .replace(&format!("from \"./{}.js\"", self.stem), &format!("from \"../{}.js\"", self.stem))
            .replace(".wasm\", import.meta.url", &format!("-{}.wasm\", import.meta.url", self.hash))
    }

    fn in_main(&self, script: &str) -> String {
        // Only where it is imported from: the module knows the script by its first name.
        script.replace(&format!("from \"./{LINKS}\""), &format!("from \"./{LATER}/{}\"", self.links()))
    }
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}

fn write(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).with_context(|| file.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_find_the_parts_of_their_own_build() {
        let names = Names::new("mas-console-0123abcd").unwrap();
        assert_eq!(names.part("split_editor.wasm"), "split_editor-0123abcd.wasm");
        assert_eq!(
            names.in_links(
                "import { initSync } from \"./mas-console-0123abcd.js\";\n\
                 fetch(new URL(\"./chunk_7.wasm\", import.meta.url))"
            ),
            "import { initSync } from \"../mas-console-0123abcd.js\";\n\
             fetch(new URL(\"./chunk_7-0123abcd.wasm\", import.meta.url))"
        );
        assert_eq!(
            names.in_main("import * as import1 from \"./__wasm_split.js\"\n{\"./__wasm_split.js\": import1}"),
            "import * as import1 from \"./later/links-0123abcd.js\"\n{\"./__wasm_split.js\": import1}"
        );
        assert!(Names::new("console").is_err());
    }
}
