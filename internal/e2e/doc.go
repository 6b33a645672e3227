// Package e2e tests the program as it is shipped, from outside: with real
// supervisords, nginx, Chromium and make. It also holds the rules for the whole
// source tree: which package imports which, and how large a package may be.
// What needs only one package is tested in that package.
package e2e
