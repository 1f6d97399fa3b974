//! One statement for many rows: what a statement costs by itself, on its way to the thread of the database and back, is
//! more than what a row costs.
//!
//! The rows come in few sizes, so that SQLite meets the same statements again and has them compiled already.

use sqlx::query_builder::Separated;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

const SIZES: [usize; 3] = [32, 4, 1];

/// `before`, then the rows as `(…), (…)`, then `after`; `push` binds the columns of one row. Answers how many rows of the
/// database were changed.
pub(super) async fn write_rows<T>(
    connection: &mut SqliteConnection,
    before: &str,
    rows: &[T],
    push: impl Fn(Separated<'_, Sqlite, &'static str>, &T),
    after: &str,
) -> sqlx::Result<u64> {
    let mut affected = 0;
    for rows in chunks(rows) {
        let mut query = QueryBuilder::<Sqlite>::new(before);
        query.push_values(rows, &push).push(after);
        affected += query.build().execute(&mut *connection).await?.rows_affected();
    }
    Ok(affected)
}

/// As [`write_rows`], for what is read.
pub(super) async fn read_rows<T>(
    connection: &mut SqliteConnection,
    before: &str,
    rows: &[T],
    push: impl Fn(Separated<'_, Sqlite, &'static str>, &T),
    after: &str,
) -> sqlx::Result<Vec<SqliteRow>> {
    let mut found = Vec::new();
    for rows in chunks(rows) {
        let mut query = QueryBuilder::<Sqlite>::new(before);
        query.push_values(rows, &push).push(after);
        found.extend(query.build().fetch_all(&mut *connection).await?);
    }
    Ok(found)
}

/// Deletes the rows that a key names: `before` ends in `WHERE`, `push` adds the condition of one key. Each is found by the
/// index, which SQLite does not do for keys of several columns in a list.
pub(super) async fn delete_rows<T>(
    connection: &mut SqliteConnection,
    before: &str,
    keys: &[T],
    push: impl Fn(&mut QueryBuilder<Sqlite>, &T),
) -> sqlx::Result<()> {
    for keys in chunks(keys) {
        let mut query = QueryBuilder::<Sqlite>::new(before);
        for (place, key) in keys.iter().enumerate() {
            query.push(if place == 0 { " (" } else { " OR (" });
            push(&mut query, key);
            query.push(")");
        }
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Deletes everything of these jobs in a table: `before` ends in `job`.
pub(super) async fn delete_of_jobs(
    connection: &mut SqliteConnection,
    before: &str,
    jobs: &[i64],
) -> sqlx::Result<()> {
    for jobs in chunks(jobs) {
        let mut query = QueryBuilder::<Sqlite>::new(before);
        query.push(" IN (");
        let mut list = query.separated(", ");
        for job in jobs {
            list.push_bind(*job);
        }
        query.push(")");
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// The rows in their order, in as few pieces of the [`SIZES`] as there can be.
fn chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rows.len())?;
        let (chunk, rest) = rows.split_at(size);
        rows = rest;
        Some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_chunk_and_in_its_place() {
        let rows: Vec<usize> = (0..75).collect();
        let sizes: Vec<usize> = chunks(&rows).map(<[usize]>::len).collect();
        assert_eq!(sizes, [32, 32, 4, 4, 1, 1, 1]);
        assert_eq!(chunks(&rows).flatten().copied().collect::<Vec<_>>(), rows);
        assert_eq!(chunks::<usize>(&[]).count(), 0);
    }
}
