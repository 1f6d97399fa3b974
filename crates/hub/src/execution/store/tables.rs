//! Writes what is gathered, table after table: jobs before what refers to them, what is dropped before what is put.

use std::collections::BTreeMap;

use flow::engine::{TaskStatus, Timestamp};
use sqlx::SqliteConnection;

use super::gathered::{CallText, Gathered};
use super::many::{delete_of_jobs, delete_rows, write_rows};
use super::{CommitError, apply, json, lines, number};
use crate::execution::plan::{Kept, NewJob, TaskRow, word};
use crate::execution::projection::tasks::MOST_EARLIER;
use crate::schedules::table as schedules;

/// Writes everything.
///
/// # Errors
/// [`CommitError::Handled`] where one of the events is handled already: the transaction is of no use then.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    gathered: Gathered<'_>,
) -> Result<(), CommitError> {
    for advance in &gathered.schedules {
        if !schedules::advance(connection, advance).await? {
            return Err(CommitError::Handled);
        }
    }
    write_definitions(connection, &gathered.definitions).await?;
    write_jobs(connection, &gathered.jobs).await?;
    write_handled(connection, &gathered.handled).await?;
    write_states(connection, &gathered).await?;
    write_values(connection, &gathered.values).await?;
    let tasks: Vec<(i64, &TaskRow)> = gathered.tasks.iter().map(|((job, _), row)| (*job, *row)).collect();
    for earlier in &gathered.earlier {
        write_tasks(connection, std::slice::from_ref(earlier)).await?;
    }
    write_tasks(connection, &tasks).await?;
    write_pending(connection, &gathered).await?;
    write_records(connection, &gathered).await?;
    write_acts(connection, &gathered).await?;
    lines::append(connection, &gathered.lines).await?;
    for (job, write) in gathered.others {
        apply(connection, job, write).await?;
    }
    // Of a job that is over nothing comes after this.
    let over: Vec<i64> = gathered.nothing_pending.into_iter().collect();
    delete_of_jobs(connection, "DELETE FROM event_subscriptions WHERE job", &over).await?;
    delete_of_jobs(connection, "DELETE FROM event_consumptions WHERE job", &over).await?;
    Ok(())
}

async fn write_definitions(
    connection: &mut SqliteConnection,
    definitions: &BTreeMap<&str, &str>,
) -> Result<(), CommitError> {
    for (digest, definition) in definitions {
        sqlx::query("INSERT INTO definitions (digest, definition) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(*digest)
            .bind(*definition)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn write_jobs(connection: &mut SqliteConnection, jobs: &[(i64, &NewJob)]) -> Result<(), CommitError> {
    let rows = jobs
        .iter()
        .map(|(job, new)| Ok((*job, *new, new.stages.as_ref().map(json).transpose()?)))
        .collect::<Result<Vec<_>, CommitError>>()?;
    write_rows(
        connection,
        "INSERT INTO jobs (id, job_name, workflow_id, workflow_name, namespace, revision, digest, status, started_by,
                           started_at, dry_run, reason, stages, input, tasks_total, chain) ",
        &rows,
        |mut columns, (job, new, stages)| {
            columns.push_bind(*job).push_bind(&new.job_name).push_bind(&new.workflow_id);
            columns.push_bind(&new.workflow_name).push_bind(&new.namespace).push_bind(new.revision);
            columns.push_bind(&new.digest).push("'pending'").push_bind(&new.started_by);
            columns.push_bind(new.started_at.0).push_bind(new.dry_run).push_bind(&new.reason);
            columns.push_bind(stages).push_bind(&new.input).push_bind(new.tasks_total).push_bind(new.chain);
        },
        "",
    )
    .await?;
    write_rows(
        connection,
        "INSERT INTO job_states (job, state, private) ",
        &rows,
        |mut columns, (job, new, _)| {
            columns.push_bind(*job).push("''").push_bind(&new.private);
        },
        "",
    )
    .await?;
    Ok(())
}

async fn write_handled(connection: &mut SqliteConnection, keys: &[(i64, &str)]) -> Result<(), CommitError> {
    let new = write_rows(
        connection,
        "INSERT INTO handled_events (job, key) ",
        keys,
        |mut columns, (job, key)| {
            columns.push_bind(*job).push_bind(*key);
        },
        " ON CONFLICT DO NOTHING",
    )
    .await?;
    if new == keys.len() as u64 { Ok(()) } else { Err(CommitError::Handled) }
}

async fn write_states(connection: &mut SqliteConnection, gathered: &Gathered<'_>) -> Result<(), CommitError> {
    let over: Vec<i64> = gathered.states_over.iter().copied().collect();
    delete_of_jobs(connection, "UPDATE job_states SET state = '', private = '[]' WHERE job", &over).await?;
    delete_of_jobs(connection, "DELETE FROM state_parts WHERE job", &over).await?;
    let (mut put, mut dropped) = (Vec::new(), Vec::new());
    for ((job, part), text) in &gathered.parts {
        match text {
            Some(text) => put.push((*job, *part, *text)),
            None => dropped.push((*job, *part)),
        }
    }
    delete_rows(connection, "DELETE FROM state_parts WHERE", &dropped, |query, (job, part)| {
        query.push("job = ").push_bind(*job).push(" AND part = ").push_bind(*part);
    })
    .await?;
    write_rows(
        connection,
        "INSERT INTO state_parts (job, part, value) ",
        &put,
        |mut columns, (job, part, text)| {
            columns.push_bind(*job).push_bind(*part).push_bind(*text);
        },
        " ON CONFLICT DO UPDATE SET value = excluded.value",
    )
    .await?;
    Ok(())
}

async fn write_values(
    connection: &mut SqliteConnection,
    values: &[(i64, u64, &str)],
) -> Result<(), CommitError> {
    write_rows(
        connection,
        "INSERT INTO task_values (job, number, value) ",
        values,
        |mut columns, (job, of, value)| {
            columns.push_bind(*job).push_bind(number(*of)).push_bind(*value);
        },
        " ON CONFLICT DO NOTHING",
    )
    .await?;
    Ok(())
}

/// The attempt that another one takes the place of stays for those who compare them.
async fn keep_earlier(connection: &mut SqliteConnection, job: i64, row: &TaskRow) -> Result<(), CommitError> {
    if row.task.attempt < 2 {
        return Ok(());
    }
    let (task, attempt) = (number(row.task.task.0), i64::from(row.task.attempt));
    let kept = sqlx::query(
        "INSERT OR IGNORE INTO attempts
         SELECT job, task, attempt, status, started_at, ended_at, input, input_number, output, output_number, error
         FROM tasks WHERE job = ? AND task = ? AND attempt < ?",
    )
    .bind(job)
    .bind(task)
    .bind(attempt)
    .execute(&mut *connection)
    .await?;
    if kept.rows_affected() > 0 {
        sqlx::query("DELETE FROM attempts WHERE job = ? AND task = ? AND attempt < ?")
            .bind(job)
            .bind(task)
            .bind(attempt - MOST_EARLIER)
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn write_tasks(
    connection: &mut SqliteConnection,
    tasks: &[(i64, &TaskRow)],
) -> Result<(), CommitError> {
    for (job, row) in tasks {
        keep_earlier(connection, *job, row).await?;
    }
    let rows = tasks
        .iter()
        .map(|(job, row)| {
            let error = row.task.error.as_ref().map(json).transpose()?;
            let waiting = row.task.waiting.as_ref().map(json).transpose()?;
            Ok((*job, *row, error, waiting))
        })
        .collect::<Result<Vec<_>, CommitError>>()?;
    write_rows(
        connection,
        "INSERT OR REPLACE INTO tasks (job, task, place, pointer, name, kind, function, status, attempt, started_at,
                                       ended_at, iteration, input, input_number, output, output_number, error, waiting) ",
        &rows,
        |mut columns, (job, TaskRow { task, place, input, output }, error, waiting)| {
            let (input, input_number) = kept(input);
            let (output, output_number) = kept(output);
            columns.push_bind(*job).push_bind(number(task.task.0)).push_bind(*place);
            columns.push_bind(task.pointer.as_str()).push_bind(&task.name).push_bind(&task.kind);
            columns.push_bind(&task.function).push_bind(word(task.status)).push_bind(i64::from(task.attempt));
            columns.push_bind(task.started_at.map(|at| at.0)).push_bind(task.ended_at.map(|at| at.0));
            columns.push_bind(task.iteration.map(number));
            columns.push_bind(input).push_bind(input_number).push_bind(output).push_bind(output_number);
            columns.push_bind(error).push_bind(waiting);
        },
        "",
    )
    .await?;
    Ok(())
}

/// Calls and timers.
async fn write_pending(
    connection: &mut SqliteConnection,
    gathered: &Gathered<'_>,
) -> Result<(), CommitError> {
    let over: Vec<i64> = gathered.nothing_pending.iter().copied().collect();
    delete_of_jobs(connection, "DELETE FROM calls WHERE job", &over).await?;
    delete_of_jobs(connection, "DELETE FROM timers WHERE job", &over).await?;
    let (mut put, mut dropped) = (Vec::new(), Vec::new());
    for ((job, task, attempt), row) in &gathered.calls {
        let Some(row) = row else {
            dropped.push((*job, number(*task), i64::from(*attempt)));
            continue;
        };
        let call = match row.call {
            CallText::Plain(call) => json(call)?,
            CallText::Sealed(text) => text.to_owned(),
        };
        put.push((*job, number(*task), i64::from(*attempt), row.pointer.as_str(), call));
    }
    delete_rows(connection, "DELETE FROM calls WHERE", &dropped, |query, (job, task, attempt)| {
        query.push("job = ").push_bind(*job).push(" AND task = ").push_bind(*task);
        query.push(" AND attempt = ").push_bind(*attempt);
    })
    .await?;
    write_rows(
        connection,
        "INSERT OR REPLACE INTO calls (job, task, attempt, pointer, call) ",
        &put,
        |mut columns, (job, task, attempt, pointer, call)| {
            columns.push_bind(*job).push_bind(*task).push_bind(*attempt).push_bind(*pointer).push_bind(call);
        },
        "",
    )
    .await?;
    let (mut set, mut cancelled) = (Vec::new(), Vec::new());
    for ((job, timer), at) in &gathered.timers {
        match at {
            Some(at) => set.push((*job, number(*timer), *at)),
            None => cancelled.push((*job, number(*timer))),
        }
    }
    delete_rows(connection, "DELETE FROM timers WHERE", &cancelled, |query, (job, timer)| {
        query.push("job = ").push_bind(*job).push(" AND timer = ").push_bind(*timer);
    })
    .await?;
    write_rows(
        connection,
        "INSERT OR REPLACE INTO timers (job, timer, due_at) ",
        &set,
        |mut columns, (job, timer, at)| {
            columns.push_bind(*job).push_bind(*timer).push_bind(*at);
        },
        "",
    )
    .await?;
    Ok(())
}

/// How the jobs stand.
async fn write_records(
    connection: &mut SqliteConnection,
    gathered: &Gathered<'_>,
) -> Result<(), CommitError> {
    let rows = gathered
        .records
        .iter()
        .map(|(job, record)| {
            let error = record.error.as_ref().map(json).transpose()?;
            Ok((*job, *record, error, record.output.to_string(), json(&record.paths_not_taken)?))
        })
        .collect::<Result<Vec<_>, CommitError>>()?;
    write_rows(
        connection,
        "UPDATE jobs SET status = new.column2, ended_at = new.column3, output = new.column4, error = new.column5,
                         error_type = new.column6, error_title = new.column7, error_detail = new.column8,
                         paths_not_taken = new.column9
         FROM (",
        &rows,
        |mut columns, (job, record, error, output, paths)| {
            let of = record.error.as_ref();
            columns.push_bind(*job).push_bind(word(record.status));
            columns.push_bind(record.ended_at.map(|at| at.0)).push_bind(output).push_bind(error);
            columns.push_bind(of.map(|error| &error.kind));
            columns.push_bind(of.and_then(|error| error.title.as_ref()));
            columns.push_bind(of.and_then(|error| error.detail.as_ref())).push_bind(paths);
        },
        ") AS new WHERE jobs.id = new.column1",
    )
    .await?;
    let progress: Vec<(i64, (i64, i64))> = gathered.progress.iter().map(|(job, of)| (*job, *of)).collect();
    write_rows(
        connection,
        "UPDATE jobs SET tasks_total = new.column2, tasks_done = new.column3 FROM (",
        &progress,
        |mut columns, (job, (total, done))| {
            columns.push_bind(*job).push_bind(*total).push_bind(*done);
        },
        ") AS new WHERE jobs.id = new.column1",
    )
    .await?;
    let completed = gathered.records.iter().filter(|(_, record)| record.status == TaskStatus::Completed);
    let completed = completed.map(|(job, record)| (*job, record.ended_at.unwrap_or(record.started_at).0));
    let completed: Vec<(i64, i64)> = completed.collect();
    schedules::completed(connection, &completed).await?;
    Ok(())
}

async fn write_acts(connection: &mut SqliteConnection, gathered: &Gathered<'_>) -> Result<(), CommitError> {
    write_rows(
        connection,
        "INSERT INTO acts (job, at, by_user, act, task, task_name, attempt, comment) ",
        &gathered.acts,
        |mut columns, (job, act)| {
            let task = act.task.as_ref();
            columns.push_bind(*job).push_bind(act.at.0).push_bind(&act.by).push_bind(act.act.as_str());
            columns.push_bind(task.map(|task| number(task.task.0))).push_bind(task.map(|task| &task.name));
            columns.push_bind(task.map(|task| task.attempt)).push_bind(&act.comment);
        },
        "",
    )
    .await?;
    Ok(())
}

/// Nothing moves the tasks of a broken job any more: they must not look as if they ran or waited.
pub(super) async fn end_open_tasks(
    connection: &mut SqliteConnection,
    job: i64,
    status: TaskStatus,
    at: Option<Timestamp>,
) -> Result<(), CommitError> {
    sqlx::query(
        "UPDATE tasks SET status = ?, ended_at = ?, waiting = NULL
         WHERE job = ? AND status IN ('pending', 'running', 'waiting', 'suspended')",
    )
    .bind(word(status))
    .bind(at.map(|at| at.0))
    .bind(job)
    .execute(connection)
    .await?;
    Ok(())
}

/// The columns of a value: its text, or nothing and its number.
fn kept(value: &Kept) -> (&str, Option<i64>) {
    match value {
        Kept::Here(text) => (text, None),
        Kept::Apart(of) => ("", Some(number(*of))),
    }
}
