-- Secrets of workflows, each sealed with a key that is not in this database (`secrets.key` beside it). The empty namespace is
-- every namespace. Times are milliseconds since 1970, UTC.
CREATE TABLE secrets (
    namespace TEXT NOT NULL,
    name      TEXT NOT NULL,
    sealed    TEXT NOT NULL,
    set_at    INTEGER NOT NULL,
    PRIMARY KEY (namespace, name)
) STRICT, WITHOUT ROWID;
