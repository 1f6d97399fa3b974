-- The history of a million runs: every property that it is filtered or sorted by has an index, or the search through it has a
-- bound (`execution/history`).

-- What has not ended sorts after everything that has; among these the one that began first has lasted longest.
ALTER TABLE jobs ADD COLUMN ended_key INTEGER NOT NULL
    GENERATED ALWAYS AS (COALESCE(ended_at, 4000000000000000000)) VIRTUAL;
ALTER TABLE jobs ADD COLUMN duration_key INTEGER NOT NULL
    GENERATED ALWAYS AS (COALESCE(ended_at - started_at, 4000000000000000000 - started_at)) VIRTUAL;

CREATE INDEX jobs_by_end ON jobs (ended_key, id);
CREATE INDEX jobs_by_duration ON jobs (duration_key, id);
CREATE INDEX jobs_by_workflow_name ON jobs (workflow_name, started_at, id);
CREATE INDEX jobs_by_starter ON jobs (started_by, started_at, id);

-- Few runs have these: they cost nothing for the others.
CREATE INDEX jobs_with_error ON jobs (started_at, id) WHERE error IS NOT NULL;
CREATE INDEX jobs_rehearsed ON jobs (started_at, id) WHERE dry_run = 1;
