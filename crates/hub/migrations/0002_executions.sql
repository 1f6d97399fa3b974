-- Runs: their state, what is to be done for them, and what the API shows of them. Times are milliseconds since 1970, UTC.

-- What runs is what was started: a run keeps its definition when the workflow is changed or deleted.
CREATE TABLE definitions (
    digest     TEXT PRIMARY KEY,
    definition TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The projection of a job. Private inputs are masked in every column.
CREATE TABLE jobs (
    id              INTEGER PRIMARY KEY,
    job_name        TEXT NOT NULL UNIQUE,
    workflow_id     TEXT NOT NULL,
    workflow_name   TEXT NOT NULL,
    namespace       TEXT NOT NULL,
    revision        INTEGER NOT NULL,
    digest          TEXT NOT NULL REFERENCES definitions (digest),
    status          TEXT NOT NULL,
    started_by      TEXT NOT NULL,
    started_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    dry_run         INTEGER NOT NULL,
    reason          TEXT,
    -- JSON: the stages that this run includes; null is all of them.
    stages          TEXT,
    input           TEXT NOT NULL,
    output          TEXT NOT NULL DEFAULT 'null',
    -- JSON, with the members that the history is searched by beside it.
    error           TEXT,
    error_type      TEXT,
    error_title     TEXT,
    error_detail    TEXT,
    paths_not_taken TEXT NOT NULL DEFAULT '[]',
    tasks_total     INTEGER NOT NULL,
    tasks_done      INTEGER NOT NULL DEFAULT 0,
    -- The hub itself failed to carry the run on: nothing but stopping it is left.
    broken          INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX jobs_by_start ON jobs (started_at, id);
CREATE INDEX jobs_by_workflow ON jobs (workflow_id, started_at, id);
CREATE INDEX jobs_by_status ON jobs (status, started_at, id);

-- The interpreter's state, and the private inputs that are masked everywhere else (a JSON array).
CREATE TABLE job_states (
    job     INTEGER PRIMARY KEY REFERENCES jobs (id),
    state   TEXT NOT NULL,
    private TEXT NOT NULL
) STRICT;

-- The projection of a task instance; `place` is its place in the definition.
CREATE TABLE tasks (
    job        INTEGER NOT NULL REFERENCES jobs (id),
    task       INTEGER NOT NULL,
    place      INTEGER NOT NULL,
    pointer    TEXT NOT NULL,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    function   TEXT,
    status     TEXT NOT NULL,
    attempt    INTEGER NOT NULL,
    started_at INTEGER,
    ended_at   INTEGER,
    iteration  INTEGER,
    input      TEXT NOT NULL,
    output     TEXT NOT NULL,
    error      TEXT,
    waiting    TEXT,
    PRIMARY KEY (job, task)
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_waiting ON tasks (job, task) WHERE waiting IS NOT NULL;

-- The outbox: calls that nobody has answered yet. After a crash these are made again, and no others.
CREATE TABLE calls (
    job     INTEGER NOT NULL REFERENCES jobs (id),
    task    INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    pointer TEXT NOT NULL,
    call    TEXT NOT NULL,
    PRIMARY KEY (job, task, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE timers (
    job    INTEGER NOT NULL REFERENCES jobs (id),
    timer  INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (job, timer)
) STRICT, WITHOUT ROWID;

-- Events that are part of the state already: the same one again changes nothing.
CREATE TABLE handled_events (
    job INTEGER NOT NULL REFERENCES jobs (id),
    key TEXT NOT NULL,
    PRIMARY KEY (job, key)
) STRICT, WITHOUT ROWID;

-- What people did to a job.
CREATE TABLE acts (
    id        INTEGER PRIMARY KEY,
    job       INTEGER NOT NULL REFERENCES jobs (id),
    at        INTEGER NOT NULL,
    by_user   TEXT NOT NULL,
    act       TEXT NOT NULL,
    task      INTEGER,
    task_name TEXT,
    comment   TEXT
) STRICT;
CREATE INDEX acts_by_job ON acts (job, id);

-- `line` counts from 0 within a state, `position` within the job; neither is ever given anew.
CREATE TABLE log_lines (
    job      INTEGER NOT NULL REFERENCES jobs (id),
    state    TEXT NOT NULL,
    line     INTEGER NOT NULL,
    position INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    level    INTEGER NOT NULL,
    task     INTEGER,
    attempt  INTEGER NOT NULL,
    message  TEXT NOT NULL,
    PRIMARY KEY (job, state, line)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX log_lines_of_job ON log_lines (job, position);
