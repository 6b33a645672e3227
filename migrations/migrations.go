// Package migrations holds the SQL files that bring a database from nothing to
// the present schema. What applies them is the store; no query lives here.
//
// The store makes number 9 itself: it needs what SQL can't do.
//
// A file that has been released is never changed: a new one follows it.
package migrations

import "embed"

// Files are the migrations, named NNNN_what.sql and applied in that order, each
// in a transaction of its own.
//
//go:embed *.sql
var Files embed.FS
