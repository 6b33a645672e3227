-- Times are microseconds since 1970, UTC; 0 is "never".

-- +goose Up
CREATE TABLE users (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- a deleted user's number is never given again
    name        TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    password    TEXT    NOT NULL, -- bcrypt
    role        INTEGER NOT NULL, -- CeSi's usertype: 0 admin … 3 viewer
    must_change INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    last_login  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE sessions (
    token      BLOB    PRIMARY KEY, -- SHA-256 of what the cookie holds
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created    INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    address    TEXT    NOT NULL,
    user_agent TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires);

CREATE TABLE activity (
    id         INTEGER PRIMARY KEY, -- the microsecond it was made at, moved on where taken
    writer     INTEGER NOT NULL, -- which run of a program made it, so that a repeated write is known as such
    parent     INTEGER NOT NULL, -- 0: top level
    time       INTEGER NOT NULL,
    user       TEXT    NOT NULL,
    address    TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    node       TEXT    NOT NULL,
    target     TEXT    NOT NULL,
    result     TEXT    NOT NULL,
    duration   INTEGER NOT NULL, -- microseconds
    message    TEXT    NOT NULL,
    count      INTEGER NOT NULL,
    unmirrored INTEGER NOT NULL DEFAULT 1 -- 1 until its line is in the text mirror
) STRICT;
CREATE INDEX activity_by_parent ON activity (parent, id);
CREATE INDEX activity_by_node ON activity (node, id);
CREATE INDEX activity_pending ON activity (id) WHERE result = 'pending';
CREATE INDEX activity_unmirrored ON activity (id) WHERE unmirrored = 1;
