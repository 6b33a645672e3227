// Package cesi is the vocabulary of the program: nodes, processes, states, roles,
// users, activity entries and errors, and the rules that depend on nothing else.
//
// It imports only the standard library, and golang.org/x/text to compare names, and
// does no input or output. Packages that talk to supervisords, databases or browsers
// import it.
package cesi
