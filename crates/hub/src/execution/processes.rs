//! `run: shell` and `run: script` (DSL reference, Shell Process and Script Process): processes of this machine.
//!
//! Off unless the configuration allows the run's namespace. A process has a group, a directory and an environment of its
//! own and inherits nothing of the hub's; it is ended as a whole, with whatever it has started, when it takes too long,
//! writes too much, or nobody wants its outcome any more. It is written down before it begins, so that the next start
//! of the hub kills what a killed one has left, before the call is made again.
//!
//! An exit code other than 0 is a fault, unless the task asks for the code: the specification's text leaves it open, and
//! a failing command must not pass for a success.

mod command;
mod group;
mod output;

use std::collections::HashMap;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use flow::engine::{Language, Process, Returns, WorkflowError};
use flow::{Pointer, Problem};
use serde_json::{Value, json};
use tokio::process::Child;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::command::{Prepared, Program};
use self::group::Group;
use self::output::Stream;
use super::faults;
use super::http::HttpRunner;
use super::runner::LogSink;
use crate::config::Processes;
use crate::database::Database;
use crate::error::HubError;

/// How long a process has to end by itself when it is asked to.
const GRACE: Duration = Duration::from_secs(2);
/// How long what is still in the pipes may take to come when the process has ended.
const DRAIN: Duration = Duration::from_secs(1);

/// Runs processes; cheap to clone.
#[derive(Clone)]
pub(super) struct ProcessRunner {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Processes,
    database: Database,
    http: Arc<HttpRunner>,
    tracker: TaskTracker,
    /// Ends the processes that nobody awaits, by `<job>/<task>/<attempt>`.
    unawaited: Mutex<HashMap<String, CancellationToken>>,
    stopping: CancellationToken,
}

/// What is to be run, as the engine asks for it.
#[derive(Debug)]
pub(super) enum Asked {
    Shell { command: String },
    Script { language: Language, code: Option<String>, source: Option<Value> },
}

/// The call that a process belongs to.
#[derive(Clone, Debug)]
struct Owner {
    job: i64,
    job_name: String,
    namespace: String,
    task: i64,
    attempt: i64,
}

/// How a process came to its end.
enum Ending {
    Exited(ExitStatus),
    TimedOut,
    TooMuch(&'static str),
    Unwanted,
}

impl ProcessRunner {
    /// Kills what an earlier hub has left running, and begins to take processes.
    ///
    /// # Errors
    /// 500 from the database.
    pub(super) async fn open(
        database: Database,
        settings: Processes,
        http: Arc<HttpRunner>,
    ) -> Result<Self, HubError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT cookie, directory FROM processes").fetch_all(database.read()).await?;
        for (cookie, directory) in rows {
            let killed = Group::left_by(&cookie).kill().await;
            tracing::warn!(killed, directory, "a process that the last hub left behind is ended");
            // It may be gone already.
            let _ = tokio::fs::remove_dir_all(&directory).await;
            sqlx::query("DELETE FROM processes WHERE cookie = ?")
                .bind(&cookie)
                .execute(database.write())
                .await?;
        }
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                database,
                http,
                tracker: TaskTracker::new(),
                unawaited: Mutex::default(),
                stopping: CancellationToken::new(),
            }),
        })
    }

    /// Runs a process to its end, or just begins it where it is not awaited.
    ///
    /// # Errors
    /// The specification's error that the task faults with.
    pub(super) async fn run(
        &self,
        asked: Asked,
        process: Process,
        key: &str,
        log: LogSink,
        cancelled: CancellationToken,
    ) -> Result<Value, WorkflowError> {
        let inner = Arc::clone(&self.inner);
        let owner = inner.owner(key).await?;
        if !inner.settings.allow.contains(&owner.namespace) {
            return Err(faults::authorization(not_allowed(&owner.namespace)));
        }
        if !cfg!(unix) {
            return Err(faults::configuration("processes are run on Unix only"));
        }
        let program = match asked {
            Asked::Shell { command } => Program::Shell(command),
            Asked::Script { language, code, source } => {
                let code = match (code, source) {
                    (Some(code), _) => code,
                    (None, source) => inner.fetch(&source.unwrap_or_default(), key, &log).await?,
                };
                Program::Script(language, code)
            }
        };
        let awaited = process.awaited;
        let unwanted = if awaited { cancelled } else { inner.unawaited(key) };
        let key = key.to_owned();
        let (ended, outcome) = oneshot::channel();
        // On its own: the future that waits for it may be dropped, and the process has to be ended all the same.
        inner.tracker.clone().spawn(async move {
            let outcome = inner.supervise(program, process, owner, &log, unwanted).await;
            if let (false, Err(error)) = (awaited, &outcome) {
                log.warn(format!(
                    "the process, which is not awaited: {}",
                    error.detail.as_deref().unwrap_or_default()
                ));
            }
            inner.all_unawaited().remove(&key);
            // Whoever asked may be gone.
            let _ = ended.send(outcome);
        });
        if !awaited {
            return Ok(Value::Null);
        }
        outcome.await.unwrap_or_else(|_| Err(faults::runtime("the hub failed while it watched this process")))
    }

    /// Ends the processes of a job that was stopped which nobody awaits; those that are awaited are cancelled by their calls.
    pub(super) fn stop_job(&self, job_name: &str) {
        let of_job = |key: &str| key.strip_prefix(job_name).is_some_and(|rest| rest.starts_with('/'));
        let all = self.inner.all_unawaited();
        all.iter().filter(|(key, _)| of_job(key)).for_each(|(_, token)| token.cancel());
    }

    /// Ends every process, and waits until they are gone.
    pub(super) async fn shutdown(&self) {
        self.inner.stopping.cancel();
        self.inner.tracker.close();
        if tokio::time::timeout(GRACE * 3, self.inner.tracker.wait()).await.is_err() {
            tracing::warn!("processes could not be ended; the next start of the hub tries again");
        }
    }
}

impl Inner {
    async fn owner(&self, key: &str) -> Result<Owner, WorkflowError> {
        let unknown = || faults::runtime(format!("{key} names no call"));
        let mut parts = key.rsplitn(3, '/');
        let mut number = || parts.next().and_then(|text| text.parse::<i64>().ok());
        let (attempt, task) = (number(), number());
        let (Some(attempt), Some(task), Some(job_name)) = (attempt, task, parts.next()) else {
            return Err(unknown());
        };
        let row: Option<(i64, String)> = sqlx::query_as("SELECT id, namespace FROM jobs WHERE job_name = ?")
            .bind(job_name)
            .fetch_optional(self.database.read())
            .await
            .map_err(|cause| faults::runtime(format!("the hub's database: {cause}")))?;
        let (job, namespace) = row.ok_or_else(unknown)?;
        Ok(Owner { job, job_name: job_name.to_owned(), namespace, task, attempt })
    }

    /// The code of a script that stands elsewhere.
    async fn fetch(&self, source: &Value, key: &str, log: &LogSink) -> Result<String, WorkflowError> {
        let raw = self.http.run_call(source, key, log).await?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(raw.as_str().unwrap_or_default());
        let code = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        code.ok_or_else(|| faults::validation("what `source` answers is no text"))
    }

    fn unawaited(&self, key: &str) -> CancellationToken {
        let token = self.stopping.child_token();
        self.all_unawaited().insert(key.to_owned(), token.clone());
        token
    }

    fn all_unawaited(&self) -> MutexGuard<'_, HashMap<String, CancellationToken>> {
        self.unawaited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a process, and sees it to its end.
    async fn supervise(
        &self,
        program: Program,
        process: Process,
        owner: Owner,
        log: &LogSink,
        unwanted: CancellationToken,
    ) -> Result<Value, WorkflowError> {
        if unwanted.is_cancelled() || self.stopping.is_cancelled() {
            return Err(faults::runtime("the process was cancelled before it began"));
        }
        let key = format!("{}/{}/{}", owner.job_name, owner.task, owner.attempt);
        let seconds = if process.has_timeout { self.settings.longest } else { self.settings.timeout };
        let longest = Duration::from_secs(u64::from(seconds.min(self.settings.longest)));
        let returns = process.returns;
        let settings = self.settings.clone();
        let prepared =
            tokio::task::spawn_blocking(move || Prepared::new(&settings, &program, &process, &key)).await;
        let mut prepared =
            prepared.map_err(|_| faults::runtime("the hub failed to prepare this process"))??;
        let group_of = prepared.cookie.clone();
        let failed = |cause: sqlx::Error| faults::runtime(format!("the hub's database: {cause}"));
        // Written down first: there is no moment at which it runs and nobody knows.
        sqlx::query("INSERT INTO processes (cookie, job, task, attempt, directory) VALUES (?, ?, ?, ?, ?)")
            .bind(&prepared.cookie)
            .bind(owner.job)
            .bind(owner.task)
            .bind(owner.attempt)
            .bind(prepared.directory.path().to_string_lossy())
            .execute(self.database.write())
            .await
            .map_err(failed)?;
        let outcome = match prepared.spawn() {
            Ok(child) => self.watch(child, &group_of, longest, returns, log, &unwanted).await,
            Err(error) => Err(error),
        };
        let forgotten = sqlx::query("DELETE FROM processes WHERE cookie = ?")
            .bind(&group_of)
            .execute(self.database.write())
            .await;
        if let Err(cause) = forgotten {
            tracing::error!(%cause, "a process that has ended could not be forgotten");
        }
        // Files may be many.
        let _ = tokio::task::spawn_blocking(move || drop(prepared)).await;
        outcome
    }

    async fn watch(
        &self,
        mut child: Child,
        cookie: &str,
        longest: Duration,
        returns: Returns,
        log: &LogSink,
        unwanted: &CancellationToken,
    ) -> Result<Value, WorkflowError> {
        let group = Group::led_by(child.id(), cookie);
        let (too_much, mut overflow) = mpsc::channel(2);
        let limit = usize::try_from(self.settings.output_limit).unwrap_or(usize::MAX);
        let stdout = Stream::read(output::STDOUT, child.stdout.take(), limit, log.clone(), too_much.clone());
        let stderr = Stream::read(output::STDERR, child.stderr.take(), limit, log.clone(), too_much);
        let ending = tokio::select! {
            biased;
            () = unwanted.cancelled() => Ending::Unwanted,
            () = self.stopping.cancelled() => Ending::Unwanted,
            Some(stream) = overflow.recv() => Ending::TooMuch(stream),
            () = tokio::time::sleep(longest) => Ending::TimedOut,
            status = child.wait() => match status {
                Ok(status) => Ending::Exited(status),
                Err(cause) => return Err(faults::runtime(format!("the process cannot be waited for: {cause}"))),
            },
        };
        if let Ending::Exited(_) = ending {
            // What is left in the pipes comes at once, unless something that was left behind holds them.
            let _ = tokio::time::timeout(DRAIN, async { tokio::join!(stdout.ended(), stderr.ended()) }).await;
            group.kill().await;
        } else {
            group.terminate(GRACE, &mut child).await;
        }
        let _ = tokio::time::timeout(DRAIN, async { tokio::join!(stdout.ended(), stderr.ended()) }).await;
        let ending = match (ending, overflow.try_recv()) {
            (Ending::Exited(_), Ok(stream)) => Ending::TooMuch(stream),
            (ending, _) => ending,
        };
        let most = self.settings.output_limit;
        match ending {
            Ending::Unwanted => {
                Err(faults::runtime("the process was ended: nobody wants its outcome any more"))
            }
            Ending::TimedOut => Err(faults::timeout(format!(
                "the process was ended: it took longer than {} s, the most that the hub gives it",
                longest.as_secs()
            ))),
            Ending::TooMuch(stream) => Err(faults::runtime(format!(
                "the process was ended: it wrote more than {most} bytes to {stream}"
            ))),
            Ending::Exited(status) => result(status, returns, &stdout.text(), &stderr.text()),
        }
    }
}

/// What a process that has ended by itself yields.
fn result(status: ExitStatus, returns: Returns, stdout: &str, stderr: &str) -> Result<Value, WorkflowError> {
    let code = exit_code(status);
    match returns {
        Returns::Code => Ok(json!(code)),
        Returns::All => Ok(json!({"code": code, "stdout": stdout, "stderr": stderr})),
        _ if code != 0 => {
            let last = output::last_lines(stderr);
            let remark = if last.is_empty() { String::new() } else { format!(": {last}") };
            Err(faults::runtime(format!("the process ended with exit code {code}{remark}")))
        }
        Returns::Stdout => Ok(json!(stdout)),
        Returns::Stderr => Ok(json!(stderr)),
        Returns::None => Ok(Value::Null),
    }
}

/// The exit code; one that a signal ended has 128 and the signal's number, as shells say it.
fn exit_code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    let by_signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let by_signal = None;
    status.code().or(by_signal).unwrap_or(-1)
}

/// Refuses a definition of a namespace that may not start processes, naming each task that would.
///
/// # Errors
/// 400 with the problems.
pub(super) fn check_allowed(
    settings: &Processes,
    namespace: &str,
    processes: &[(Pointer, &'static str)],
) -> Result<(), HubError> {
    if processes.is_empty() || settings.allow.iter().any(|allowed| allowed == namespace) {
        return Ok(());
    }
    let problem = |(pointer, kind): &(Pointer, &'static str)| Problem {
        pointer: pointer.clone(),
        severity: flow::Severity::Error,
        code: "process-not-allowed".to_owned(),
        message_en: format!("`{kind}`: {}", not_allowed(namespace)),
        message_zh: format!(
            "`{kind}`：Hub 未允许命名空间“{namespace}”运行本机进程（配置 [processes] allow）"
        ),
    };
    let problems: Vec<Problem> = processes.iter().map(problem).collect();
    let first = &problems[0];
    Err(HubError::invalid_definition(
        format!("workflowDef: {}: {}", first.pointer, first.message_en),
        format!("workflowDef：{}：{}", first.pointer, first.message_zh),
        problems.clone(),
    ))
}

fn not_allowed(namespace: &str) -> String {
    format!(
        "the hub does not let workflows of the namespace {namespace:?} start processes of its machine; \
         its configuration would: [processes] allow"
    )
}
