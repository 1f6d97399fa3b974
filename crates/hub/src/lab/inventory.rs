//! The inventory: rows of region, project, kind, id, name and the attributes of the kind.

use serde_json::{Map, Value};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::database::Database;
use crate::error::HubError;

/// Reads the inventory for the resource queries.
#[derive(Clone, Debug)]
pub struct Inventory {
    database: Database,
}

/// One thing that the lab has.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    pub region: String,
    pub project: String,
    pub kind: String,
    pub id: String,
    pub name: String,
    pub attributes: Map<String, Value>,
}

/// Which resources are wanted, and which page of them.
#[derive(Clone, Debug, Default)]
pub struct Query<'a> {
    pub region: &'a str,
    /// `None` looks into every project.
    pub project: Option<&'a str>,
    pub kind: &'a str,
    /// Found anywhere in the name, without regard to case.
    pub search: Option<&'a str>,
    /// An attribute and its value.
    pub attribute: Option<(&'a str, &'a str)>,
    /// `(from 1, size)`.
    pub page: Option<(u32, u32)>,
}

type Row = (String, String, String, String, String, String);

const COLUMNS: &str = "SELECT region, project, kind, id, name, attributes FROM resources";

impl Inventory {
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// One page of what is wanted, by name, and how much there is in all.
    ///
    /// # Errors
    /// 404 for a region or project that the lab does not have.
    pub async fn list(&self, query: &Query<'_>) -> Result<(Vec<Resource>, u64), HubError> {
        self.place(query.region, query.project).await?;
        let (total,): (i64,) = filtered("SELECT count(*) FROM resources", query)
            .build_query_as()
            .fetch_one(self.database.read())
            .await?;
        let mut select = filtered(COLUMNS, query);
        select.push(" ORDER BY name, id");
        if let Some((number, size)) = query.page {
            let skipped = i64::from(number.saturating_sub(1)) * i64::from(size);
            select.push(" LIMIT ").push_bind(i64::from(size)).push(" OFFSET ").push_bind(skipped);
        }
        let rows: Vec<Row> = select.build_query_as().fetch_all(self.database.read()).await?;
        Ok((rows.into_iter().map(Resource::from).collect(), total.unsigned_abs()))
    }

    /// One resource by its id, or by its name.
    ///
    /// # Errors
    /// 404 for a region or project that the lab does not have.
    pub async fn one(
        &self,
        region: &str,
        project: Option<&str>,
        kind: &str,
        id: &str,
    ) -> Result<Option<Resource>, HubError> {
        self.place(region, project).await?;
        let mut connection = self.database.read().acquire().await?;
        Ok(find(&mut connection, region, project, kind, id).await?)
    }

    /// The regions: `(id, name)`.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn regions(&self) -> Result<Vec<(String, String)>, HubError> {
        let rows = sqlx::query_as("SELECT id, name FROM regions ORDER BY id");
        Ok(rows.fetch_all(self.database.read()).await?)
    }

    /// The project of that id or name: `(id, name)`.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn project(&self, id_or_name: &str) -> Result<Option<(String, String)>, HubError> {
        let row = sqlx::query_as("SELECT id, name FROM projects WHERE id = ? OR name = ?");
        Ok(row.bind(id_or_name).bind(id_or_name).fetch_optional(self.database.read()).await?)
    }

    async fn place(&self, region: &str, project: Option<&str>) -> Result<(), HubError> {
        let found: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM regions WHERE id = ?")
            .bind(region)
            .fetch_optional(self.database.read())
            .await?;
        if found.is_none() {
            return Err(HubError::not_found(
                format!("region_id: there is no region {region}"),
                format!("region_id：局点 {region} 不存在"),
            ));
        }
        match project {
            Some(project) if self.project(project).await?.is_none() => Err(HubError::not_found(
                format!("project_id: there is no project {project}"),
                format!("project_id：项目 {project} 不存在"),
            )),
            _ => Ok(()),
        }
    }
}

fn filtered<'a>(select: &str, query: &Query<'a>) -> QueryBuilder<Sqlite> {
    let mut built = QueryBuilder::<Sqlite>::new(select);
    built.push(" WHERE region = ").push_bind(query.region.to_owned());
    built.push(" AND kind = ").push_bind(query.kind.to_owned());
    if let Some(project) = query.project {
        built.push(" AND project = ").push_bind(project.to_owned());
    }
    if let Some(search) = query.search.filter(|search| !search.is_empty()) {
        built.push(" AND instr(lower(name), ").push_bind(search.to_lowercase()).push(") > 0");
    }
    if let Some((name, value)) = query.attribute {
        built.push(" AND CAST(json_extract(attributes, ").push_bind(format!("$.{name}"));
        built.push(") AS TEXT) = ").push_bind(value.to_owned());
    }
    built
}

impl From<Row> for Resource {
    fn from((region, project, kind, id, name, attributes): Row) -> Self {
        let attributes = serde_json::from_str(&attributes).unwrap_or_default();
        Self { region, project, kind, id, name, attributes }
    }
}

pub(super) async fn find(
    connection: &mut SqliteConnection,
    region: &str,
    project: Option<&str>,
    kind: &str,
    id_or_name: &str,
) -> sqlx::Result<Option<Resource>> {
    let mut query = QueryBuilder::<Sqlite>::new(COLUMNS);
    query.push(" WHERE region = ").push_bind(region.to_owned());
    query.push(" AND kind = ").push_bind(kind.to_owned());
    if let Some(project) = project {
        query.push(" AND project = ").push_bind(project.to_owned());
    }
    query.push(" AND (id = ").push_bind(id_or_name.to_owned());
    query.push(" OR name = ").push_bind(id_or_name.to_owned());
    query.push(") ORDER BY id = ").push_bind(id_or_name.to_owned()).push(" DESC, project, id LIMIT 1");
    let row: Option<Row> = query.build_query_as().fetch_optional(connection).await?;
    Ok(row.map(Resource::from))
}

pub(super) async fn all(
    connection: &mut SqliteConnection,
    region: &str,
    project: &str,
    kind: &str,
) -> sqlx::Result<Vec<Resource>> {
    let query = Query { region, project: Some(project), kind, ..Query::default() };
    let rows: Vec<Row> = filtered(COLUMNS, &query).build_query_as().fetch_all(connection).await?;
    Ok(rows.into_iter().map(Resource::from).collect())
}

pub(super) async fn save(
    connection: &mut SqliteConnection,
    resource: &Resource,
    now: i64,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO resources (region, project, kind, id, name, attributes, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (region, project, kind, id)
         DO UPDATE SET name = excluded.name, attributes = excluded.attributes, updated_at = excluded.updated_at",
    )
    .bind(&resource.region)
    .bind(&resource.project)
    .bind(&resource.kind)
    .bind(&resource.id)
    .bind(&resource.name)
    .bind(Value::Object(resource.attributes.clone()).to_string())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn delete(connection: &mut SqliteConnection, resource: &Resource) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM resources WHERE region = ? AND project = ? AND kind = ? AND id = ?")
        .bind(&resource.region)
        .bind(&resource.project)
        .bind(&resource.kind)
        .bind(&resource.id)
        .execute(connection)
        .await?;
    Ok(())
}
