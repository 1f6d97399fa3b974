-- Accounts, definitions and the lab's inventory. Times are milliseconds since 1970, UTC.
-- Secrets that only have to be recognised (passwords, codes, tokens) are stored as hashes.

CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL CHECK (role IN ('admin', 'operator', 'viewer')),
    password_hash TEXT,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE sign_in_codes (
    code_hash  TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE tokens (
    token_hash TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

-- A signature is checked by computing it: the secret key itself is needed.
CREATE TABLE access_keys (
    access_key TEXT PRIMARY KEY,
    secret_key TEXT NOT NULL,
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL
) STRICT;

-- `status` is null while the first request with this key is under way.
CREATE TABLE idempotency_keys (
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key          TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status       INTEGER,
    body         BLOB,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE workflows (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    namespace   TEXT NOT NULL,
    version     TEXT NOT NULL,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    -- Names of the top-level tasks, a JSON array.
    stages      TEXT NOT NULL,
    -- Name, namespace, title and description in lower case: SQLite itself lowers ASCII only.
    search_text TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    created_by  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_by  TEXT NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE workflow_revisions (
    workflow_id TEXT NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
    revision    INTEGER NOT NULL,
    definition  TEXT NOT NULL,
    saved_by    TEXT NOT NULL,
    saved_at    INTEGER NOT NULL,
    PRIMARY KEY (workflow_id, revision)
) STRICT;

CREATE TABLE follows (
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    workflow_id TEXT NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, workflow_id)
) STRICT;

-- The lab: what the cloud plugins change and the resource queries read.
CREATE TABLE regions (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE projects (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;

-- `attributes` is a JSON object whose members belong to the kind.
CREATE TABLE resources (
    region     TEXT NOT NULL REFERENCES regions (id),
    project    TEXT NOT NULL REFERENCES projects (id),
    kind       TEXT NOT NULL,
    id         TEXT NOT NULL,
    name       TEXT NOT NULL,
    attributes TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (region, project, kind, id)
) STRICT;
CREATE INDEX resources_by_name ON resources (kind, name);

-- What a plugin answered for an idempotency key: asked again, it answers the same and changes nothing.
CREATE TABLE lab_effects (
    idempotency_key TEXT PRIMARY KEY,
    result          TEXT NOT NULL,
    at              INTEGER NOT NULL
) STRICT;
