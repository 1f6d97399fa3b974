//! One loader for each kind of resource: the API's answers as rows of a plain table.

use wire::resource::ResourceQuery;

use crate::api::{Api, ApiError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceKind {
    Buckets,
    Caches,
    Zones,
    TestSuites,
    ResourceGroups,
}

/// What one page of a kind shows: the first cell of a row is its name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub rows: Vec<Row>,
    pub total: u64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    pub id: String,
    pub name: String,
    pub detail: String,
    /// Not usable now; shown so that nobody plans with it.
    pub unusable: bool,
}

impl ResourceKind {
    pub const ALL: [Self; 5] =
        [Self::Buckets, Self::Caches, Self::Zones, Self::TestSuites, Self::ResourceGroups];

    /// The word in the URL.
    pub fn word(self) -> &'static str {
        match self {
            Self::Buckets => "obs",
            Self::Caches => "dcs",
            Self::Zones => "dns",
            Self::TestSuites => "cpts",
            Self::ResourceGroups => "cce",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether the API can search this kind; the others come whole.
    pub fn searchable(self) -> bool {
        matches!(self, Self::Caches | Self::Zones)
    }

    /// Loads one page.
    ///
    /// # Errors
    /// As the call's.
    pub async fn load(
        self,
        api: Api,
        region: &str,
        project: &str,
        search: &str,
        page: u32,
        page_size: u32,
    ) -> Result<Rows, ApiError> {
        let query = ResourceQuery {
            page_num: Some(page),
            page_size: Some(page_size),
            search_value: (self.searchable() && !search.is_empty()).then(|| search.to_owned()),
        };
        match self {
            Self::Buckets => {
                let found = api.buckets(region).await?;
                let rows = found.buckets.into_iter().map(|bucket| Row {
                    id: bucket.bucket_name.clone(),
                    name: bucket.bucket_name,
                    ..Row::default()
                });
                Ok(Rows { rows: rows.collect(), total: found.total })
            }
            Self::Caches => {
                let found = api.dcs_instances(region, project, &query).await?;
                let rows = found.data.into_iter().map(|one| Row {
                    id: one.id.clone(),
                    name: one.name,
                    detail: one.id,
                    unusable: false,
                });
                Ok(Rows { rows: rows.collect(), total: found.total })
            }
            Self::Zones => {
                let found = api.private_zones(region, project, &query).await?;
                let rows = found.data.into_iter().map(|one| Row {
                    id: one.id,
                    name: one.name,
                    detail: format!("{} · {}", one.status, one.record_num),
                    unusable: false,
                });
                Ok(Rows { rows: rows.collect(), total: found.total })
            }
            Self::TestSuites => {
                let found = api.test_suites(region, project, &query).await?;
                let rows = found.data.into_iter().map(|one| Row {
                    id: one.id.to_string(),
                    name: one.name,
                    detail: one.description,
                    unusable: false,
                });
                Ok(Rows { rows: rows.collect(), total: found.total })
            }
            Self::ResourceGroups => {
                let found = api.private_resource_groups(region, project).await?;
                let rows = found.data.into_iter().map(|one| Row {
                    id: one.id.to_string(),
                    unusable: !one.is_usable(),
                    name: one.name,
                    detail: String::new(),
                });
                Ok(Rows { rows: rows.collect(), total: found.total })
            }
        }
    }

    /// What a row opens to: a bucket's policy or a suite's tasks, as JSON; nothing for the others.
    ///
    /// # Errors
    /// As the call's.
    pub async fn open(
        self,
        api: Api,
        region: &str,
        project: &str,
        id: &str,
    ) -> Result<Option<serde_json::Value>, ApiError> {
        match self {
            Self::Buckets => {
                let policy = api.bucket_policy(region, id).await?.policy;
                Ok(Some(serde_json::from_str(&policy).unwrap_or(serde_json::Value::String(policy))))
            }
            Self::TestSuites => {
                let tasks = api.test_tasks(region, project, id, &ResourceQuery::default()).await?;
                Ok(Some(serde_json::to_value(tasks.data).unwrap_or_default()))
            }
            _ => Ok(None),
        }
    }

    pub fn opens(self) -> bool {
        matches!(self, Self::Buckets | Self::TestSuites)
    }
}
