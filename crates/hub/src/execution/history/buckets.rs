//! How many runs began when. An index alone tells it where it can; else the runs are looked at, the newest first, as many as a
//! search may, and the histogram says how far back it reaches.

use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};
use wire::history::{Bucket, Histogram, Sort};

use super::search::{Search, Source};
use super::sources::{Walk, push_order};
use super::{push_conditions, sources};
use crate::clock;
use crate::error::HubError;

/// Of the faulted runs of one workflow or person, so many are told apart.
const FAULTED: i64 = 20_000;

pub(super) async fn count(
    connection: &mut SqliteConnection,
    search: &Search,
    parts: u32,
) -> Result<Histogram, HubError> {
    match &search.source {
        Source::Gather(spans) => {
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT started_at, status FROM ");
            search.push_gathered(&mut query, spans);
            let runs: Vec<(i64, String)> = query.build_query_as().fetch_all(&mut *connection).await?;
            let (low, high) = sources::walk(Sort::StartedAt, &search.conditions, &[]).range();
            let first = low.or_else(|| runs.iter().map(|(at, _)| *at).min());
            let scale = Scale::new(first, high.map_or(search.now, |high| high.min(search.now)), parts);
            Ok(scale.filled(&runs, None))
        }
        Source::Walk(chosen) => {
            let walk = by_start(search, chosen);
            let (low, high) = walk.range();
            let first = match low {
                Some(low) => Some(low),
                None => first(connection, &walk).await?,
            };
            let scale = Scale::new(first, high.map_or(search.now, |to| to.min(search.now)), parts);
            if walk.left.is_empty() {
                told_by_index(connection, &walk, &scale).await
            } else {
                looked_at(connection, search, &walk, &scale).await
            }
        }
    }
}

/// The walk that the histogram needs, whatever the order that the list has.
fn by_start(search: &Search, chosen: &Walk) -> Walk {
    if chosen.keys[0] == "started_at" {
        chosen.clone()
    } else {
        sources::walk(Sort::StartedAt, &search.conditions, &[])
    }
}

async fn first(connection: &mut SqliteConnection, walk: &Walk) -> Result<Option<i64>, HubError> {
    let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT started_at");
    walk.push_from(&mut query);
    push_order(&mut query, walk.keys, false);
    query.push(" LIMIT 1");
    Ok(query.build_query_scalar().fetch_optional(connection).await?)
}

async fn told_by_index(
    connection: &mut SqliteConnection,
    walk: &Walk,
    scale: &Scale,
) -> Result<Histogram, HubError> {
    let (whole, (_, high)) = (walk.without_range(), walk.range());
    let mut query = scale.counts(|query| {
        whole.push_from(query);
        // A second bound for the index would have it read each part from the beginning of all: the sign keeps it out.
        if let Some(high) = high {
            query.push(" AND +started_at <= ").push_bind(high);
        }
    });
    let runs: Vec<i64> = query.build_query_scalar().fetch_all(&mut *connection).await?;
    let faulted = faulted(connection, walk, scale, &runs).await?;
    let buckets = runs.iter().enumerate().map(|(place, runs)| Bucket {
        runs: runs.unsigned_abs(),
        faulted: faulted.as_ref().and_then(|faulted| faulted.get(place)).map(|runs| runs.unsigned_abs()),
    });
    Ok(Histogram { buckets: buckets.collect(), ..scale.empty() })
}

/// Of these runs, those that are faulted, as far as telling costs little.
async fn faulted(
    connection: &mut SqliteConnection,
    walk: &Walk,
    scale: &Scale,
    runs: &[i64],
) -> Result<Option<Vec<i64>>, HubError> {
    const FAULTED_RUNS: &str = " FROM jobs INDEXED BY jobs_by_status WHERE status = 'faulted'";
    match (walk.fixed(), walk.index) {
        (Some(("status", "faulted")), _) => return Ok(Some(runs.to_vec())),
        (Some(("status", _)), _) => return Ok(Some(vec![0; runs.len()])),
        (Some(_), _) => {
            let mut all: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT COUNT(*) FROM (SELECT 1");
            all.push(FAULTED_RUNS).push(" AND started_at >= ").push_bind(scale.from);
            all.push(" AND started_at < ").push_bind(scale.end()).push(" LIMIT ").push_bind(FAULTED + 1);
            all.push(")");
            let all: i64 = all.build_query_scalar().fetch_one(&mut *connection).await?;
            if all > FAULTED {
                return Ok(None);
            }
        }
        (None, "jobs_by_start") => {}
        (None, _) => return Ok(None),
    }
    let mut query = scale.counts(|query| {
        query.push(FAULTED_RUNS);
        if let Some((column, value)) = walk.fixed() {
            query.push(" AND ").push(column).push(" = ").push_bind(value.to_owned());
        }
    });
    Ok(Some(query.build_query_scalar().fetch_all(connection).await?))
}

async fn looked_at(
    connection: &mut SqliteConnection,
    search: &Search,
    walk: &Walk,
    scale: &Scale,
) -> Result<Histogram, HubError> {
    let mut query: QueryBuilder<Sqlite> =
        QueryBuilder::new("SELECT started_at, status FROM (SELECT started_at, status");
    for column in sources::columns(&walk.left) {
        if column != "started_at" && column != "status" {
            query.push(", ").push(column);
        }
    }
    walk.push_from(&mut query);
    push_order(&mut query, walk.keys, true);
    query.push(" LIMIT ").push_bind(search.limits.bound).push(") WHERE ");
    push_conditions(&mut query, &walk.left, search.now);
    let runs: Vec<(i64, String)> = query.build_query_as().fetch_all(&mut *connection).await?;
    let mut last: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT started_at");
    walk.push_from(&mut last);
    push_order(&mut last, walk.keys, true);
    last.push(" LIMIT 1 OFFSET ").push_bind(search.limits.bound - 1);
    let last = last.build().fetch_optional(connection).await?;
    let searched_to = last.map(|row| row.try_get("started_at")).transpose()?;
    Ok(scale.filled(&runs, searched_to))
}

/// The time that is counted, in even parts.
struct Scale {
    from: i64,
    width: i64,
    parts: u32,
}

impl Scale {
    fn new(from: Option<i64>, to: i64, parts: u32) -> Self {
        let from = from.unwrap_or(to.saturating_sub(1)).min(to);
        // The last moment is part of the last bucket.
        let width =
            (to.saturating_sub(from).saturating_add(1)).div_euclid(i64::from(parts)).saturating_add(1);
        Self { from, width, parts }
    }

    fn end(&self) -> i64 {
        self.from.saturating_add(self.width.saturating_mul(i64::from(self.parts)))
    }

    fn filled(&self, runs: &[(i64, String)], searched_to: Option<i64>) -> Histogram {
        let mut buckets = vec![Bucket { runs: 0, faulted: Some(0) }; self.parts as usize];
        for (at, status) in runs {
            let place = usize::try_from(at.saturating_sub(self.from).div_euclid(self.width)).ok();
            if let Some(bucket) = place.and_then(|place| buckets.get_mut(place)) {
                bucket.runs += 1;
                bucket.faulted = bucket.faulted.map(|faulted| faulted + u64::from(status == "faulted"));
            }
        }
        Histogram { buckets, searched_to: searched_to.map(clock::rfc3339), ..self.empty() }
    }

    fn empty(&self) -> Histogram {
        let (from, to) = (clock::rfc3339(self.from), clock::rfc3339(self.end()));
        Histogram { from, to, buckets: Vec::new(), searched_to: None }
    }

    /// For each part, in order, how many there are of what `push_from` appends.
    fn counts(&self, push_from: impl Fn(&mut QueryBuilder<Sqlite>)) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new("WITH RECURSIVE part (low) AS (SELECT CAST(");
        query.push_bind(self.from);
        query.push(" AS INTEGER) UNION ALL SELECT low + ").push_bind(self.width);
        query.push(" FROM part LIMIT ").push_bind(i64::from(self.parts));
        query.push(") SELECT (SELECT COUNT(*)");
        push_from(&mut query);
        query.push(" AND started_at >= low AND started_at < low + ").push_bind(self.width);
        query.push(") FROM part");
        query
    }
}
