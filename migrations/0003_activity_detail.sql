-- +goose Up
ALTER TABLE activity ADD COLUMN detail TEXT NOT NULL DEFAULT ''; -- the signal's name, the text for stdin
