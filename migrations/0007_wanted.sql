-- +goose Up
-- What CeSI stopped in order to start it again, stored before the stop goes out,
-- until it runs, or is stopped through CeSI, or is gone from its node.
CREATE TABLE wanted (
    node     TEXT    NOT NULL,
    grp      TEXT    NOT NULL,
    process  TEXT    NOT NULL,
    since    INTEGER NOT NULL, -- microseconds since 1970
    by       TEXT    NOT NULL, -- the user
    activity INTEGER NOT NULL, -- the entry of the restart
    started  INTEGER NOT NULL, -- when the process that was stopped had started, by the node's clock
    reason   TEXT    NOT NULL, -- why it was not started; empty while the restart is under way
    PRIMARY KEY (node, grp, process)
) STRICT, WITHOUT ROWID;
