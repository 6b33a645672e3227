-- +goose Up
-- The past of processes, in slots of ten minutes since 1970. A row is a slot in
-- which a process changed, and holds until the next: states cost rows only when
-- they change, and no more than one a slot.
CREATE TABLE history (
    node    TEXT    NOT NULL,
    grp     TEXT    NOT NULL,
    process TEXT    NOT NULL,
    slot    INTEGER NOT NULL,
    shown   INTEGER NOT NULL, -- a cesi.Mark: what the slot itself shows
    last    INTEGER NOT NULL, -- a cesi.Mark: what the slots after it show
    until   INTEGER NOT NULL DEFAULT 2147483647, -- the slot of the next row; as it is where there is none
    PRIMARY KEY (node, grp, process, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX history_by_until ON history (until);

-- The runs of slots in which a node answered. Of any other slot nothing is known.
CREATE TABLE history_answered (
    node  TEXT    NOT NULL,
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL,
    PRIMARY KEY (node, first)
) STRICT, WITHOUT ROWID;
