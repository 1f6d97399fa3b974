//! A hub as a newcomer starts it: its own process, an empty data directory, a free port.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use anyhow::{Context as _, Result, bail};

use super::PATIENCE;

/// Where the programs under test are.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) hub: PathBuf,
    pub(crate) dist: PathBuf,
    pub(crate) driver: PathBuf,
}

impl Program {
    pub(crate) fn from_environment() -> Option<Self> {
        let path = |name| std::env::var_os(name).map(PathBuf::from);
        Some(Self { hub: path("MAS_HUB_BIN")?, dist: path("MAS_DIST")?, driver: path("CHROMEDRIVER")? })
    }
}

#[derive(Default)]
pub(crate) struct HubOptions {
    /// `host:port` of services that HTTP tasks may call.
    pub(crate) egress: Vec<String>,
    /// Origins that may call from elsewhere.
    pub(crate) origins: Vec<String>,
    /// Namespaces whose workflows may start processes.
    pub(crate) processes: Vec<String>,
}

pub(crate) struct Hub {
    process: Child,
    program: Program,
    data: tempfile::TempDir,
    listen: String,
    /// `http://127.0.0.1:PORT`.
    pub(crate) address: String,
    /// The link that the first start printed.
    pub(crate) sign_in_link: String,
}

impl Hub {
    pub(crate) fn start(program: &Program, options: &HubOptions) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let quote =
            |list: &[String]| list.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>().join(", ");
        std::fs::write(
            data.path().join("hub.toml"),
            format!(
                "[egress]\nallow = [{}]\n[cors]\nallow_origins = [{}]\n[processes]\nallow = [{}]\n",
                quote(&options.egress),
                quote(&options.origins),
                quote(&options.processes)
            ),
        )?;
        let listen = format!("127.0.0.1:{}", free_port()?);
        let (process, sign_in_link) = spawn(program, data.path(), &listen, true)?;
        let hub = Self {
            process,
            program: program.clone(),
            data,
            address: format!("http://{listen}"),
            listen,
            sign_in_link,
        };
        Ok(hub)
    }

    /// `mas-hub user add`, as an administrator types it.
    pub(crate) fn add_user(&self, name: &str, role: &str, password: &str) -> Result<()> {
        let mut command = Command::new(&self.program.hub)
            .args(["user", "add", name, "--role", role, "--data"])
            .arg(self.data.path().join("data"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        writeln!(command.stdin.take().context("standard input")?, "{password}")?;
        let status = command.wait()?;
        if !status.success() {
            bail!("user add: {status}");
        }
        Ok(())
    }

    /// `kill -9`, and a start on the same data.
    pub(crate) fn crash_and_restart(&mut self) -> Result<()> {
        self.crash()?;
        self.restart()
    }

    /// `kill -9`.
    pub(crate) fn crash(&mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    pub(crate) fn restart(&mut self) -> Result<()> {
        self.process = spawn(&self.program, self.data.path(), &self.listen, false)?.0;
        Ok(())
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts the hub and waits until it answers; the first start is also waited for until it has printed its link.
fn spawn(program: &Program, folder: &Path, listen: &str, first: bool) -> Result<(Child, String)> {
    let mut process = Command::new(&program.hub)
        .args(["serve", "--listen", listen, "--data"])
        .arg(folder.join("data"))
        .arg("--config")
        .arg(folder.join("hub.toml"))
        .arg("--static")
        .arg(&program.dist)
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(folder.join("hub.log"))?)
        .spawn()
        .with_context(|| program.hub.display().to_string())?;
    let output = BufReader::new(process.stdout.take().context("standard output")?);
    let (sender, links) = mpsc::channel();
    std::thread::spawn(move || {
        // Read to the end, so that the hub never blocks on a full pipe.
        for line in output.lines().map_while(Result::ok) {
            if let Some(start) = line.find("http://").filter(|_| line.contains("/sign-in?code=")) {
                let link = line[start..].split_whitespace().next().unwrap_or_default().to_owned();
                // The journey may be over already.
                let _ = sender.send(link);
            }
        }
    });
    let deadline = std::time::Instant::now() + PATIENCE;
    let said = || std::fs::read_to_string(folder.join("hub.log")).unwrap_or_default();
    let link = if first {
        links.recv_timeout(PATIENCE).with_context(|| format!("no sign-in link: {}", said()))?
    } else {
        String::new()
    };
    while std::net::TcpStream::connect(listen).is_err() {
        if let Some(status) = process.try_wait()? {
            bail!("the hub ended: {status}: {}", said());
        }
        if std::time::Instant::now() > deadline {
            process.kill()?;
            bail!("the hub does not listen: {}", said());
        }
        std::thread::yield_now();
    }
    Ok((process, link))
}

pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
