-- +goose Up
-- What tells this database from any other. It names the cookie of the sessions,
-- so that two CeSIs on one host don't take each other's.
CREATE TABLE installation (id TEXT NOT NULL) STRICT;
INSERT INTO installation (id) VALUES (lower(hex(randomblob(4))));
