-- +goose Up
CREATE TABLE tokens (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name      TEXT    NOT NULL COLLATE NOCASE,
    hash      BLOB    NOT NULL UNIQUE, -- SHA-256 of what the token's bytes are
    created   INTEGER NOT NULL,
    expires   INTEGER NOT NULL,
    last_used INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, name)
) STRICT;
