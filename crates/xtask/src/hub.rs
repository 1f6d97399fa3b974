//! Builds the hub, and starts it with the console.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::console;
use crate::setup::Toolbox;
use crate::shell::{self, CommandLine};
use crate::workspace::Workspace;

#[derive(Args)]
pub(crate) struct ServeOptions {
    /// Where the hub listens
    #[arg(long, default_value = "127.0.0.1:8444")]
    listen: SocketAddr,
    /// Where the hub keeps its database [default: data/ in the workspace]
    #[arg(long)]
    data: Option<PathBuf>,
    /// The hub's configuration file
    #[arg(long)]
    config: Option<PathBuf>,
}

/// `cargo xtask serve`. On Unix this process becomes the hub, so that Ctrl-C and every signal reach it.
pub(crate) fn serve(workspace: &Workspace, toolbox: &mut Toolbox, options: &ServeOptions) -> Result<()> {
    check_free(options.listen)?;
    // Over the budget it still serves: whoever develops wants to see it, and the tests will tell.
    if let Err(error) = console::build(workspace, toolbox)?.check() {
        println!("    note: {error}");
    }
    build(workspace, toolbox)?;
    check_free(options.listen)?;
    let mut line =
        CommandLine::new(workspace.hub(), ["serve", "--listen", &options.listen.to_string(), "--data"])
            .argument(options.data.clone().unwrap_or_else(|| workspace.root.join("data")))
            .argument("--static")
            .argument(workspace.dist());
    if let Some(config) = &options.config {
        line = line.argument("--config").argument(config);
    }
    shell::heading("Starting the hub", "Ctrl-C stops it");
    become_it(&line)
}

/// The hub's release binary, which serves a folder.
pub(crate) fn build(workspace: &Workspace, toolbox: &Toolbox) -> Result<()> {
    shell::step("Building the hub in release mode", "a few minutes the first time", || {
        let line = CommandLine::cargo(["build", "--release", "--locked", "--package", "hub"]);
        shell::run(&toolbox.equip(line.within(&workspace.root)))
    })
}

/// The hub's release binary with `dist/` inside: one file to deploy.
pub(crate) fn bundle(workspace: &Workspace, toolbox: &Toolbox) -> Result<()> {
    shell::step("Building the hub with the console inside", "one file to deploy", || {
        let line = CommandLine::cargo(["build", "--release", "--locked", "--package", "hub"]);
        let line = line.arguments(["--features", "embed-console"]).within(&workspace.root);
        shell::run(&toolbox.equip(line))?;
        let bundle = workspace.bundle();
        if let Some(folder) = bundle.parent() {
            std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        // Copied aside and moved into place: a hub that runs from there keeps running.
        let fresh = bundle.with_extension("fresh");
        std::fs::copy(workspace.hub(), &fresh).with_context(|| fresh.display().to_string())?;
        std::fs::rename(&fresh, &bundle).with_context(|| bundle.display().to_string())
    })?;
    shell::heading("Built", "");
    println!("    static files, for any web server: {}", workspace.relative(&workspace.dist()).display());
    println!("    hub with those files inside:      {}", workspace.relative(&workspace.bundle()).display());
    Ok(())
}

fn check_free(listen: SocketAddr) -> Result<()> {
    match TcpListener::bind(listen) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("another program listens on {listen}; choose another address by `--listen 127.0.0.1:PORT`")
        }
        Err(error) => Err(error)
            .with_context(|| format!("nothing can listen on {listen}; choose another by `--listen`")),
    }
}

#[cfg(unix)]
fn become_it(line: &CommandLine) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(line.command().exec()).with_context(|| format!("`{line}` cannot be started"))
}

#[cfg(not(unix))]
fn become_it(line: &CommandLine) -> Result<()> {
    // Ctrl-C goes to both processes; the hub stops gracefully and we follow it.
    ctrlc::set_handler(|| ()).context("Ctrl-C cannot be handled")?;
    shell::run(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_the_way_out() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let error = check_free(taken.local_addr().unwrap()).unwrap_err().to_string();
        assert!(error.contains("another program listens") && error.contains("--listen"), "{error}");
        drop(taken);
    }
}
