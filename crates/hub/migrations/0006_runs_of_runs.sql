-- What runs start: other runs (`run: workflow`), and processes of the machine (`run: shell`, `run: script`).

-- One row for each attempt of a task that has started a run: asked again after a crash, the same one is found.
CREATE TABLE sub_runs (
    parent  INTEGER NOT NULL REFERENCES jobs (id),
    task    INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    child   INTEGER NOT NULL UNIQUE REFERENCES jobs (id),
    awaited INTEGER NOT NULL,
    -- How many runs are above the child.
    depth   INTEGER NOT NULL,
    -- JSON: how the child ended, private values and all, until the parent has it.
    outcome TEXT,
    PRIMARY KEY (parent, task, attempt)
) STRICT, WITHOUT ROWID;

-- A workflow that is run is named by its namespace and name.
CREATE INDEX workflows_by_document ON workflows (namespace, name);

-- The processes that may be under way: what is left of them when the hub dies is killed at the next start. `cookie`
-- stands in the environment of everything that the process starts.
CREATE TABLE processes (
    cookie    TEXT PRIMARY KEY,
    job       INTEGER NOT NULL REFERENCES jobs (id),
    task      INTEGER NOT NULL,
    attempt   INTEGER NOT NULL,
    directory TEXT NOT NULL
) STRICT, WITHOUT ROWID;
