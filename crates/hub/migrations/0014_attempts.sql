-- How a task stood in the attempts before its last one: what it took in, what it gave out and why it failed. The last one
-- is in `tasks`; its row is copied here when the next attempt takes its place.
CREATE TABLE attempts (
    job           INTEGER NOT NULL REFERENCES jobs (id),
    task          INTEGER NOT NULL,
    attempt       INTEGER NOT NULL,
    status        TEXT NOT NULL,
    started_at    INTEGER,
    ended_at      INTEGER,
    input         TEXT NOT NULL,
    input_number  INTEGER,
    output        TEXT NOT NULL,
    output_number INTEGER,
    error         TEXT,
    PRIMARY KEY (job, task, attempt)
) STRICT, WITHOUT ROWID;
