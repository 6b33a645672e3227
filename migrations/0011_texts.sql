-- +goose Up
-- A sentence of the activity log keeps what says it in other languages: the id of the
-- text and its arguments (JSON). Both are empty where it is the same in every language,
-- and in entries of older versions.
ALTER TABLE activity ADD COLUMN message_id TEXT NOT NULL DEFAULT '';
ALTER TABLE activity ADD COLUMN message_args TEXT NOT NULL DEFAULT '';
ALTER TABLE wanted ADD COLUMN reason_id TEXT NOT NULL DEFAULT '';
ALTER TABLE wanted ADD COLUMN reason_args TEXT NOT NULL DEFAULT '';

-- The result has a plainer name.
UPDATE activity SET result = 'skipped' WHERE result = 'left alone';
