// Package migrations holds the SQL files that create the present schema, step by step.
// The store applies them; queries do not belong here.
//
// The store itself makes migration 9, which SQL can't do.
//
// A released file is never changed: a new file follows it.
package migrations

import "embed"

// Files are the migrations, named NNNN_what.sql and applied in that order, each in its
// own transaction.
//
//go:embed *.sql
var Files embed.FS
