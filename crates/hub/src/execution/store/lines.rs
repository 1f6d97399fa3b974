//! Log lines get their numbers as they are written: from 0 within a state, and within the job.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Row, SqliteConnection};

use super::many::{read_rows, write_rows};
use super::number;
use crate::execution::plan::LogRow;

/// How far apart two tasks may be that say something at the same moment, in milliseconds: their lines may arrive in either
/// order, and their times must not run backwards for that.
const MOMENT: i64 = 1000;

/// Where the log of a job ends.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    next: i64,
    /// None where the log is empty.
    at: Option<i64>,
}

/// Appends lines in their order.
pub(super) async fn append(connection: &mut SqliteConnection, lines: &[(i64, &LogRow)]) -> sqlx::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut ends = ends(connection, lines).await?;
    let mut next = next_of_states(connection, lines).await?;
    let mut rows = Vec::with_capacity(lines.len());
    for (job, line) in lines {
        let End { next: position, at: last } = ends.entry(*job).or_default();
        let at = last.filter(|last| (0..=MOMENT).contains(&(last - line.at.0))).unwrap_or(line.at.0);
        let number = next.entry((*job, line.state.as_str())).or_default();
        rows.push((*job, *number, *position, at, *line));
        *last = Some(at);
        *position += 1;
        *number += 1;
    }
    write_rows(
        connection,
        "INSERT INTO log_lines (job, state, line, position, at, level, task, attempt, message) ",
        &rows,
        |mut columns, (job, number_of_line, position, at, line)| {
            columns
                .push_bind(*job)
                .push_bind(&line.state)
                .push_bind(*number_of_line)
                .push_bind(*position)
                .push_bind(*at)
                .push_bind(line.level as i64)
                .push_bind(line.task.map(|task| number(task.0)))
                .push_bind(i64::from(line.attempt))
                .push_bind(&line.message);
        },
        "",
    )
    .await?;
    Ok(())
}

/// Reads the ends of an index: a number costs the same in a long log as in a short one.
async fn ends(
    connection: &mut SqliteConnection,
    lines: &[(i64, &LogRow)],
) -> sqlx::Result<BTreeMap<i64, End>> {
    let jobs: BTreeSet<i64> = lines.iter().map(|(job, _)| *job).collect();
    let jobs: Vec<i64> = jobs.into_iter().collect();
    let rows = read_rows(
        connection,
        "WITH wanted (job) AS (",
        &jobs,
        |mut columns, job| {
            columns.push_bind(*job);
        },
        ") SELECT wanted.job AS job, position, at FROM wanted
           JOIN log_lines ON log_lines.job = wanted.job
                AND position = (SELECT MAX(position) FROM log_lines WHERE log_lines.job = wanted.job)",
    )
    .await?;
    rows.iter()
        .map(|row| {
            let end = End { next: row.try_get::<i64, _>("position")? + 1, at: Some(row.try_get("at")?) };
            Ok((row.try_get("job")?, end))
        })
        .collect()
}

async fn next_of_states<'l>(
    connection: &mut SqliteConnection,
    lines: &[(i64, &'l LogRow)],
) -> sqlx::Result<BTreeMap<(i64, &'l str), i64>> {
    let states: BTreeSet<(i64, &str)> = lines.iter().map(|(job, line)| (*job, line.state.as_str())).collect();
    let states: Vec<(i64, &str)> = states.into_iter().collect();
    let rows = read_rows(
        connection,
        "WITH wanted (place, job, state) AS (",
        &states.iter().enumerate().collect::<Vec<_>>(),
        |mut columns, (place, (job, state))| {
            columns.push_bind(i64::try_from(*place).unwrap_or(i64::MAX));
            columns.push_bind(*job).push_bind(*state);
        },
        ") SELECT place, (SELECT COALESCE(MAX(line) + 1, 0) FROM log_lines
                          WHERE log_lines.job = wanted.job AND log_lines.state = wanted.state) AS next FROM wanted",
    )
    .await?;
    let mut next = BTreeMap::new();
    for row in &rows {
        let place = usize::try_from(row.try_get::<i64, _>("place")?).unwrap_or(usize::MAX);
        if let Some(state) = states.get(place) {
            next.insert(*state, row.try_get("next")?);
        }
    }
    Ok(next)
}
