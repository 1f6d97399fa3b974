//! What must not be readable in the database: secrets are given to each step and never stored, and what a run with private
//! values stores of itself is sealed.

use flow::engine::{Call, Changes};
use serde_json::Value;

use super::Host;
use crate::error::HubError;
use crate::execution::blueprint::Blueprint;
use crate::execution::interpreter::State;
use crate::execution::masking::Masking;
use crate::execution::plan::Write;
use crate::secrets::{Vault, VaultError};

impl Host {
    /// Gives a step the secrets that its definition lists, as they are now: one that was changed because a call failed is
    /// what the retry uses. The values are masked from then on.
    pub(super) async fn give_secrets(
        &self,
        blueprint: &Blueprint,
        state: &mut State,
        masking: &mut Masking,
    ) -> Result<(), HubError> {
        if blueprint.secrets.is_empty() {
            return Ok(());
        }
        let secrets = self.secrets.given(&blueprint.namespace, &blueprint.secrets).await?;
        let secrets = Value::Object(secrets);
        masking.add(&secrets);
        state.set_secrets(secrets);
        Ok(())
    }
}

impl Host {
    /// What is private to a job at this moment; nothing where it is over.
    pub(in crate::execution) async fn masking_of(&self, job_name: &str) -> Result<Masking, HubError> {
        let mut locked = self.lock(job_name).await;
        self.ask(&mut locked, |_, _| ()).await?;
        Ok(locked.memory.as_ref().map(|memory| memory.masking.clone()).unwrap_or_default())
    }

    /// Takes further texts for private to a job, for as long as it is there.
    pub(in crate::execution) async fn keep_private(
        &self,
        job: i64,
        job_name: &str,
        private: &[String],
    ) -> Result<(), HubError> {
        let mut locked = self.lock(job_name).await;
        if self.ask(&mut locked, |_, _| ()).await?.is_none() {
            return Ok(());
        }
        let (kept,): (String,) = sqlx::query_as("SELECT private FROM job_states WHERE job = ?")
            .bind(job)
            .fetch_one(self.database.read())
            .await?;
        let seal = Seal::of(self.secrets.vault(), job);
        let kept = seal.unseal(&kept).map_err(HubError::internal)?;
        let mut kept: Vec<String> = serde_json::from_str(&kept).map_err(HubError::internal)?;
        let news: Vec<&String> = private.iter().filter(|text| !kept.contains(text)).collect();
        if news.is_empty() {
            return Ok(());
        }
        if let Some(memory) = locked.memory.as_mut() {
            memory.masking.add(&Value::from(private));
        }
        kept.extend(news.into_iter().cloned());
        let kept = seal.text(&Value::from(kept).to_string()).map_err(HubError::internal)?;
        self.write(job, vec![Write::Private(kept)]).await
    }
}

/// Seals what one job stores.
#[derive(Clone, Debug)]
pub(in crate::execution) struct Seal {
    vault: Vault,
    context: String,
}

impl Seal {
    pub(in crate::execution) fn of(vault: &Vault, job: i64) -> Self {
        Self { vault: vault.clone(), context: format!("job/{job}") }
    }

    /// The seal of a job that has something to hide.
    pub(super) fn where_needed(vault: &Vault, job: i64, masking: &Masking) -> Option<Self> {
        (!masking.is_empty()).then(|| Self::of(vault, job))
    }

    pub(in crate::execution) fn text(&self, text: &str) -> Result<String, VaultError> {
        self.vault.seal(&self.context, text)
    }

    pub(in crate::execution) fn unseal(&self, text: &str) -> Result<String, VaultError> {
        self.vault.unseal(&self.context, text)
    }

    pub(super) fn changes(&self, mut changes: Changes) -> Result<Changes, VaultError> {
        for (_, text) in &mut changes.put {
            *text = self.text(text)?;
        }
        Ok(changes)
    }

    /// The same writes, calls of the outbox and what a run yields for another sealed.
    pub(super) fn writes(&self, writes: Vec<Write>) -> Result<Vec<Write>, VaultError> {
        let sealed = |write| {
            Ok(match write {
                Write::Call { task, attempt, pointer, call } => {
                    Write::SealedCall { task, attempt, pointer, call: self.text(&text_of(&call))? }
                }
                Write::SubRunOutcome(outcome) => Write::SubRunOutcome(self.text(&outcome)?),
                other => other,
            })
        };
        writes.into_iter().map(sealed).collect()
    }
}

fn text_of(call: &Call) -> String {
    // Texts, numbers and JSON values: nothing in a call can fail to be JSON.
    serde_json::to_value(call).unwrap_or_default().to_string()
}
