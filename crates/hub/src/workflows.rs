//! The definitions: saved as they were sent, every revision kept, listed with what their views read.
//!
//! It knows nothing of runs: whether a workflow has one is asked of `execution` by the operations.

mod copy;
mod definition;
mod list;
mod startable;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sqlx::{QueryBuilder, Sqlite, Transaction};
use tokio::sync::Notify;
use wire::workflow::SavedWorkflow;

use crate::clock;
use crate::database::Database;
use crate::error::HubError;
use crate::schedules;

pub use copy::copied;
pub use definition::Definition;
pub use list::{Listed, Order, Sort, Wanted};
pub use startable::Startable;

/// The workflows in the database.
#[derive(Clone, Debug)]
pub struct Workflows {
    database: Database,
    changes: Arc<Notify>,
}

/// A definition that is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    pub workflow_id: String,
    pub revision: u64,
    pub name: String,
    pub namespace: String,
    /// The text as it was sent.
    pub definition: String,
}

impl Workflows {
    pub fn new(database: Database) -> Self {
        Self { database, changes: Arc::default() }
    }

    /// Tells when a definition was saved.
    pub fn changes(&self) -> &Notify {
        &self.changes
    }

    /// Saves a new workflow.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn build(&self, definition: &Definition, by: &str) -> Result<SavedWorkflow, HubError> {
        let workflow_id = uuid::Uuid::new_v4().simple().to_string();
        let now = clock::now();
        let mut transaction = self.database.begin().await?;
        sqlx::query(
            "INSERT INTO workflows (id, name, namespace, version, title, description, stages, search_text,
                                    revision, created_by, created_at, updated_by, updated_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)",
        )
        .bind(&workflow_id)
        .bind(&definition.name)
        .bind(&definition.namespace)
        .bind(&definition.version)
        .bind(&definition.title)
        .bind(&definition.description)
        .bind(definition.stages_json())
        .bind(definition.search_text())
        .bind(by)
        .bind(now)
        .bind(by)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        keep(&mut transaction, &workflow_id, 1, definition, by, now).await?;
        transaction.commit().await?;
        self.changes.notify_one();
        Ok(SavedWorkflow { workflow_id, revision: 1 })
    }

    /// Saves the next revision; `edited` is the one that was edited, where the caller says.
    ///
    /// # Errors
    /// 404 for an unknown workflow, 409 where somebody saved a newer revision.
    pub async fn update(
        &self,
        workflow_id: &str,
        definition: &Definition,
        edited: Option<u64>,
        by: &str,
    ) -> Result<SavedWorkflow, HubError> {
        let now = clock::now();
        let mut transaction = self.database.begin().await?;
        let row: Option<(i64, String, i64)> =
            sqlx::query_as("SELECT revision, updated_by, updated_at FROM workflows WHERE id = ?")
                .bind(workflow_id)
                .fetch_optional(&mut *transaction)
                .await?;
        let (current, updated_by, updated_at) = row.ok_or_else(|| not_found(workflow_id))?;
        let current = current.unsigned_abs();
        if edited.is_some_and(|edited| edited != current) {
            let at = clock::rfc3339(updated_at);
            return Err(HubError::conflict(
                format!(
                    "revision {current} is newer: {updated_by} saved it at {at}; look at it, then save over it with If-Match: \"{current}\""
                ),
                format!(
                    "已有更新的版本 {current}：{updated_by} 于 {at} 保存；请查看后以 If-Match: \"{current}\" 再保存"
                ),
            ));
        }
        let revision = current + 1;
        sqlx::query(
            "UPDATE workflows SET name = ?, namespace = ?, version = ?, title = ?, description = ?, stages = ?,
                                  search_text = ?, revision = ?, updated_by = ?, updated_at = ?
             WHERE id = ?",
        )
        .bind(&definition.name)
        .bind(&definition.namespace)
        .bind(&definition.version)
        .bind(&definition.title)
        .bind(&definition.description)
        .bind(definition.stages_json())
        .bind(definition.search_text())
        .bind(revision.cast_signed())
        .bind(by)
        .bind(now)
        .bind(workflow_id)
        .execute(&mut *transaction)
        .await?;
        keep(&mut transaction, workflow_id, revision, definition, by, now).await?;
        transaction.commit().await?;
        self.changes.notify_one();
        Ok(SavedWorkflow { workflow_id: workflow_id.to_owned(), revision })
    }

    /// The newest revision.
    ///
    /// # Errors
    /// 404 for an unknown workflow.
    pub async fn newest(&self, workflow_id: &str) -> Result<Saved, HubError> {
        let row: Option<(i64, String, String, String)> = sqlx::query_as(
            "SELECT workflows.revision, name, namespace, definition FROM workflows
             JOIN workflow_revisions ON workflow_id = id AND workflow_revisions.revision = workflows.revision
             WHERE id = ?",
        )
        .bind(workflow_id)
        .fetch_optional(self.database.read())
        .await?;
        let (revision, name, namespace, definition) = row.ok_or_else(|| not_found(workflow_id))?;
        Ok(Saved {
            workflow_id: workflow_id.to_owned(),
            revision: revision.unsigned_abs(),
            name,
            namespace,
            definition,
        })
    }

    /// The revision that was saved last among those whose document has this namespace, name and version; `latest` is
    /// any version.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn named(&self, namespace: &str, name: &str, version: &str) -> Result<Option<Saved>, HubError> {
        let row: Option<(String, i64, String)> = sqlx::query_as(
            "SELECT id, kept.revision, kept.definition FROM workflows
             JOIN workflow_revisions AS kept ON kept.workflow_id = id
             WHERE namespace = ?1 AND name = ?2 AND CASE ?3
                 WHEN 'latest' THEN kept.revision = workflows.revision
                 ELSE kept.definition ->> '$.document.version' = ?3
                      AND kept.definition ->> '$.document.name' = ?2
                      AND kept.definition ->> '$.document.namespace' = ?1 END
             ORDER BY kept.saved_at DESC, kept.revision DESC LIMIT 1",
        )
        .bind(namespace)
        .bind(name)
        .bind(version)
        .fetch_optional(self.database.read())
        .await?;
        Ok(row.map(|(workflow_id, revision, definition)| Saved {
            workflow_id,
            revision: revision.unsigned_abs(),
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            definition,
        }))
    }

    /// The definitions of the newest revisions.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn definitions(&self, workflow_ids: &[String]) -> Result<HashMap<String, String>, HubError> {
        if workflow_ids.is_empty() {
            return Ok(HashMap::new());
        }
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT id, definition FROM workflows
             JOIN workflow_revisions ON workflow_id = id AND workflow_revisions.revision = workflows.revision
             WHERE id IN (",
        );
        let mut list = query.separated(", ");
        for id in workflow_ids {
            list.push_bind(id);
        }
        query.push(")");
        let rows: Vec<(String, String)> = query.build_query_as().fetch_all(self.database.read()).await?;
        Ok(rows.into_iter().collect())
    }

    /// Deletes all of these or none.
    ///
    /// # Errors
    /// 404 that names the one that is not there.
    pub async fn delete(&self, workflow_ids: &[String]) -> Result<(), HubError> {
        let mut transaction = self.database.begin().await?;
        for workflow_id in workflow_ids {
            let deleted = sqlx::query("DELETE FROM workflows WHERE id = ?")
                .bind(workflow_id)
                .execute(&mut *transaction)
                .await?;
            if deleted.rows_affected() == 0 {
                return Err(not_found(workflow_id));
            }
        }
        Ok(transaction.commit().await?)
    }

    /// Puts a workflow among those that a user follows; doing it twice is once.
    ///
    /// # Errors
    /// 404 for an unknown workflow.
    pub async fn follow(&self, user_id: &str, workflow_id: &str) -> Result<(), HubError> {
        let statement = "INSERT INTO follows (user_id, workflow_id) VALUES (?, ?) ON CONFLICT DO NOTHING";
        self.change_follow(statement, user_id, workflow_id).await
    }

    /// Takes a workflow out again; one that is not followed stays so.
    ///
    /// # Errors
    /// 404 for an unknown workflow.
    pub async fn unfollow(&self, user_id: &str, workflow_id: &str) -> Result<(), HubError> {
        let statement = "DELETE FROM follows WHERE user_id = ? AND workflow_id = ?";
        self.change_follow(statement, user_id, workflow_id).await
    }

    async fn change_follow(
        &self,
        statement: &'static str,
        user_id: &str,
        workflow_id: &str,
    ) -> Result<(), HubError> {
        let mut transaction = self.database.begin().await?;
        let there: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM workflows WHERE id = ?")
            .bind(workflow_id)
            .fetch_optional(&mut *transaction)
            .await?;
        if there.is_none() {
            return Err(not_found(workflow_id));
        }
        sqlx::query(statement).bind(user_id).bind(workflow_id).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// The ids of the workflows that a user follows.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn followed(&self, user_id: &str) -> Result<HashSet<String>, HubError> {
        let rows: Vec<(String,)> = sqlx::query_as("SELECT workflow_id FROM follows WHERE user_id = ?")
            .bind(user_id)
            .fetch_all(self.database.read())
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

/// 404 that names the workflow.
pub fn not_found(workflow_id: &str) -> HubError {
    HubError::not_found(format!("there is no workflow {workflow_id}"), format!("工作流 {workflow_id} 不存在"))
}

async fn keep(
    transaction: &mut Transaction<'_, Sqlite>,
    workflow_id: &str,
    revision: u64,
    definition: &Definition,
    by: &str,
    now: i64,
) -> Result<(), HubError> {
    sqlx::query(
        "INSERT INTO workflow_revisions (workflow_id, revision, definition, saved_by, saved_at)
         VALUES (?, ?, ?, ?, ?)",
    )
    .bind(workflow_id)
    .bind(revision.cast_signed())
    .bind(&definition.text)
    .bind(by)
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    let namespace = &definition.namespace;
    schedules::table::save(transaction, workflow_id, &definition.document, namespace, by, now).await?;
    Ok(())
}
