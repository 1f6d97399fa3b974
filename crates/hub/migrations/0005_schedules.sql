-- When workflows start by themselves: what the newest revision's `schedule` says, a row for each of its members.
CREATE TABLE schedules (
    workflow_id TEXT NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('every', 'cron', 'after', 'on')),
    -- As it is written, JSON: a revision that leaves it as it is leaves its times and its events as they are.
    written     TEXT NOT NULL,
    namespace   TEXT NOT NULL,
    saved_by    TEXT NOT NULL,
    -- Of `every` and `after`, milliseconds.
    delay       INTEGER,
    -- The next start; null where none is due.
    due_at      INTEGER,
    -- Of `on`: the last event that was looked at, and those that are not enough for a start yet (JSON).
    position    INTEGER NOT NULL,
    pending     TEXT NOT NULL DEFAULT '[]',
    -- Counts every change of the above by the scheduler: a start and what follows from it are made once.
    turn        INTEGER NOT NULL DEFAULT 0,
    -- Why the last start that was due could not be made.
    last_error  TEXT,
    PRIMARY KEY (workflow_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX schedules_by_time ON schedules (due_at) WHERE due_at IS NOT NULL;
