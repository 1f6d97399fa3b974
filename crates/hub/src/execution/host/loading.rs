//! Reads a job back into memory: its state, and the definition that it runs, compiled anew.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use flow::{Document, Pointer, Problem};
use sqlx::Row;
use wire::Status;

use super::{Host, Locked, Memory, Prepared, Seal};
use crate::error::HubError;
use crate::execution::blueprint::{Blueprint, Progress};
use crate::execution::interpreter::{Program, State};
use crate::execution::masking::Masking;
use crate::execution::plan::KeptValues;
use crate::execution::rows;
use crate::execution::seams::DefinitionStore;
use crate::secrets::VaultError;

pub(super) enum LoadError {
    /// The job is at its end, or broken off: no event changes it any more.
    Over,
    /// The hub cannot carry the job on.
    Broken { job: i64, cause: String },
    /// It is not there, or the database failed.
    Hub(HubError),
}

impl From<sqlx::Error> for LoadError {
    fn from(cause: sqlx::Error) -> Self {
        Self::Hub(cause.into())
    }
}

/// A definition that cannot run.
pub(in crate::execution) enum PrepareError {
    Problems(Vec<Problem>),
    Failed(String),
}

impl Host {
    pub(super) async fn load(&self, job_name: &str) -> Result<Memory, LoadError> {
        let row = sqlx::query(
            "SELECT id, digest, status, stages, broken, paths_not_taken, state, private
             FROM jobs JOIN job_states ON job = id WHERE job_name = ?",
        )
        .bind(job_name)
        .fetch_optional(self.database.read())
        .await?
        .ok_or_else(|| LoadError::Hub(rows::unknown_job(job_name)))?;
        let job: i64 = row.try_get("id")?;
        let status: String = row.try_get("status")?;
        if row.try_get::<bool, _>("broken")? || Status::from(status.as_str()).is_final() {
            return Err(LoadError::Over);
        }
        let broken = |cause: String| LoadError::Broken { job, cause };
        let digest: String = row.try_get("digest")?;
        let definition = self.definition(&digest).await.map_err(LoadError::Hub)?;
        let prepared = self.prepare(&definition, Some(digest)).await.map_err(|error| match error {
            PrepareError::Problems(problems) => {
                broken(problems.first().map_or_else(String::new, |problem| problem.message_en.clone()))
            }
            PrepareError::Failed(cause) => broken(cause),
        })?;
        let parts: Vec<(String, String)> =
            sqlx::query_as("SELECT part, value FROM state_parts WHERE job = ?")
                .bind(job)
                .fetch_all(self.database.read())
                .await?;
        // Reading a large state takes its time, as a step does.
        let whole: String = row.try_get("state")?;
        let seal = Seal::of(self.secrets.vault(), job);
        let opening = seal.clone();
        let reading = tokio::task::spawn_blocking(move || {
            if parts.is_empty() && !whole.is_empty() {
                return State::from_whole(&whole).map_err(|cause| cause.to_string());
            }
            let parts = parts.into_iter().map(|(part, text)| Ok((part, opening.unseal(&text)?)));
            let parts = parts.collect::<Result<Vec<_>, VaultError>>().map_err(|cause| cause.to_string())?;
            State::from_parts(parts).map_err(|cause| cause.to_string())
        });
        let state = reading
            .await
            .map_err(|cause| broken(format!("its state: {cause}")))?
            .map_err(|cause| broken(format!("its state: {cause}")))?;
        let private: String = row.try_get("private")?;
        let private = seal.unseal(&private).map_err(|cause| broken(format!("its inputs: {cause}")))?;
        let private =
            serde_json::from_str(&private).map_err(|cause| broken(format!("its inputs: {cause}")))?;
        let stages: Option<Vec<String>> = rows::optional_json(row.try_get("stages")?);
        let mut progress = Progress::new(&prepared.blueprint, stages.as_deref());
        let tasks: Vec<(String, bool, i64)> =
            // Of a loop's many instances the last one counts, and only that is read into memory.
            sqlx::query_as(
                "SELECT pointer, ended_at IS NOT NULL, MAX(task) FROM tasks WHERE job = ? GROUP BY pointer",
            )
            .bind(job)
            .fetch_all(self.database.read())
            .await?;
        for (pointer, ended, _) in tasks {
            if let Some(pointer) = Pointer::parse(&pointer) {
                progress.set(&pointer, ended);
            }
        }
        let paths: String = row.try_get("paths_not_taken")?;
        let paths: Vec<Pointer> = serde_json::from_str(&paths).unwrap_or_default();
        progress.set_not_taken(&paths);
        let status = rows::task_status(&status);
        let parent = self.parent_of(job).await?;
        Ok(Memory {
            job,
            prepared,
            state,
            masking: Masking::new(private),
            progress,
            status,
            kept: KeptValues::default(),
            parent,
        })
    }

    /// Asks something of a locked job that may take its time, as a step does. None where the job is over.
    pub(in crate::execution) async fn ask<T: Send + 'static>(
        &self,
        locked: &mut Locked,
        ask: impl FnOnce(&Program, &State) -> T + Send + 'static,
    ) -> Result<Option<T>, HubError> {
        let mut memory = match locked.memory.take() {
            Some(memory) => memory,
            None => match self.load(&locked.job_name).await {
                Ok(memory) => memory,
                Err(LoadError::Hub(error)) => return Err(error),
                Err(LoadError::Over | LoadError::Broken { .. }) => return Ok(None),
            },
        };
        let blueprint = &memory.prepared.blueprint;
        self.give_secrets(blueprint, &mut memory.state, &mut memory.masking).await?;
        let (prepared, state) = (Arc::clone(&memory.prepared), memory.state.clone());
        *locked.memory = Some(memory);
        let asked = tokio::task::spawn_blocking(move || ask(&prepared.program, &state)).await;
        asked.map(Some).map_err(HubError::internal)
    }

    /// Compiles a definition, once for all jobs that run it at the same time.
    pub(in crate::execution) async fn prepare(
        &self,
        definition: &str,
        digest: Option<String>,
    ) -> Result<Arc<Prepared>, PrepareError> {
        let known = digest.as_ref().and_then(|digest| self.known(digest));
        if let Some(known) = known.or_else(|| self.recent.get(definition)) {
            return Ok(known);
        }
        let text = definition.to_owned();
        let prepared = tokio::task::spawn_blocking(move || {
            let document =
                Document::from_json(&text).map_err(|error| PrepareError::Failed(error.to_string()))?;
            let program = Program::compile(&document).map_err(PrepareError::Problems)?;
            let blueprint = Blueprint::of(&document);
            Ok(Prepared { digest: document.digest(), definition: document.to_json(), program, blueprint })
        })
        .await
        .map_err(|cause| PrepareError::Failed(cause.to_string()))??;
        if let Some(known) = self.known(&prepared.digest) {
            self.recent.put(definition, &known);
            return Ok(known);
        }
        let prepared = Arc::new(prepared);
        self.recent.put(definition, &prepared);
        let mut all = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, known| known.strong_count() > 0);
        all.insert(prepared.digest.clone(), Arc::downgrade(&prepared));
        Ok(prepared)
    }

    fn known(&self, digest: &str) -> Option<Arc<Prepared>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner).get(digest)?.upgrade()
    }
}

#[async_trait]
impl DefinitionStore for Host {
    async fn definition(&self, digest: &str) -> Result<String, HubError> {
        let (definition,): (String,) = sqlx::query_as("SELECT definition FROM definitions WHERE digest = ?")
            .bind(digest)
            .fetch_one(self.database.read())
            .await?;
        Ok(definition)
    }
}
