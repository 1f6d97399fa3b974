-- How many runs in a row were started by what the run before had emitted: workflows that start each other come to an end.
ALTER TABLE jobs ADD COLUMN chain INTEGER NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN chain INTEGER NOT NULL DEFAULT 0;
