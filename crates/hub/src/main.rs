//! The command line of `mas-hub`.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use mas_hub::accounts::{Accounts, Password};
use mas_hub::config::{Config, DEFAULT_LISTEN, Log, LogFormat};
use mas_hub::database::Database;
use mas_hub::plugins::Plugins;
use mas_hub::secrets::{self, Secrets};
use mas_hub::startup::{self, Options};
use mas_hub::{check, error, simulate};
use wire::Role;

#[derive(Parser)]
#[command(
    name = "mas-hub",
    version,
    about = "A server of the MAS API with embedded SQLite and real execution"
)]
struct CommandLine {
    /// The data directory [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the API and the console
    #[command(after_help = "docs/hub.md documents every key of the configuration file.")]
    Serve(ServeArguments),
    /// Users
    #[command(subcommand)]
    User(UserCommand),
    /// Access keys of programs
    #[command(subcommand)]
    Key(KeyCommand),
    /// Secrets that workflows list under `use.secrets`
    #[command(subcommand)]
    Secret(SecretCommand),
    /// Prints the problems of definitions (JSON or YAML); offline. Exits with 0 where none is an error, else with 1; with 2
    /// where the command line is wrong
    Check(CheckArguments),
    /// Runs a definition (JSON or YAML) in simulated time, and prints its path, its critical path and how long it takes;
    /// offline, nothing is called. Exits with 0 where it completes, within `mas.rto` where the definition has one, else with 1;
    /// with 2 where the command line is wrong
    Simulate(simulate::Arguments),
}

#[derive(Args)]
struct CheckArguments {
    /// Files, folders with everything below them, and `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: check::Format,
    /// The language of the messages
    #[arg(long, value_enum, default_value_t)]
    language: check::Language,
    /// Exits with 1 where there is a warning, too
    #[arg(long)]
    deny_warnings: bool,
}

#[derive(Args)]
struct ServeArguments {
    /// Where to listen [default: 127.0.0.1:8444]. Any address but loopback opens the hub to the network
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// The configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The console's files, where they are not inside of this binary
    #[arg(long = "static", value_name = "DIR")]
    static_files: Option<PathBuf>,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Adds a user; the password is the first line of standard input
    Add {
        name: String,
        #[arg(long)]
        role: RoleArgument,
    },
    /// Sets a password, the first line of standard input; what was signed in with the old one ends
    Password { name: String },
    /// Prints a new one-time sign-in link, good for an hour
    Link {
        name: String,
        /// Where the hub listens
        #[arg(long, value_name = "ADDRESS:PORT", default_value = DEFAULT_LISTEN)]
        listen: SocketAddr,
    },
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Makes an access key for a user and prints it with its secret key, this once
    Add { user: String },
}

#[derive(Subcommand)]
enum SecretCommand {
    /// Sets a secret, also where there is one: a JSON object or a text, all of standard input
    Set {
        name: String,
        /// Only for the workflows of this namespace
        #[arg(long, value_name = "NS")]
        namespace: Option<String>,
    },
    /// Prints the names of all secrets, one on a line, its namespace behind it
    List,
    /// Removes a secret
    Remove {
        name: String,
        #[arg(long, value_name = "NS")]
        namespace: Option<String>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleArgument {
    Admin,
    Operator,
    Viewer,
}

impl From<RoleArgument> for Role {
    fn from(role: RoleArgument) -> Self {
        match role {
            RoleArgument::Admin => Self::Admin,
            RoleArgument::Operator => Self::Operator,
            RoleArgument::Viewer => Self::Viewer,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let line = CommandLine::parse();
    match run(line).await {
        Ok(code) => code,
        Err(error) => {
            // Standard error may be closed; there is nobody to tell then.
            let _ = writeln!(std::io::stderr(), "mas-hub: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(line: CommandLine) -> anyhow::Result<ExitCode> {
    match line.command {
        Command::Serve(arguments) => serve(line.data, arguments).await?,
        Command::User(command) => user(&data(line.data), command).await?,
        Command::Key(KeyCommand::Add { user }) => {
            let database = Database::open_beside(&data(line.data)).await?;
            let pair = Accounts::new(database.clone()).add_key(&user).await.map_err(told)?;
            print(&format!("{} {}", pair.access_key, pair.secret_key.0))?;
            database.close().await;
        }
        Command::Secret(command) => secret(&data(line.data), command).await?,
        Command::Check(arguments) => return check_files(&arguments),
        Command::Simulate(arguments) => return simulated(&arguments),
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(data_directory: Option<PathBuf>, arguments: ServeArguments) -> anyhow::Result<()> {
    let config = match &arguments.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    start_log(&config.log)?;
    let listen = match (arguments.listen, &config.listen) {
        (Some(listen), _) => listen,
        (None, text) => {
            let text = text.as_deref().unwrap_or(DEFAULT_LISTEN);
            text.parse().with_context(|| format!("listen: {text:?} is not an address with a port"))?
        }
    };
    let options = Options {
        listen,
        data: data(data_directory.or_else(|| config.data.clone())),
        static_files: arguments.static_files,
        config,
    };
    let announce = |link: &str| {
        if let Err(error) = print(link) {
            tracing::warn!(%error, "the sign-in link could not be printed");
        }
    };
    startup::serve(options, announce, stop_signal()).await
}

async fn user(data: &Path, command: UserCommand) -> anyhow::Result<()> {
    let database = Database::open_beside(data).await?;
    let accounts = Accounts::new(database.clone());
    match command {
        UserCommand::Add { name, role } => {
            let password = read_password()?;
            accounts.add(&name, role.into(), Some(&password)).await.map_err(told)?;
        }
        UserCommand::Password { name } => {
            let password = read_password()?;
            accounts.set_password(&name, &password).await.map_err(told)?;
        }
        UserCommand::Link { name, listen } => {
            let code = accounts.make_code(&name).await.map_err(told)?;
            print(&startup::sign_in_link(&startup::base_address(listen), &code))?;
        }
    }
    database.close().await;
    Ok(())
}

async fn secret(data: &Path, command: SecretCommand) -> anyhow::Result<()> {
    let database = Database::open_beside(data).await?;
    let secrets = Secrets::open(database.clone())?;
    match command {
        SecretCommand::Set { name, namespace } => {
            let mut text = String::new();
            // More than is ever taken: what is too large is told, and not read whole.
            std::io::stdin().lock().take(1 << 20).read_to_string(&mut text)?;
            let value = secrets::value_of(&text).map_err(told)?;
            secrets.set(namespace.as_deref(), &name, &value).await.map_err(told)?;
        }
        SecretCommand::List => {
            for secret in secrets.list().await.map_err(told)? {
                match secret.namespace {
                    Some(namespace) => print(&format!("{} {namespace}", secret.name))?,
                    None => print(&secret.name)?,
                }
            }
        }
        SecretCommand::Remove { name, namespace } => {
            if !secrets.remove(namespace.as_deref(), &name).await.map_err(told)? {
                bail!("there is no such secret: {name}");
            }
        }
    }
    database.close().await;
    Ok(())
}

fn check_files(arguments: &CheckArguments) -> anyhow::Result<ExitCode> {
    let reports = check::paths(&arguments.paths, &Plugins::embedded()?);
    let text = check::printed(&reports, arguments.format, arguments.language);
    std::io::stdout().write_all(text.as_bytes())?;
    let failed = check::failed(&reports, arguments.deny_warnings);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn simulated(arguments: &simulate::Arguments) -> anyhow::Result<ExitCode> {
    match simulate::run(arguments, &Plugins::embedded()?) {
        Ok((text, passes)) => {
            std::io::stdout().write_all(text.as_bytes())?;
            Ok(if passes { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Err(wrong) => {
            writeln!(std::io::stderr(), "mas-hub simulate: {wrong}")?;
            Ok(ExitCode::from(2))
        }
    }
}

fn data(directory: Option<PathBuf>) -> PathBuf {
    directory.unwrap_or_else(|| PathBuf::from("data"))
}

fn read_password() -> anyhow::Result<Password> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let text = line.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        bail!("the password is the first line of standard input, and there is none");
    }
    Password::new(text).map_err(told)
}

fn told(error: error::HubError) -> anyhow::Error {
    anyhow::Error::msg(error.reason.en)
}

fn print(line: &str) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}")?;
    Ok(output.flush()?)
}

/// The log goes to standard error: standard output is for the sign-in link, which scripts read.
fn start_log(log: &Log) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&log.level)
        .with_context(|| format!("log.level: {:?} is not a level", log.level))?;
    let log_lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match log.format {
        LogFormat::Text => log_lines.init(),
        LogFormat::Json => log_lines.json().init(),
    }
    Ok(())
}

/// Ready when the process is told to end. It listens from this call on: told to end while it still starts, the hub starts
/// and then ends in good order.
fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    let told = {
        use tokio::signal::unix::{SignalKind, signal};
        [SignalKind::interrupt(), SignalKind::terminate()].map(signal)
    };
    async move {
        #[cfg(unix)]
        {
            let [interrupt, terminate] = told.map(|listening| async {
                match listening {
                    Ok(mut signal) => {
                        signal.recv().await;
                    }
                    Err(_) => std::future::pending::<()>().await,
                }
            });
            tokio::select! {
                () = interrupt => {}
                () = terminate => {}
            }
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
