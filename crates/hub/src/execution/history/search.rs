//! Runs a search: chooses where the runs come from, counts as far as counting is cheap, and says where the page begins and ends.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite, SqliteConnection};
use wire::Job;
use wire::history::{Counted, JobPage, Sort};

use super::cursor::{Cursor, Key, Toward};
use super::sources::{self, Bounds, Reach, Span, Walk, push_order, push_side, push_spans};
use super::{Condition, HistoryQuery, Place, buckets, conditions, push_conditions};
use crate::clock;
use crate::error::HubError;
use crate::execution::rows;

/// How far a search goes; a service has one, tests have smaller ones.
#[derive(Clone, Copy, Debug)]
pub(in crate::execution) struct Limits {
    /// So few are gathered and sorted; more are walked in their order.
    few: i64,
    /// So many runs are looked at, one by one, before a search says how far it came.
    pub(super) bound: i64,
    /// So many different texts of a column are compared with a pattern.
    texts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { few: 4_000, bound: 10_000, texts: 1_000 }
    }
}

/// Of what stands before a page that is looked at again, so many are counted.
const BEFORE: i64 = 100;

/// Where the runs come from.
pub(super) enum Source {
    Gather(Vec<Span>),
    Walk(Walk),
}

/// What a search knows once it has chosen.
pub(super) struct Search {
    pub(super) conditions: Vec<Condition>,
    pub(super) source: Source,
    pub(super) now: i64,
    pub(super) limits: Limits,
    sort: Sort,
    descending: bool,
}

/// A run that was found, with its sort keys.
struct Hit {
    id: i64,
    keys: Vec<Key>,
}

/// The statement for some of the runs.
struct Part<'a> {
    side: Option<(&'static str, &'a [Key])>,
    descending: bool,
    /// Look at so many only.
    bound: Option<i64>,
    limit: i64,
    offset: i64,
}

/// One page, or the histogram, of everything that the query lets through.
///
/// # Errors
/// 400 naming what cannot be read, or 500 from the database.
pub(in crate::execution) async fn answer(
    connection: &mut SqliteConnection,
    asked: &HistoryQuery,
    limits: Limits,
) -> Result<(JobPage, Vec<(i64, Job)>), HubError> {
    let search = Search::choose(connection, asked, limits).await?;
    let mut page = JobPage { page_size: asked.page_size, page_no: 1, ..JobPage::default() };
    if let Some(parts) = asked.histogram {
        let histogram = buckets::count(connection, &search, parts).await?;
        page.total = histogram.buckets.iter().map(|bucket| bucket.runs).sum();
        page.total_is = histogram.searched_to.is_some().then_some(Counted::AtLeast);
        page.histogram = Some(histogram);
        return Ok((page, Vec::new()));
    }
    let hits = match &asked.place {
        Place::Page(number) => {
            page.page_no = *number;
            let offset = i64::from(number.saturating_sub(1)) * i64::from(asked.page_size);
            let limit = i64::from(asked.page_size);
            let descending = asked.descending;
            page.total = search.total(connection).await?;
            let part = Part { side: None, descending, bound: None, limit, offset };
            search.hits(connection, &part).await?
        }
        Place::Cursor(text) => search.at_cursor(connection, text, &mut page).await?,
    };
    let jobs = read(connection, &hits).await?;
    Ok((page, jobs))
}

/// The plan of each statement that the query makes, as SQLite tells it: for the benchmark and the tests.
///
/// # Errors
/// As [`answer`].
pub(in crate::execution) async fn explain(
    connection: &mut SqliteConnection,
    asked: &HistoryQuery,
) -> Result<Vec<String>, HubError> {
    let search = Search::choose(connection, asked, Limits::default()).await?;
    let bound = Some(search.limits.bound);
    let part = Part { side: None, descending: asked.descending, bound, limit: 21, offset: 0 };
    let sql = format!("EXPLAIN QUERY PLAN {}", search.statement(&part).into_string());
    // The text is this module's own, with its values left out.
    let rows = sqlx::query::<Sqlite>(AssertSqlSafe(sql)).fetch_all(connection).await?;
    Ok(rows.iter().map(|row| row.try_get("detail")).collect::<sqlx::Result<_>>()?)
}

impl Search {
    async fn choose(
        connection: &mut SqliteConnection,
        asked: &HistoryQuery,
        limits: Limits,
    ) -> Result<Self, HubError> {
        let now = clock::now();
        let conditions = conditions(&asked.filters)?;
        let mut found: Vec<(i64, usize, Vec<Span>)> = Vec::new();
        for (place, condition) in conditions.iter().enumerate() {
            let spans = match sources::reach(condition, now) {
                Some(Reach::Spans(spans)) => spans,
                Some(Reach::Like { index, column, pattern }) => {
                    let Some(values) = texts_like(connection, index, column, &pattern, limits.texts).await?
                    else {
                        continue;
                    };
                    vec![Span { index, bounds: Bounds::Values(column, values) }]
                }
                None => continue,
            };
            let mut count: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT COUNT(*) FROM (SELECT 1 FROM (");
            push_spans(&mut count, &spans);
            count.push(") LIMIT ").push_bind(limits.few + 1).push(")");
            found.push((count.build_query_scalar().fetch_one(&mut *connection).await?, place, spans));
        }
        found.sort_by_key(|(count, ..)| *count);
        let source = match found.first() {
            Some((count, _, spans)) if *count <= limits.few => Source::Gather(spans.clone()),
            _ => {
                let spans: Vec<_> = found.into_iter().map(|(_, place, spans)| (place, spans)).collect();
                Source::Walk(sources::walk(asked.sort, &conditions, &spans))
            }
        };
        Ok(Self { conditions, source, now, limits, sort: asked.sort, descending: asked.descending })
    }

    async fn at_cursor(
        &self,
        connection: &mut SqliteConnection,
        text: &str,
        page: &mut JobPage,
    ) -> Result<Vec<Hit>, HubError> {
        let cursor = (!text.is_empty())
            .then(|| Cursor::decode(text, self.sort, self.descending, &sources::shape(self.sort)))
            .transpose()?;
        let size = i64::from(page.page_size);
        let toward = cursor.as_ref().map_or(Toward::After, |cursor| cursor.toward);
        let descending = self.descending != (toward == Toward::Before);
        let side = cursor.as_ref().map(|cursor| (sign(toward, descending), cursor.keys.as_slice()));
        let part = Part { side, descending, bound: Some(self.limits.bound), limit: size + 1, offset: 0 };
        let mut hits = self.hits(connection, &part).await?;
        let is_full = hits.len() as i64 > size;
        hits.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        let reached = if is_full { None } else { self.reached(connection, &part).await? };
        let more = if is_full {
            hits.last().map(|hit| hit.keys.clone())
        } else {
            reached.as_ref().map(|(keys, _)| keys.clone())
        };
        page.searched_to = reached.map(|(_, at)| clock::rfc3339(at));
        if toward == Toward::Before {
            page.previous = more.map(|keys| self.cursor(Toward::Before, keys));
            hits.reverse();
            page.next = hits.last().map(|hit| self.cursor(Toward::After, hit.keys.clone()));
        } else {
            page.next = more.map(|keys| self.cursor(Toward::After, keys));
            page.previous = match (&cursor, hits.first()) {
                (Some(_), Some(first)) => Some(self.cursor(Toward::Before, first.keys.clone())),
                (Some(cursor), None) => Some(self.cursor(Toward::Before, cursor.keys.clone())),
                (None, _) => None,
            };
        }
        page.here = hits.first().map(|hit| self.cursor(Toward::From, hit.keys.clone()));
        if let (Some(cursor), Toward::From) = (&cursor, toward) {
            page.before = Some(self.before(connection, &cursor.keys).await?);
        }
        (page.total, page.total_is) = self.counted(connection).await?;
        Ok(hits)
    }

    fn cursor(&self, toward: Toward, keys: Vec<Key>) -> String {
        Cursor { sort: self.sort, descending: self.descending, toward, keys }.encode()
    }

    async fn hits(&self, connection: &mut SqliteConnection, part: &Part<'_>) -> Result<Vec<Hit>, HubError> {
        let rows = self.statement(part).build().fetch_all(connection).await?;
        let hits = rows.iter().map(|row| Ok(Hit { id: row.try_get("id")?, keys: self.keys_of(row)? }));
        Ok(hits.collect::<sqlx::Result<_>>()?)
    }

    fn keys_of(&self, row: &SqliteRow) -> sqlx::Result<Vec<Key>> {
        let columns = sources::keys(self.sort).iter().zip(sources::shape(self.sort));
        columns
            .map(|(column, is_text)| {
                Ok(if is_text {
                    Key::Text(row.try_get(*column)?)
                } else {
                    Key::Number(row.try_get(*column)?)
                })
            })
            .collect()
    }

    /// The keys of the last run that a bounded search looked at, and when that began; none where it saw all.
    async fn reached(
        &self,
        connection: &mut SqliteConnection,
        part: &Part<'_>,
    ) -> Result<Option<(Vec<Key>, i64)>, HubError> {
        let (Source::Walk(walk), Some(bound)) = (&self.source, part.bound) else { return Ok(None) };
        if walk.left.is_empty() {
            return Ok(None);
        }
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT ");
        query.push(walk.keys.join(", "));
        self.push_walked(&mut query, walk, part);
        query.push(" LIMIT 1 OFFSET ").push_bind(bound - 1);
        let Some(row) = query.build().fetch_optional(&mut *connection).await? else { return Ok(None) };
        let keys = self.keys_of(&row)?;
        let id: i64 = row.try_get("id")?;
        let at = sqlx::query_scalar("SELECT started_at FROM jobs WHERE id = ?").bind(id);
        Ok(Some((keys, at.fetch_one(connection).await?)))
    }

    /// How many stand before these keys: a few of those that are nearest.
    async fn before(&self, connection: &mut SqliteConnection, keys: &[Key]) -> Result<u64, HubError> {
        let descending = !self.descending;
        let side = Some((sign(Toward::Before, descending), keys));
        let part = Part { side, descending, bound: Some(self.limits.bound / 10), limit: BEFORE, offset: 0 };
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT COUNT(*) FROM (");
        self.push_statement(&mut query, &part);
        query.push(")");
        let count: i64 = query.build_query_scalar().fetch_one(connection).await?;
        Ok(count.unsigned_abs())
    }

    /// How many match, all of them counted.
    async fn total(&self, connection: &mut SqliteConnection) -> Result<u64, HubError> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT COUNT(*) FROM ");
        match &self.source {
            Source::Gather(spans) => self.push_gathered(&mut query, spans),
            Source::Walk(_) if self.conditions.is_empty() => {
                query.push("jobs");
            }
            Source::Walk(walk) => {
                query.push("(SELECT 1");
                walk.push_from(&mut query);
                query.push(" AND ");
                push_conditions(&mut query, &walk.left, self.now);
                query.push(")");
            }
        }
        let total: i64 = query.build_query_scalar().fetch_one(connection).await?;
        Ok(total.unsigned_abs())
    }

    /// How many match, as far as a search may look where no index alone tells.
    async fn counted(&self, connection: &mut SqliteConnection) -> Result<(u64, Option<Counted>), HubError> {
        let Source::Walk(walk) = &self.source else { return Ok((self.total(connection).await?, None)) };
        if walk.left.is_empty() {
            return Ok((self.total(connection).await?, None));
        }
        let bound = self.limits.bound;
        let part = Part { side: None, descending: self.descending, bound: Some(bound), limit: 0, offset: 0 };
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT COUNT(*), COALESCE(SUM(");
        push_conditions(&mut query, &walk.left, self.now);
        query.push("), 0) FROM (SELECT ");
        self.push_looked_at(&mut query, walk);
        self.push_walked(&mut query, walk, &part);
        query.push(" LIMIT ").push_bind(bound + 1).push(")");
        let (seen, found): (i64, i64) = query.build_query_as().fetch_one(connection).await?;
        Ok((found.unsigned_abs(), (seen > bound).then_some(Counted::AtLeast)))
    }

    fn statement(&self, part: &Part<'_>) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new("");
        self.push_statement(&mut query, part);
        query
    }

    fn push_statement(&self, query: &mut QueryBuilder<Sqlite>, part: &Part<'_>) {
        // Every order ends in `id`, which tells each run from all others.
        let keys = sources::keys(self.sort).join(", ");
        query.push("SELECT ").push(keys.clone()).push(" FROM ");
        match &self.source {
            Source::Gather(spans) => {
                self.push_gathered(query, spans);
                if let Some((sign, values)) = part.side {
                    push_side(query, sources::keys(self.sort), sign, values);
                }
                push_order(query, sources::keys(self.sort), part.descending);
            }
            Source::Walk(walk) => {
                query.push("(SELECT ");
                self.push_looked_at(query, walk);
                self.push_walked(query, walk, part);
                match part.bound {
                    // With a limit inside, these are looked at in their order and no others are.
                    Some(bound) if !walk.left.is_empty() => {
                        query.push(" LIMIT ").push_bind(bound).push(") WHERE ");
                        push_conditions(query, &walk.left, self.now);
                    }
                    _ => {
                        query.push(")");
                    }
                }
            }
        }
        query.push(" LIMIT ").push_bind(part.limit).push(" OFFSET ").push_bind(part.offset);
    }

    /// Appends the keys of a walk, and what its conditions look at.
    fn push_looked_at(&self, query: &mut QueryBuilder<Sqlite>, walk: &Walk) {
        query.push(walk.keys.join(", "));
        let looked_at = sources::columns(&walk.left);
        for column in looked_at.into_iter().filter(|column| !walk.keys.contains(column)) {
            query.push(", ").push(column);
        }
    }

    /// Appends what is gathered, with all conditions.
    pub(super) fn push_gathered(&self, query: &mut QueryBuilder<Sqlite>, spans: &[Span]) {
        query.push("(");
        push_spans(query, spans);
        // A cross join is made in the order in which it is written.
        query.push(") CROSS JOIN jobs ON jobs.id = found WHERE ");
        push_conditions(query, &self.conditions, self.now);
    }

    /// Appends what is walked, in order; without a bound, with the conditions that are left.
    fn push_walked(&self, query: &mut QueryBuilder<Sqlite>, walk: &Walk, part: &Part<'_>) {
        walk.push_from(query);
        if let Some((sign, values)) = part.side {
            push_side(query, walk.keys, sign, values);
        }
        if part.bound.is_none() {
            query.push(" AND ");
            push_conditions(query, &walk.left, self.now);
        }
        push_order(query, walk.keys, part.descending);
    }
}

/// How the keys of what is meant compare with those of the cursor.
fn sign(toward: Toward, descending: bool) -> &'static str {
    match (toward, descending) {
        (Toward::From, true) => "<=",
        (Toward::From, false) => ">=",
        (_, true) => "<",
        (_, false) => ">",
    }
}

/// The texts of a column that are like the pattern; none where the column has very many.
async fn texts_like(
    connection: &mut SqliteConnection,
    index: &str,
    column: &str,
    pattern: &str,
    most: usize,
) -> Result<Option<Vec<String>>, HubError> {
    let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("WITH RECURSIVE known (text) AS (SELECT MIN(");
    query.push(column).push(") FROM jobs INDEXED BY ").push(index);
    query.push(" UNION ALL SELECT (SELECT MIN(").push(column).push(") FROM jobs INDEXED BY ").push(index);
    query.push(" WHERE ").push(column).push(" > text) FROM known WHERE text IS NOT NULL LIMIT ");
    query.push_bind(i64::try_from(most).unwrap_or(i64::MAX) + 1).push(") SELECT text, text LIKE ");
    query.push_bind(pattern.to_owned()).push(" ESCAPE '\\' FROM known WHERE text IS NOT NULL");
    let texts: Vec<(String, bool)> = query.build_query_as().fetch_all(connection).await?;
    let is_few = texts.len() <= most;
    Ok(is_few.then(|| texts.into_iter().filter(|(_, is_like)| *is_like).map(|(text, _)| text).collect()))
}

/// The rows of the runs, in the order in which they were found.
async fn read(connection: &mut SqliteConnection, hits: &[Hit]) -> Result<Vec<(i64, Job)>, HubError> {
    let ids: Vec<i64> = hits.iter().map(|hit| hit.id).collect();
    let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT ");
    query.push(rows::JOB_COLUMNS).push(" FROM jobs WHERE id IN (SELECT value FROM json_each(");
    query.push_bind(serde_json::json!(ids).to_string()).push("))");
    let rows = query.build().fetch_all(connection).await?;
    let mut jobs: HashMap<i64, Job> = rows.iter().map(rows::job).collect::<sqlx::Result<_>>()?;
    Ok(ids.into_iter().filter_map(|id| jobs.remove(&id).map(|job| (id, job))).collect())
}

#[cfg(test)]
mod tests;
