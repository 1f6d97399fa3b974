//! Builds the console in release mode into `dist/`, unless `dist/` is already what the sources say.
//!
//! The build happens in a folder of its own and takes the place of `dist/` only when it is whole.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use crate::budget::FirstLoad;
use crate::machine;
use crate::plan::{Need, Versions};
use crate::setup::Toolbox;
use crate::shell::{self, CommandLine};
use crate::source_editor;
use crate::split;
use crate::stamp::{self, Stamp};
use crate::workspace::Workspace;

/// What today's Rust compiler uses, and every browser of the last years runs. Not "all features": those
/// would let wasm-opt write what browsers do not know yet.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Brings `dist/` up to date and tells its size; the caller decides whether the budget stops it.
pub(crate) fn build(workspace: &Workspace, toolbox: &mut Toolbox) -> Result<FirstLoad> {
    // First, for what it makes is an input of the console.
    let source_editor = source_editor::provide(workspace)?;
    let inputs = digest(workspace)?;
    let stamp_file = workspace.target.join("xtask").join("console.json");
    if let Some(stamp) = Stamp::read(&stamp_file)
        && stamp.inputs == inputs
        && stamp.load.is_in(&workspace.dist())
        && (stamp.optimised || !could_optimise())
    {
        shell::heading(
            "The console in dist/ is up to date",
            &format!("{} KB by brotli", stamp.load.total() / 1000),
        );
        return Ok(stamp.load);
    }
    source_editor.tell();
    toolbox.provide(workspace, &Need::TO_BUILD_THE_CONSOLE)?;
    let staging = workspace.target.join("xtask").join("dist");
    shell::step("Building the console in release mode", "a few minutes the first time", || {
        remove(&staging)?;
        shell::run(&toolbox.equip(trunk(workspace, &staging)))
    })?;
    shell::step("Cutting it into pages that are fetched when opened", "the first load stays small", || {
        split::split(workspace, toolbox, &staging)
    })?;
    let optimised = toolbox.wasm_opt && optimise(toolbox, &staging)?;
    let load = shell::step(
        "Weighing the first load",
        "brotli 11, kept beside each file for servers that send it",
        || {
            let load = FirstLoad::compress(&staging)?;
            println!("{load}");
            Ok(load)
        },
    )?;
    replace(&staging, &workspace.dist())?;
    Stamp { inputs, optimised, load: load.clone() }.write(&stamp_file)?;
    Ok(load)
}

fn digest(workspace: &Workspace) -> Result<String> {
    let Versions { trunk, wasm_bindgen, binaryen, wasm_split } = workspace.versions()?;
    let compiler = shell::output(&CommandLine::new("rustc", ["--version"])).unwrap_or_default();
    // The folder is part of it: checkouts may share a target folder, and each has a `dist/` of its own.
    let root = workspace.root.display();
    stamp::digest(
        &workspace.root,
        &format!("{trunk} {wasm_bindgen} {binaryen} {wasm_split} {compiler} {root}"),
    )
}

/// Whether wasm-opt, missing at the last build, could be had now.
fn could_optimise() -> bool {
    machine::on_path("wasm-opt").is_some() || machine::on_path("npm").is_some()
}

/// Trunk, kept from the network: it would fetch tools in versions of its own choice. `index.html` tells it to
/// leave wasm-opt to us (`data-wasm-opt="0"`), for it cannot do without; and integrity hashes would be those of
/// the module before wasm-opt.
fn trunk(workspace: &Workspace, staging: &Path) -> CommandLine {
    // Erased components cost a call and save an eighth of the module; the relocations are what it is cut along.
    let mut flags = std::env::var("RUSTFLAGS").map(|flags| flags + " ").unwrap_or_default();
    flags.push_str("--cfg erase_components -C link-args=--emit-relocs");
    let line =
        CommandLine::new("trunk", ["build", "--offline=true", "--skip-version-check", "--no-sri=true"])
            .arguments([
                "--locked=true",
                "--release=true",
                "--cargo-profile=wasm-release",
                "--features=split",
            ])
            .arguments(["--public-url=./", "--dist"])
            .argument(staging)
            .environment("RUSTFLAGS", flags)
            .within(&workspace.root);
    // Trunk stops at the usual NO_COLOR=1: it takes only true and false.
    if std::env::var_os("NO_COLOR").is_some() { line.environment("NO_COLOR", "true") } else { line }
}

/// Runs wasm-opt over the module, in place. A failure costs size, not the build: the module stays as it was.
fn optimise(toolbox: &Toolbox, staging: &Path) -> Result<bool> {
    let mut files = Vec::new();
    stamp::collect(staging, &mut files)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "wasm"));
    let optimise_one = &|module: &PathBuf| -> Result<()> {
        let smaller = module.with_extension("smaller");
        let line = CommandLine::new("wasm-opt", ["-Oz", "--quiet"]).arguments(WASM_FEATURES);
        shell::run_silently(&toolbox.equip(line.argument(module).argument("-o").argument(&smaller)))?;
        std::fs::rename(&smaller, module).with_context(|| module.display().to_string())
    };
    let done = shell::step(&format!("Making {} modules smaller", files.len()), "wasm-opt -Oz", || {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let share = files.len().div_ceil(workers).max(1);
        std::thread::scope(|scope| {
            let shares: Vec<_> = files
                .chunks(share)
                .map(|files| scope.spawn(move || files.iter().try_for_each(optimise_one)))
                .collect();
            shares
                .into_iter()
                .try_for_each(|share| share.join().map_err(|_| anyhow!("a worker broke off"))?)
        })
    });
    if let Err(error) = &done {
        println!("    going on with the larger module: {error:#}");
    }
    Ok(done.is_ok())
}

fn replace(staging: &Path, dist: &Path) -> Result<()> {
    remove(dist)?;
    // The target folder may be on another disk, where a rename cannot reach.
    if std::fs::rename(staging, dist).is_err() {
        copy(staging, dist)?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let path = entry.with_context(|| from.display().to_string())?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            std::fs::copy(&path, &target).with_context(|| target.display().to_string())?;
        }
    }
    Ok(())
}

pub(crate) fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| folder.display().to_string())
        }
        _ => Ok(()),
    }
}
