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

-- Large values that several tasks of a run took in or gave out: a fork's input is kept once, not once for each branch. The
-- numbers are the engine's own; private inputs are masked, as in the tasks.
CREATE TABLE task_values (
    job    INTEGER NOT NULL REFERENCES jobs (id),
    number INTEGER NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;
-- Where these are set, the value stands there and the column beside is empty.
ALTER TABLE tasks ADD COLUMN input_number INTEGER;
ALTER TABLE tasks ADD COLUMN output_number INTEGER;

-- A job of a hundred thousand tasks is shown by those that matter, and these are found without reading the others.
CREATE INDEX tasks_by_place ON tasks (job, place, task);
CREATE INDEX tasks_open ON tasks (job, task)
    WHERE status IN ('pending', 'running', 'waiting', 'suspended', 'faulted');
