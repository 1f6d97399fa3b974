-- DSL, Lifecycle Events: runs tell of their beginning and their end on the bus, in the transaction that makes it so, but only
-- in a namespace where something asks for such events by name.

ALTER TABLE jobs ADD COLUMN hears_lifecycle INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_hearing_lifecycle ON jobs (namespace) WHERE hears_lifecycle = 1 AND ended_at IS NULL;

-- A type may be written as a regular expression, `io\.serverlessworkflow\..+`.
CREATE TRIGGER jobs_hear_lifecycle AFTER INSERT ON jobs
WHEN (SELECT instr(replace(definition, '\', ''), 'io.serverlessworkflow') FROM definitions WHERE digest = NEW.digest) > 0
BEGIN
    UPDATE jobs SET hears_lifecycle = 1 WHERE id = NEW.id;
END;

CREATE TRIGGER jobs_tell_lifecycle AFTER UPDATE OF status ON jobs
WHEN NEW.status <> OLD.status AND NEW.dry_run = 0
     AND (OLD.status = 'pending' OR NEW.status IN ('completed', 'faulted', 'cancelled'))
     AND (EXISTS (SELECT 1 FROM jobs WHERE namespace = NEW.namespace AND hears_lifecycle = 1 AND ended_at IS NULL)
          OR EXISTS (SELECT 1 FROM schedules WHERE kind = 'on' AND namespace = NEW.namespace
                     AND instr(replace(written, '\', ''), 'io.serverlessworkflow') > 0))
BEGIN
    INSERT INTO events (namespace, origin, received_at, chain, event)
    SELECT NEW.namespace, 'lifecycle ' || id, CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER), NEW.chain,
           json_object(
               'specversion', '1.0', 'id', id,
               'source', '/' || NEW.namespace || '/' || name || '/' || version,
               'type', 'io.serverlessworkflow.workflow.' || what || '.v1',
               'time', now, 'datacontenttype', 'application/json',
               'data', json(CASE
                   WHEN what = 'completed' AND json_valid(NEW.output) AND length(NEW.output) < 200000
                       THEN json_insert(data, '$.output', json(NEW.output))
                   WHEN what = 'faulted' AND json_valid(NEW.error) THEN json_insert(data, '$.error', json(NEW.error))
                   ELSE data
               END)
           )
    FROM (
        SELECT *, NEW.job_name || '/' || what || '/' || lower(hex(randomblob(8))) AS id,
               json_object('name', NEW.job_name || '.' || NEW.namespace,
                           'definition', json_object('name', name, 'namespace', NEW.namespace, 'version', version),
                           what || 'At', now) AS data
        FROM (
            SELECT 'started' AS what, 0 AS place WHERE OLD.status = 'pending'
            UNION ALL SELECT NEW.status, 1 WHERE NEW.status IN ('completed', 'faulted', 'cancelled')
        ), (
            SELECT json_extract(definition, '$.document.name') AS name,
                   json_extract(definition, '$.document.version') AS version,
                   strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS now
            FROM definitions WHERE digest = NEW.digest
        )
        ORDER BY place
    );
END;
