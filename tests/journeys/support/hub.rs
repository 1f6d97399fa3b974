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
                "[egress]\nallow = [{}]\n[cors]\nallow_origins = [{}]\n",
                quote(&options.egress),
                quote(&options.origins)
            ),
        )?;
        let listen = format!("127.0.0.1:{}", free_port()?);
        let (process, link) = spawn(program, data.path(), &listen)?;
        let hub = Self {
            process,
            program: program.clone(),
            data,
            address: format!("http://{listen}"),
            listen,
            sign_in_link: link.context("the first start prints a sign-in link")?,
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
        self.process.kill()?;
        self.process.wait()?;
        self.process = spawn(&self.program, self.data.path(), &self.listen)?.0;
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

/// Starts the hub and waits until it has said that it listens; gives the sign-in link where it printed one.
fn spawn(program: &Program, folder: &Path, listen: &str) -> Result<(Child, Option<String>)> {
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
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                // Nobody reads any more, but the hub must not block on a full pipe.
                continue;
            }
        }
    });
    let deadline = std::time::Instant::now() + PATIENCE;
    let mut link = None;
    loop {
        while let Ok(line) = lines.try_recv() {
            if let Some(start) = line.find("http://").filter(|_| line.contains("/sign-in?code=")) {
                link = Some(line[start..].split_whitespace().next().unwrap_or_default().to_owned());
            }
        }
        if std::net::TcpStream::connect(listen).is_ok()
            && (link.is_some() || lines.recv_timeout(std::time::Duration::from_millis(200)).is_err())
        {
            return Ok((process, link));
        }
        if let Some(status) = process.try_wait()? {
            bail!("the hub ended: {status}: {}", std::fs::read_to_string(folder.join("hub.log"))?);
        }
        if std::time::Instant::now() > deadline {
            process.kill()?;
            bail!("the hub does not listen: {}", std::fs::read_to_string(folder.join("hub.log"))?);
        }
    }
}

pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
