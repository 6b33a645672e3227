-- +goose Up
ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT ''; -- a tag; empty: as the browser asks
ALTER TABLE users ADD COLUMN scheme   TEXT NOT NULL DEFAULT ''; -- light or dark; empty: as the system has it
