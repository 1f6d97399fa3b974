//! Puts the parts together: what a fresh database is given, and how the hub begins and ends.

mod example;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use wire::Role;

use crate::accounts::Accounts;
use crate::clock;
use crate::config::Config;
use crate::console::Console;
use crate::database::Database;
use crate::execution::{ExecutionSettings, Executions};
use crate::lab::{self, Inventory, Lab};
use crate::plugins::Plugins;
use crate::schedules::Schedules;
use crate::server::{App, Idempotency, Parts, SignInLimiter};
use crate::workflows::{Startable, Workflows};

/// The user that the first start creates.
pub const FIRST_USER: &str = "admin";
/// Requests that are under way when the hub is told to stop get this long.
const GRACE: Duration = Duration::from_secs(10);

/// Where the hub serves from and listens.
#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub static_files: Option<PathBuf>,
    pub config: Config,
}

/// Serves until `stop` is ready, then ends gracefully. `announce` is told the one-time sign-in link, where there is one
/// to tell, once the hub listens.
///
/// # Errors
/// What keeps the hub from starting, and what to do about it.
pub async fn serve(
    options: Options,
    announce: impl FnOnce(&str),
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let database = Database::open(&options.data).await?;
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("nothing can listen on {}; choose another by --listen", options.listen))?;
    let address = listener.local_addr().context("the address it listens on")?;
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "the hub is open to the network and speaks plain HTTP: put TLS in front of it");
    }
    let base = base_address(address);
    let app = open(database.clone(), options.config, options.static_files, &base).await?;
    if let Some(code) = first_code(&app.accounts).await? {
        announce(&sign_in_link(&base, &code));
    }
    tracing::info!(address = base, data = %options.data.display(), "the hub listens");
    let (executions, schedules) = (Arc::clone(&app.executions), Arc::clone(&app.schedules));
    let service = app.router().into_make_service_with_connect_info::<SocketAddr>();
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let shutdown = async move {
        stop.await;
        tracing::info!("the hub stops");
        let _ = stopping.send(());
    };
    let overdue = async {
        if stopped.await.is_ok() {
            tokio::time::sleep(GRACE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        served = axum::serve(listener, service).with_graceful_shutdown(shutdown) => served?,
        () = overdue => tracing::warn!("requests that were still under way are cut off"),
    }
    schedules.stop();
    executions.shutdown().await;
    database.close().await;
    Ok(())
}

/// Everything that answers requests, on a database that is open. `base` is the hub's own address, `http://host:port`.
///
/// # Errors
/// What keeps the hub from starting.
pub async fn open(
    database: Database,
    config: Config,
    static_files: Option<PathBuf>,
    base: &str,
) -> anyhow::Result<App> {
    let plugins = Plugins::embedded().context("the embedded plugins")?;
    let accounts = Accounts::new(database.clone());
    let workflows = Workflows::new(database.clone());
    prepare(&database, &accounts, &workflows, &plugins).await?;
    let startable = Startable::new(plugins.clone());
    let settings = ExecutionSettings {
        startable: startable.clone(),
        address: base.to_owned(),
        egress: config.egress.clone(),
        events: config.events,
        processes: config.processes.clone(),
    };
    let executions =
        Executions::open(database.clone(), Arc::new(Lab::new(database.clone())), settings).await?;
    let deletions = Arc::default();
    let schedules =
        Schedules::new(database.clone(), workflows.clone(), Arc::clone(&executions), Arc::clone(&deletions));
    tokio::spawn(Arc::clone(&schedules).run());
    let static_files = static_files.or_else(|| config.static_files.clone());
    Ok(App::new(Parts {
        accounts,
        workflows,
        inventory: Inventory::new(database.clone()),
        startable,
        plugins,
        executions,
        console: Console::new(static_files, config.embedding.allow_origins.clone()),
        sign_ins: SignInLimiter::new(config.limits.sign_in_attempts, config.limits.sign_in_window),
        idempotency: Idempotency::default(),
        deletions,
        schedules,
        config,
        database,
    }))
}

/// What a fresh database is given: an administrator without a password, the lab, and one runbook to try.
async fn prepare(
    database: &Database,
    accounts: &Accounts,
    workflows: &Workflows,
    plugins: &Plugins,
) -> anyhow::Result<()> {
    let mut transaction = database.begin().await?;
    lab::seed(&mut transaction, clock::now()).await?;
    transaction.commit().await?;
    if accounts.is_empty().await? {
        accounts.add(FIRST_USER, Role::Admin, None).await?;
    }
    example::seed(database, workflows, plugins).await
}

/// A code for the first user, as long as a link is the only way in.
async fn first_code(accounts: &Accounts) -> anyhow::Result<Option<String>> {
    Ok(match accounts.needs_link(FIRST_USER).await? {
        true => Some(accounts.make_code(FIRST_USER).await?),
        false => None,
    })
}

/// The address under which this machine reaches the hub.
pub fn base_address(address: SocketAddr) -> String {
    let port = address.port();
    match address {
        SocketAddr::V4(address) if address.ip().is_unspecified() => format!("http://127.0.0.1:{port}"),
        SocketAddr::V6(address) if address.ip().is_unspecified() => format!("http://[::1]:{port}"),
        address => format!("http://{address}"),
    }
}

/// The link that signs in once.
pub fn sign_in_link(base: &str, code: &str) -> String {
    format!("{base}/sign-in?code={code}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_that_listens_everywhere_is_reached_by_loopback() {
        for (address, base) in [
            ("0.0.0.0:1", "http://127.0.0.1:1"),
            ("[::]:2", "http://[::1]:2"),
            ("192.0.2.1:3", "http://192.0.2.1:3"),
            ("[::1]:4", "http://[::1]:4"),
        ] {
            assert_eq!(base_address(address.parse().unwrap()), base);
        }
    }
}
