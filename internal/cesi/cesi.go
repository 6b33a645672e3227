// Package cesi is the vocabulary of the program: the nodes, processes, states,
// roles, users, activity entries and errors that every other package speaks of,
// and the rules that belong to those words alone.
//
// It imports only the standard library, and golang.org/x/text for how names are
// compared, and does no input or output. What talks
// to a supervisord, a database or a browser lives elsewhere and imports this.
package cesi
