-- A run's state in parts, so that an event writes what it touches and not the whole job: a small head, and one row for each
-- live task, timer, thing to be done and large value. What the names and texts mean is the engine's own
-- (`flow::engine::State::take_changes`). A run that began before this keeps its state in `job_states.state` until its
-- next event.
CREATE TABLE state_parts (
    job   INTEGER NOT NULL REFERENCES jobs (id),
    part  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (job, part)
) STRICT, WITHOUT ROWID;
