-- +goose Up
-- What retention knows of the clock: when it was looked at last, and since when it
-- has gone on without a jump (0: it never jumped). Both in microseconds since 1970.
CREATE TABLE clock (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    seen  INTEGER NOT NULL,
    since INTEGER NOT NULL
) STRICT;
