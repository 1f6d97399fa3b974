//! What people do to a job: stop it, retry and skip its tasks, decide at its gates. Each is checked against what the job
//! is at that moment, with the job locked, and kept with who did it and when.

use flow::engine::{Decision, Event, TaskId, TaskStatus, Timestamp, Waiting};
use sqlx::Row;
use wire::job::DecisionRequest;
use wire::{Role, Status};

use super::host::Locked;
use super::naming::parse_task_id;
use super::plan::{Act, ActRow, Write, word};
use super::seams::Submitted;
use super::{Executions, rows};
use crate::clock;
use crate::error::HubError;

/// A job as it is while it is locked.
struct Current {
    number: i64,
    status: String,
    broken: bool,
}

/// A task as it is while its job is locked.
struct CurrentTask {
    task: TaskId,
    name: String,
    status: TaskStatus,
    attempt: i64,
    waiting: Option<Waiting>,
}

impl Executions {
    /// Stops a job: what runs is aborted, what waits is given up.
    ///
    /// # Errors
    /// 404 for an unknown job, 409 for one that is at its end.
    pub async fn stop(&self, job_name: &str, by: &str, reason: Option<String>) -> Result<(), HubError> {
        let (mut locked, job) = self.lock(job_name).await?;
        if Status::from(job.status.as_str()).is_final() {
            return Err(already_over(job_name, &job.status));
        }
        let at = Timestamp(clock::now());
        let act = Write::Act(ActRow { at, by: by.to_owned(), act: Act::Stop, task: None, comment: reason });
        if job.broken {
            return self.host.write(job.number, vec![act, Write::Cancelled { at }, Write::DropState]).await;
        }
        let event = Event::StopRequested { at, by: by.to_owned() };
        match self.host.apply(&mut locked, None, event, vec![act]).await? {
            Submitted::Applied => Ok(()),
            Submitted::Ignored => Err(already_over(job_name, &job.status)),
        }
    }

    /// Retries one faulted task of a job, or all of them.
    ///
    /// # Errors
    /// 404 for an unknown job or task, 409 where nothing is faulted.
    pub async fn retry(&self, job_name: &str, task_id: Option<&str>, by: &str) -> Result<(), HubError> {
        let (mut locked, job) = self.lock(job_name).await?;
        refuse_broken(job_name, &job)?;
        let nothing = || {
            HubError::conflict(
                format!("job {job_name} is {}: it has no faulted task to retry", job.status),
                format!("作业 {job_name} 状态为 {}，没有可重试的失败任务", job.status),
            )
        };
        let mut tasks = Vec::new();
        let mut named = None;
        if let Some(task_id) = task_id {
            let task = self.task_of(&job, job_name, task_id).await?;
            if task.status != TaskStatus::Faulted {
                return Err(wrong_status(&task, "faulted", "失败"));
            }
            tasks.push(task.task);
            named = Some((task.task, task.name));
        }
        if Status::from(job.status.as_str()).is_final() {
            return Err(nothing());
        }
        let at = Timestamp(clock::now());
        let act = Write::Act(ActRow { at, by: by.to_owned(), act: Act::Retry, task: named, comment: None });
        let event = Event::RetryRequested { at, tasks, by: by.to_owned() };
        match self.host.apply(&mut locked, None, event, vec![act]).await? {
            Submitted::Applied => Ok(()),
            Submitted::Ignored => Err(self.why_ignored(job_name, nothing()).await?),
        }
    }

    /// Skips a faulted or waiting task: its output is its input, and the job goes on.
    ///
    /// # Errors
    /// 404 for an unknown job or task, 409 for a task that is neither faulted nor waiting.
    pub async fn skip(&self, job_name: &str, task_id: &str, by: &str) -> Result<(), HubError> {
        let (mut locked, job) = self.lock(job_name).await?;
        refuse_broken(job_name, &job)?;
        let task = self.task_of(&job, job_name, task_id).await?;
        let wrong = wrong_status(&task, "faulted or waiting", "失败或等待中");
        let is_open = matches!(task.status, TaskStatus::Faulted | TaskStatus::Waiting);
        if !is_open || Status::from(job.status.as_str()).is_final() {
            return Err(wrong);
        }
        let at = Timestamp(clock::now());
        let named = Some((task.task, task.name));
        let act = Write::Act(ActRow { at, by: by.to_owned(), act: Act::Skip, task: named, comment: None });
        let event = Event::SkipRequested { at, task: task.task, by: by.to_owned() };
        match self.host.apply(&mut locked, None, event, vec![act]).await? {
            Submitted::Applied => Ok(()),
            Submitted::Ignored => Err(self.why_ignored(job_name, wrong).await?),
        }
    }

    /// Decides at a gate, for somebody who may operate at all.
    ///
    /// # Errors
    /// 404 for an unknown task, 403 where somebody else is asked to decide, 409 where the gate is decided already
    /// (naming who did, what and when) or does not wait.
    pub async fn notify(
        &self,
        task_id: &str,
        request: DecisionRequest,
        by: &str,
        role: Role,
    ) -> Result<(), HubError> {
        let (job_name, _) = parse_task_id(task_id).ok_or_else(|| rows::unknown_task(task_id))?;
        let (mut locked, job) = self.lock(job_name).await.map_err(|error| match error.code {
            wire::ErrorCode::NotFound => rows::unknown_task(task_id),
            _ => error,
        })?;
        refuse_broken(job_name, &job)?;
        let task = self.task_of(&job, job_name, task_id).await?;
        let Some(Waiting::Approval { approvers, .. }) = &task.waiting else {
            return Err(self.not_waiting(&job, &task).await?);
        };
        let is_asked =
            approvers.is_empty() || approvers.iter().any(|name| name == by || name == role.as_str());
        if !is_asked {
            let names = approvers.join(", ");
            return Err(HubError::not_permitted(
                format!("task {} is decided by: {names}", task.name),
                format!("任务 {} 只能由以下用户或角色审核：{names}", task.name),
            ));
        }
        let (decision, act) = match request.decision {
            wire::Decision::Approve => (Decision::Approve, Act::Approve),
            wire::Decision::Reject => (Decision::Reject, Act::Reject),
        };
        let at = Timestamp(clock::now());
        let by = by.to_owned();
        let comment = (!request.comment.is_empty()).then(|| request.comment.clone());
        let key = format!("decide/{}/{}", task.task.0, task.attempt);
        let named = Some((task.task, task.name.clone()));
        let act = Write::Act(ActRow { at, by: by.clone(), act, task: named, comment });
        let event = Event::Decided { at, task: task.task, decision, by, comment: request.comment };
        match self.host.apply(&mut locked, Some(key), event, vec![act]).await? {
            Submitted::Applied => Ok(()),
            Submitted::Ignored => {
                let reason = self.not_waiting(&job, &task).await?;
                Err(self.why_ignored(job_name, reason).await?)
            }
        }
    }

    /// Locks a job and reads what it is: nothing changes it until the lock is dropped.
    async fn lock(&self, job_name: &str) -> Result<(Locked, Current), HubError> {
        // A name that no job has must not get a place in memory.
        self.current(job_name).await?;
        let locked = self.host.lock(job_name).await;
        Ok((locked, self.current(job_name).await?))
    }

    async fn current(&self, job_name: &str) -> Result<Current, HubError> {
        let row = sqlx::query("SELECT id, status, broken FROM jobs WHERE job_name = ?")
            .bind(job_name)
            .fetch_optional(self.database.read())
            .await?
            .ok_or_else(|| rows::unknown_job(job_name))?;
        Ok(Current {
            number: row.try_get("id")?,
            status: row.try_get("status")?,
            broken: row.try_get("broken")?,
        })
    }

    async fn task_of(&self, job: &Current, job_name: &str, task_id: &str) -> Result<CurrentTask, HubError> {
        let unknown = || rows::unknown_task(task_id);
        let (of, task) = parse_task_id(task_id).ok_or_else(unknown)?;
        if of != job_name {
            return Err(unknown());
        }
        let row = sqlx::query("SELECT name, status, attempt, waiting FROM tasks WHERE job = ? AND task = ?")
            .bind(job.number)
            .bind(i64::try_from(task.0).unwrap_or(i64::MAX))
            .fetch_optional(self.database.read())
            .await?
            .ok_or_else(unknown)?;
        Ok(CurrentTask {
            task,
            name: row.try_get("name")?,
            status: rows::task_status(&row.try_get::<String, _>("status")?),
            attempt: row.try_get("attempt")?,
            waiting: rows::optional_json(row.try_get("waiting")?),
        })
    }

    /// Why an event changed nothing: the hub found that it cannot carry the job on, or `otherwise`.
    async fn why_ignored(&self, job_name: &str, otherwise: HubError) -> Result<HubError, HubError> {
        let now = self.current(job_name).await?;
        Ok(refuse_broken(job_name, &now).err().unwrap_or(otherwise))
    }

    /// Why a gate cannot be decided: who decided it, or that it does not wait.
    async fn not_waiting(&self, job: &Current, task: &CurrentTask) -> Result<HubError, HubError> {
        let decided = sqlx::query(
            "SELECT at, by_user, act FROM acts WHERE job = ? AND task = ? AND act IN ('approve', 'reject')
             ORDER BY id DESC LIMIT 1",
        )
        .bind(job.number)
        .bind(i64::try_from(task.task.0).unwrap_or(i64::MAX))
        .fetch_optional(self.database.read())
        .await?;
        let Some(row) = decided else {
            let status = word(task.status);
            return Ok(HubError::conflict(
                format!("task {} is {status}: it waits for no decision", task.name),
                format!("任务 {} 状态为 {status}，不在等待审核", task.name),
            ));
        };
        let (by, at): (String, i64) = (row.try_get("by_user")?, row.try_get("at")?);
        let at = clock::rfc3339(at);
        let (en, zh) = match row.try_get::<String, _>("act")?.as_str() {
            "approve" => ("approved", "通过"),
            _ => ("rejected", "拒绝"),
        };
        Ok(HubError::conflict(
            format!("task {} was {en} by {by} at {at} already", task.name),
            format!("任务 {} 已由 {by} 于 {at} 审核{zh}", task.name),
        ))
    }
}

fn already_over(job_name: &str, status: &str) -> HubError {
    HubError::conflict(
        format!("job {job_name} is {status} already"),
        format!("作业 {job_name} 已结束，状态为 {status}"),
    )
}

fn refuse_broken(job_name: &str, job: &Current) -> Result<(), HubError> {
    if job.broken {
        return Err(HubError::conflict(
            format!("the hub cannot carry job {job_name} on; it can only be stopped, and started anew"),
            format!("作业 {job_name} 无法继续执行，只能停止后重新启动"),
        ));
    }
    Ok(())
}

fn wrong_status(task: &CurrentTask, en: &str, zh: &str) -> HubError {
    let status = word(task.status);
    HubError::conflict(
        format!("task {} is {status}, not {en}", task.name),
        format!("任务 {} 状态为 {status}，不是{zh}", task.name),
    )
}
