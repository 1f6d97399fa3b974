//! What people do to a job: stop it, retry and skip its tasks, decide at its gates. Each is checked against what the job
//! is at that moment, with the job locked, and kept with who did it, when and why, in the same transaction as its effect.

pub(super) mod refusals;

use flow::engine::{
    Approval, Decision, Event, Refusal, TaskId, TaskStatus, Timestamp, Waiting, skip_refusal,
};
use sqlx::Row;
use wire::job::DecisionRequest;
use wire::{JobStatus, Permission, Role, Status};

use super::host::Locked;
use super::masking::Masking;
use super::naming::{parse_task_id, task_id};
use super::plan::{Act, ActRow, ActTask, LogRow, Write, word};
use super::seams::Submitted;
use super::{Executions, rows};
use crate::clock;
use crate::error::HubError;

/// A job as it is while it is locked.
struct Current {
    number: i64,
    status: String,
    broken: bool,
    digest: String,
}

/// A task as it is while its job is locked.
struct CurrentTask {
    task: TaskId,
    name: String,
    status: TaskStatus,
    attempt: u32,
    waiting: Option<Waiting>,
}

impl Executions {
    /// Stops a job: what runs is aborted, what waits is given up, and nothing is undone.
    ///
    /// # Errors
    /// 404 for an unknown job, 409 for one that is at its end.
    pub async fn stop(&self, job_name: &str, by: &str, reason: Option<String>) -> Result<(), HubError> {
        let (mut locked, job) = self.lock(job_name).await?;
        if Status::from(job.status.as_str()).is_final() {
            return Err(refusals::already_over(job_name, &job.status));
        }
        let at = Timestamp(clock::now());
        let act = act(at, by, Act::Stop, None, reason.clone());
        let reason = reason.unwrap_or_default();
        if job.broken {
            let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            let line = format!("stopped by {by}{because}; the hub could not carry it on");
            let place = (String::new(), None, 0);
            let line = LogRow::new(&Masking::default(), at, place, flow::engine::LogLevel::Warn, &line);
            let writes = vec![act, Write::Cancelled { at }, Write::DropState, Write::Log(line)];
            self.host.write(job.number, writes).await?;
            return self.tell_parent_of_broken(job.number, job_name).await;
        }
        let event = Event::StopRequested { at, by: by.to_owned(), reason };
        match self.host.apply(&mut locked, None, event, vec![act]).await? {
            Submitted::Applied => Ok(()),
            Submitted::Ignored => Err(refusals::already_over(job_name, &job.status)),
        }
    }

    /// Retries one faulted task of a job, or all of them.
    ///
    /// # Errors
    /// 404 for an unknown job or task, 409 where nothing is faulted, or where a retry would give the same again.
    pub async fn retry(
        &self,
        job_name: &str,
        task_id: Option<&str>,
        by: &str,
        reason: Option<String>,
    ) -> Result<(), HubError> {
        let (mut locked, job) = self.lock(job_name).await?;
        refuse_broken(job_name, &job)?;
        let mut tasks = Vec::new();
        let mut named = None;
        if let Some(task_id) = task_id {
            let task = self.task_of(&job, job_name, task_id).await?;
            if task.status != TaskStatus::Faulted {
                return Err(refusals::wrong_status(&task, "faulted", "失败"));
            }
            tasks.push(task.task);
            named = Some(task);
        }
        if Status::from(job.status.as_str()).is_final() {
            return Err(refusals::nothing_to_retry(job_name, &job.status));
        }
        let at = Timestamp(clock::now());
        let act = act(at, by, Act::Retry, named.as_ref(), reason.clone());
        let event =
            Event::RetryRequested { at, tasks, by: by.to_owned(), reason: reason.unwrap_or_default() };
        match self.host.apply(&mut locked, None, event, vec![act]).await? {
            Submitted::Applied => Ok(()),
            Submitted::Ignored => {
                let is_empty = locked.look(|_, state| state.live_tasks() == 0).unwrap_or_default();
                let why = if is_empty && job.status == word(TaskStatus::Faulted) {
                    refusals::fault_of_workflow(job_name)
                } else {
                    refusals::nothing_to_retry(job_name, &job.status)
                };
                Err(self.why_ignored(job_name, why).await?)
            }
        }
    }

    /// Skips a faulted or waiting task: its output is its input, and the job goes on. A gate that asks for certain
    /// people is no such task to anybody else, and one that asks for two to nobody.
    ///
    /// # Errors
    /// 404 for an unknown job or task, 403 for a gate that is not this person's to pass by, 409 for a task that is
    /// neither faulted nor waiting.
    pub async fn skip(
        &self,
        job_name: &str,
        task_id: &str,
        by: &str,
        role: Role,
        reason: Option<String>,
    ) -> Result<(), HubError> {
        let (mut locked, job) = self.lock(job_name).await?;
        refuse_broken(job_name, &job)?;
        let task = self.task_of(&job, job_name, task_id).await?;
        let wrong = || refusals::wrong_status(&task, "faulted or waiting", "失败或等待中");
        let is_open = matches!(task.status, TaskStatus::Faulted | TaskStatus::Waiting);
        if !is_open || Status::from(job.status.as_str()).is_final() {
            return Err(wrong());
        }
        let at = Timestamp(clock::now());
        let act = act(at, by, Act::Skip, Some(&task), reason.clone());
        let (id, roles) = (task.task, roles_of(role));
        let reason = reason.unwrap_or_default();
        let event = Event::SkipRequested { at, task: id, by: by.to_owned(), roles: roles.clone(), reason };
        match self.host.apply(&mut locked, None, event, vec![act]).await? {
            Submitted::Applied => Ok(()),
            Submitted::Ignored => {
                let refusal =
                    locked.look(|program, state| skip_refusal(program, state, id, by, &roles)).flatten();
                let why = refusal.map_or_else(wrong, |refusal| refusals::of_skip(&task, &refusal));
                Err(self.why_ignored(job_name, why).await?)
            }
        }
    }

    /// Decides at a gate, for somebody who may operate at all. Administrators are no exception to what the gate asks for.
    ///
    /// # Errors
    /// 404 for an unknown task, 403 where somebody else is asked to decide, 409 where the gate is decided already
    /// (naming who did, what and when) or does not wait, and where the decision is about another definition.
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
        let Some(Waiting::Approval(approval)) = &task.waiting else {
            return Err(self.not_waiting(&job, &task).await?);
        };
        // Taken with the job locked: what it is compared with cannot change any more.
        let at = Timestamp(clock::now());
        let roles = roles_of(role);
        if let Some(refusal) = approval.refusal(by, &roles, at) {
            return Err(refusals::of_decision(&task, by, &refusal));
        }
        if request.definition_digest.is_some_and(|digest| digest != job.digest) {
            return Err(refusals::other_definition(job_name));
        }
        let (decision, done) = match request.decision {
            wire::Decision::Approve => (Decision::Approve, Act::Approve),
            wire::Decision::Reject => (Decision::Reject, Act::Reject),
        };
        let comment = (!request.comment.is_empty()).then(|| request.comment.clone());
        let key = format!("decide/{}/{}/{by}", task.task.0, task.attempt);
        let act = act(at, by, done, Some(&task), comment);
        let (id, by) = (task.task, by.to_owned());
        let event = Event::Decided { at, task: id, decision, by, roles, comment: request.comment };
        match self.host.apply(&mut locked, Some(key), event, vec![act]).await? {
            Submitted::Applied => Ok(()),
            Submitted::Ignored => {
                let reason = self.not_waiting(&job, &task).await?;
                Err(self.why_ignored(job_name, reason).await?)
            }
        }
    }

    /// Says in a job's status at which of its gates this person may decide now, and if not, why.
    ///
    /// # Errors
    /// 500 from the database.
    pub async fn say_who_may_decide(
        &self,
        status: &mut JobStatus,
        by: &str,
        role: Role,
    ) -> Result<(), HubError> {
        if status.tasks.iter().all(|task| task.waiting.is_none()) {
            return Ok(());
        }
        let job_name = status.job.job_name.clone();
        let waiting: Vec<(i64, String)> = sqlx::query_as(
            "SELECT task, waiting FROM tasks JOIN jobs ON id = job WHERE job_name = ? AND waiting IS NOT NULL",
        )
        .bind(&job_name)
        .fetch_all(self.database.read())
        .await?;
        let (now, roles) = (Timestamp(clock::now()), roles_of(role));
        for (task, waiting) in waiting {
            let Ok(Waiting::Approval(approval)) = serde_json::from_str(&waiting) else { continue };
            let id = task_id(&job_name, TaskId(task.unsigned_abs()));
            let shown = status.tasks.iter_mut().find(|task| task.task_id == id);
            let Some(shown) = shown.and_then(|task| task.waiting.as_mut()) else { continue };
            let may_not = may_not(&approval, by, role, &roles, now);
            shown.may_decide = Some(may_not.is_none());
            shown.may_not = may_not.map(str::to_owned);
        }
        Ok(())
    }

    /// Locks a job and reads what it is: nothing changes it until the lock is dropped.
    async fn lock(&self, job_name: &str) -> Result<(Locked, Current), HubError> {
        // A name that no job has must not get a place in memory.
        self.current(job_name).await?;
        let locked = self.host.lock(job_name).await;
        Ok((locked, self.current(job_name).await?))
    }

    async fn current(&self, job_name: &str) -> Result<Current, HubError> {
        let row = sqlx::query("SELECT id, status, broken, digest FROM jobs WHERE job_name = ?")
            .bind(job_name)
            .fetch_optional(self.database.read())
            .await?
            .ok_or_else(|| rows::unknown_job(job_name))?;
        Ok(Current {
            number: row.try_get("id")?,
            status: row.try_get("status")?,
            broken: row.try_get("broken")?,
            digest: row.try_get("digest")?,
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
        let decided: Vec<(String, i64, String)> = sqlx::query_as(
            "SELECT by_user, at, act FROM acts
             WHERE job = ? AND task = ? AND COALESCE(attempt, ?3) = ?3 AND act IN ('approve', 'reject') ORDER BY id",
        )
        .bind(job.number)
        .bind(i64::try_from(task.task.0).unwrap_or(i64::MAX))
        .bind(task.attempt)
        .fetch_all(self.database.read())
        .await?;
        // Approvals of a gate that failed for another reason have decided nothing.
        let last = decided.last().map(|(_, _, act)| act.as_str());
        let (en, zh) = match (last, task.status) {
            (Some("approve"), TaskStatus::Completed) => ("approved", "通过"),
            (Some("reject"), _) => ("rejected", "拒绝"),
            _ => {
                let status = word(task.status);
                return Ok(HubError::conflict(
                    format!("task {} is {status}: it waits for no decision", task.name),
                    format!("任务 {} 状态为 {status}，不在等待审核", task.name),
                ));
            }
        };
        let each: Vec<(String, String)> = decided
            .iter()
            .filter(|(_, _, act)| Some(act.as_str()) == last)
            .map(|(by, at, _)| (by.clone(), clock::rfc3339(*at)))
            .collect();
        let en_who: Vec<String> = each.iter().map(|(by, at)| format!("{by} at {at}")).collect();
        let zh_who: Vec<String> = each.iter().map(|(by, at)| format!("{by} 于 {at}")).collect();
        Ok(HubError::conflict(
            format!("task {} was {en} by {} already", task.name, en_who.join(" and ")),
            format!("任务 {} 已由 {} 审核{zh}", task.name, zh_who.join("、")),
        ))
    }
}

fn may_not(
    approval: &Approval,
    by: &str,
    role: Role,
    roles: &[String],
    now: Timestamp,
) -> Option<&'static str> {
    if !role.may(Permission::Operate) {
        return Some("not_permitted");
    }
    approval.refusal(by, roles, now).map(|refusal| match refusal {
        Refusal::NotAsked { .. } | Refusal::Guarded { .. } => "not_asked",
        Refusal::Starter => "starter",
        Refusal::Approved { .. } => "approved",
        Refusal::Overdue { .. } => "overdue",
    })
}

/// The roles that approvers may name: a person has one, and a higher one is not a lower one too.
fn roles_of(role: Role) -> Vec<String> {
    vec![role.as_str().to_owned()]
}

fn act(at: Timestamp, by: &str, act: Act, task: Option<&CurrentTask>, comment: Option<String>) -> Write {
    let task = task.map(|task| ActTask { task: task.task, name: task.name.clone(), attempt: task.attempt });
    Write::Act(ActRow { at, by: by.to_owned(), act, task, comment })
}

fn refuse_broken(job_name: &str, job: &Current) -> Result<(), HubError> {
    if job.broken { Err(refusals::broken(job_name)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use wire::Role;

    #[test]
    fn the_roles_that_a_gate_may_name_are_the_products() {
        assert_eq!(Role::ALL.map(Role::as_str), flow::gate::ROLES);
    }
}
