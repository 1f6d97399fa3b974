//! What the API shows of jobs, read from the projections: status, history, and the jobs of a workflow.

pub(super) mod tasks;
mod waiting;

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use sqlx::{QueryBuilder, Row, Sqlite};
use wire::history::JobPage;
use wire::{Job, JobStatus, Status};

use super::history::{self, HistoryQuery, Limits};
use super::rows;
use super::seams::Projection;
use crate::database::Database;
use crate::error::HubError;

/// The projections in SQLite.
#[derive(Clone, Debug)]
pub(super) struct SqliteProjection {
    database: Database,
}

impl SqliteProjection {
    pub(super) fn new(database: Database) -> Self {
        Self { database }
    }

    /// The last job of each of these workflows that has one.
    pub(super) async fn last_jobs(&self, workflows: &[String]) -> Result<HashMap<String, Job>, HubError> {
        let mut jobs = Vec::new();
        let mut snapshot = self.database.read().begin().await?;
        for workflow in workflows {
            // The index of a workflow's jobs ends in their order: each of these reads one row.
            let row = sqlx::query(
                "SELECT id, job_name, workflow_id, workflow_name, status, started_by, started_at, ended_at, dry_run,
                        tasks_total, tasks_done, error
                 FROM jobs WHERE workflow_id = ? ORDER BY started_at DESC, id DESC LIMIT 1",
            )
            .bind(workflow)
            .fetch_optional(&mut *snapshot)
            .await?;
            jobs.extend(row.as_ref().map(rows::job).transpose()?);
        }
        waiting::fill(&mut snapshot, &mut jobs).await?;
        rows::fill_parents(&mut snapshot, &mut jobs).await?;
        snapshot.commit().await?;
        Ok(jobs.into_iter().map(|(_, job)| (job.workflow_id.clone(), job)).collect())
    }

    /// The workflows whose last job has this status.
    pub(super) async fn last_in_status(&self, status: &Status) -> Result<Vec<String>, HubError> {
        // Steps through the index from workflow to workflow, and reads the last job of each.
        let workflows = sqlx::query_scalar(
            "WITH RECURSIVE known (workflow) AS (
                 SELECT MIN(workflow_id) FROM jobs
                 UNION ALL
                 SELECT (SELECT MIN(workflow_id) FROM jobs WHERE workflow_id > workflow)
                 FROM known WHERE workflow IS NOT NULL
             )
             SELECT workflow FROM known
             WHERE workflow IS NOT NULL AND ? = (
                 SELECT status FROM jobs WHERE workflow_id = workflow ORDER BY started_at DESC, id DESC LIMIT 1
             )",
        )
        .bind(status.as_str())
        .fetch_all(self.database.read())
        .await?;
        Ok(workflows)
    }

    /// The jobs of these workflows that are under way. A faulted job is not.
    pub(super) async fn running_jobs(&self, workflows: &[String]) -> Result<Vec<String>, HubError> {
        if workflows.is_empty() {
            return Ok(Vec::new());
        }
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "SELECT job_name FROM jobs
             WHERE status IN ('pending', 'running', 'waiting', 'suspended') AND workflow_id IN (",
        );
        let mut ids = query.separated(", ");
        for workflow in workflows {
            ids.push_bind(workflow.clone());
        }
        query.push(") ORDER BY started_at, id");
        Ok(query.build_query_scalar().fetch_all(self.database.read()).await?)
    }

    /// How SQLite goes about this query.
    pub(super) async fn explain_history(&self, asked: &HistoryQuery) -> Result<Vec<String>, HubError> {
        let mut connection = self.database.read().acquire().await?;
        history::explain(&mut connection, asked).await
    }

    /// One job whole, and its number.
    pub(super) async fn numbered(
        &self,
        workflow_id: &str,
        job_name: &str,
        with_def: bool,
    ) -> Result<(i64, JobStatus), HubError> {
        // One transaction: a job that is being changed is shown as it was before or as it is after.
        let mut snapshot = self.database.read().begin().await?;
        let row = sqlx::query(
            "SELECT jobs.*, CASE WHEN ? THEN definition END AS definition
             FROM jobs JOIN definitions USING (digest) WHERE job_name = ? AND workflow_id = ?",
        )
        .bind(with_def)
        .bind(job_name)
        .bind(workflow_id)
        .fetch_optional(&mut *snapshot)
        .await?
        .ok_or_else(|| rows::unknown_job(job_name))?;
        let (number, job) = rows::job(&row)?;
        let digest: String = row.try_get("digest")?;
        let (shown, tasks_omitted) = tasks::shown(&mut snapshot, number).await?;
        let task_rows = tasks::read(&mut snapshot, number, &shown).await?;
        let earlier_rows = tasks::earlier(&mut snapshot, number).await?;
        let act_rows = sqlx::query("SELECT * FROM acts WHERE job = ? ORDER BY id")
            .bind(number)
            .fetch_all(&mut *snapshot)
            .await?;
        let mut jobs = [(number, job)];
        waiting::fill(&mut snapshot, &mut jobs).await?;
        rows::fill_parents(&mut snapshot, &mut jobs).await?;
        let [(_, job)] = jobs;
        snapshot.commit().await?;
        let mut earlier: BTreeMap<i64, Vec<wire::job::Attempt>> = BTreeMap::new();
        for row in &earlier_rows {
            let (task, attempt) = rows::attempt(row)?;
            earlier.entry(task).or_default().push(attempt);
        }
        let tasks: Vec<wire::Task> = task_rows
            .iter()
            .map(|row| -> sqlx::Result<wire::Task> {
                let earlier = earlier.remove(&row.try_get::<i64, _>("task")?).unwrap_or_default();
                Ok(wire::Task { earlier, ..rows::task(row, job_name, &digest)? })
            })
            .collect::<sqlx::Result<_>>()?;
        let status = JobStatus {
            job,
            input: rows::json(row.try_get("input")?),
            output: rows::json(row.try_get("output")?),
            definition_revision: row.try_get::<i64, _>("revision")?.unsigned_abs(),
            tasks,
            tasks_omitted,
            paths_not_taken: rows::optional_json(row.try_get("paths_not_taken")?).unwrap_or_default(),
            acts: act_rows.iter().map(|row| rows::act(row, job_name)).collect::<sqlx::Result<_>>()?,
            reason: row.try_get("reason")?,
            workflow_def: row.try_get("definition")?,
        };
        Ok((number, status))
    }
}

#[async_trait]
impl Projection for SqliteProjection {
    async fn status(&self, workflow_id: &str, job_name: &str, with_def: bool) -> Result<JobStatus, HubError> {
        self.numbered(workflow_id, job_name, with_def).await.map(|(_, status)| status)
    }

    async fn history(&self, asked: &HistoryQuery) -> Result<JobPage, HubError> {
        let mut snapshot = self.database.read().begin().await?;
        let (mut page, mut jobs) = history::answer(&mut snapshot, asked, Limits::default()).await?;
        waiting::fill(&mut snapshot, &mut jobs).await?;
        rows::fill_parents(&mut snapshot, &mut jobs).await?;
        snapshot.commit().await?;
        page.items = jobs.into_iter().map(|(_, job)| job).collect();
        Ok(page)
    }
}
