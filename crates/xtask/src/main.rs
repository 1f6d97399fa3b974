//! `cargo xtask …`: one command from a fresh clone to a running console, to tested work, to files to deploy.
//!
//! Modules named after a decision (`plan`, `budget`, `stamp`, `locales`, `summary`) are pure and tested;
//! the others look at the machine and run programs. It builds and starts things and knows nothing of MAS.

#![expect(clippy::print_stdout, reason = "a command line speaks on standard output")]

mod axe;
mod bench;
mod budget;
mod console;
mod hub;
mod lint;
mod locales;
mod machine;
mod npm;
mod plan;
mod setup;
mod shell;
mod source_editor;
mod split;
mod stamp;
mod summary;
mod test;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use setup::Toolbox;
use workspace::Workspace;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Set up, serve, build, test, lint and bench"
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install whatever is missing, for building and for testing; the other tasks do this by themselves
    Setup,
    /// Build the console and the hub, start the hub, print the address with a sign-in link
    Serve(hub::ServeOptions),
    /// Build what is deployed: static files in dist/, and the hub's release binary with those files inside
    Build,
    /// Run every test: unit, property and snapshot; in the browser; journeys against a real hub
    Test(test::TestOptions),
    /// Check formatting, lints, the locale files' keys and file sizes
    Lint,
    /// Measure: size of the first load, and the crates' benchmarks
    Bench,
    /// Print the size of the first load again, and fail above the budget
    Budget {
        /// A folder with a built console
        #[arg(long)]
        dist: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match perform(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nfailed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<()> {
    let workspace = Workspace::find()?;
    let mut toolbox = Toolbox::default();
    match task {
        Task::Setup => setup::everything(&workspace, &mut toolbox),
        Task::Serve(options) => hub::serve(&workspace, &mut toolbox, &options),
        Task::Build => {
            console::build(&workspace, &mut toolbox)?.check()?;
            hub::bundle(&workspace, &toolbox)
        }
        Task::Test(options) => test::run(&workspace, &mut toolbox, &options),
        Task::Lint => lint::run(&workspace, &mut toolbox),
        Task::Bench => bench::run(&workspace, &mut toolbox),
        Task::Budget { dist } => {
            let load = budget::FirstLoad::measure(&dist.unwrap_or(workspace.dist()))?;
            println!("{load}");
            load.check()
        }
    }
}
