//! The list of workflows, a page at a time. What depends on runs comes in as the workflows of which it is true.

use sqlx::{FromRow, QueryBuilder, Sqlite};
use wire::Workflow;
use wire::workflow::WorkflowQuery;

use super::Workflows;
use crate::clock;
use crate::error::HubError;

/// What is wanted of the list; all of it is ANDed.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub workflow_id: Option<String>,
    pub keyword: Option<String>,
    pub namespace: Option<String>,
    /// `(user id, followed or not)`.
    pub followed: Option<(String, bool)>,
    /// Only these, of which the caller knows something that the definitions do not.
    pub among: Option<Vec<String>>,
    pub sort: Sort,
    pub order: Option<Order>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    Name,
    Namespace,
    CreatedAt,
    #[default]
    UpdatedAt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

impl Wanted {
    /// Reads the query as sent by a user.
    ///
    /// # Errors
    /// 400 that names the member.
    pub fn of(query: &WorkflowQuery, user_id: &str) -> Result<Self, HubError> {
        let wrong = |member: &str, value: &str, known: &str| {
            HubError::bad_request(
                format!("workflowQuery.{member}: {value:?} is none of {known}"),
                format!("workflowQuery.{member}：{value:?} 不是 {known} 之一"),
            )
        };
        let sort = match query.sort.as_deref() {
            None | Some("" | "updated_at") => Sort::UpdatedAt,
            Some("created_at") => Sort::CreatedAt,
            Some("name") => Sort::Name,
            Some("namespace") => Sort::Namespace,
            Some(other) => return Err(wrong("sort", other, "name, namespace, created_at, updated_at")),
        };
        let order = match query.order.as_deref() {
            None | Some("") => None,
            Some("asc") => Some(Order::Ascending),
            Some("desc") => Some(Order::Descending),
            Some(other) => return Err(wrong("order", other, "asc, desc")),
        };
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Ok(Self {
            workflow_id: filled(&query.workflow_id),
            keyword: filled(&query.keyword),
            namespace: filled(&query.namespace),
            followed: query.followed.map(|followed| (user_id.to_owned(), followed)),
            among: None,
            sort,
            order,
        })
    }
}

/// A workflow without what depends on the user or on runs.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    pub id: String,
    name: String,
    namespace: String,
    version: String,
    description: String,
    stages: String,
    revision: i64,
    created_by: String,
    created_at: i64,
    updated_by: String,
    updated_at: i64,
}

impl From<Listed> for Workflow {
    fn from(listed: Listed) -> Self {
        Self {
            workflow_id: listed.id,
            name: listed.name,
            namespace: listed.namespace,
            version: listed.version,
            description: listed.description,
            revision: listed.revision.unsigned_abs(),
            created_by: listed.created_by,
            created_at: clock::rfc3339(listed.created_at),
            updated_by: listed.updated_by,
            updated_at: clock::rfc3339(listed.updated_at),
            stages: serde_json::from_str(&listed.stages).unwrap_or_default(),
            ..Self::default()
        }
    }
}

impl Workflows {
    /// One page of what is wanted, in order, and how much is wanted in all.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn list(&self, wanted: &Wanted, skip: u64, take: u64) -> Result<(Vec<Listed>, u64), HubError> {
        let mut count = QueryBuilder::<Sqlite>::new("SELECT COUNT(*) FROM workflows");
        push_where(&mut count, wanted)?;
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT id, name, namespace, version, description, stages, revision,
                    created_by, created_at, updated_by, updated_at
             FROM workflows",
        );
        push_where(&mut query, wanted)?;
        let (column, usual) = match wanted.sort {
            Sort::Name => ("name", Order::Ascending),
            Sort::Namespace => ("namespace", Order::Ascending),
            Sort::CreatedAt => ("created_at", Order::Descending),
            Sort::UpdatedAt => ("updated_at", Order::Descending),
        };
        let direction = match wanted.order.unwrap_or(usual) {
            Order::Ascending => "ASC",
            Order::Descending => "DESC",
        };
        // The id decides between equals, so that pages neither repeat nor miss one.
        query.push(format_args!(" ORDER BY {column} {direction}, id {direction} LIMIT "));
        query.push_bind(i64::try_from(take).unwrap_or(i64::MAX)).push(" OFFSET ");
        query.push_bind(i64::try_from(skip).unwrap_or(i64::MAX));
        // One snapshot, so that the number fits the page.
        let mut snapshot = self.database.read().begin().await?;
        let total: i64 = count.build_query_scalar().fetch_one(&mut *snapshot).await?;
        let listed = query.build_query_as().fetch_all(&mut *snapshot).await?;
        snapshot.commit().await?;
        Ok((listed, total.unsigned_abs()))
    }
}

fn push_where(query: &mut QueryBuilder<Sqlite>, wanted: &Wanted) -> Result<(), HubError> {
    query.push(" WHERE 1 = 1");
    if let Some(id) = &wanted.workflow_id {
        query.push(" AND id = ").push_bind(id.clone());
    }
    if let Some(namespace) = &wanted.namespace {
        query.push(" AND namespace = ").push_bind(namespace.clone());
    }
    if let Some(keyword) = &wanted.keyword {
        query.push(" AND instr(search_text, ").push_bind(keyword.trim().to_lowercase()).push(") > 0");
    }
    if let Some((user_id, followed)) = &wanted.followed {
        query
            .push(if *followed { " AND id IN " } else { " AND id NOT IN " })
            .push("(SELECT workflow_id FROM follows WHERE user_id = ")
            .push_bind(user_id.clone())
            .push(")");
    }
    if let Some(among) = &wanted.among {
        let among = serde_json::to_string(among).map_err(HubError::internal)?;
        query.push(" AND id IN (SELECT value FROM json_each(").push_bind(among).push("))");
    }
    Ok(())
}
