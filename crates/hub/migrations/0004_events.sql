-- Events between runs, and from outside. Times are milliseconds since 1970, UTC.

-- The bus. `sequence` orders all events and is never given anew; `origin` tells an event that comes again from another
-- one: the attempt that emitted it, or the source and id of one from outside.
CREATE TABLE events (
    sequence    INTEGER PRIMARY KEY AUTOINCREMENT,
    namespace   TEXT NOT NULL,
    origin      TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    -- A CloudEvent as JSON, structured mode.
    event       TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_by_origin ON events (namespace, origin);
CREATE INDEX events_by_namespace ON events (namespace, sequence);
CREATE INDEX events_by_age ON events (received_at);

-- Tasks that wait for their next event: one row, one event.
CREATE TABLE event_subscriptions (
    job            INTEGER NOT NULL REFERENCES jobs (id),
    task           INTEGER NOT NULL,
    attempt        INTEGER NOT NULL,
    namespace      TEXT NOT NULL,
    after_sequence INTEGER NOT NULL,
    since          INTEGER NOT NULL,
    -- JSON: what is known of the wanted events.
    filters        TEXT NOT NULL,
    PRIMARY KEY (job, task)
) STRICT, WITHOUT ROWID;

-- Events that a run is done with: its tasks from `next_task` on, and `task` itself, are not given them again.
CREATE TABLE event_consumptions (
    job       INTEGER NOT NULL REFERENCES jobs (id),
    sequence  INTEGER NOT NULL,
    task      INTEGER NOT NULL,
    next_task INTEGER NOT NULL,
    PRIMARY KEY (job, sequence, task)
) STRICT, WITHOUT ROWID;
