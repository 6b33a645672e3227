package config

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one wrong or odd thing in a configuration. Its text never holds a secret.
type Problem struct {
	File string
	Line int // counted from 1; 0 if it concerns the whole file
	Text string
	// Warning says that the configuration is only odd here, and can be used.
	Warning bool
}

// String returns "file:line: text", or "file: text" for a whole file.
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Error is a configuration that can't be used. It has at least one problem.
type Error struct {
	Problems []Problem // in the order of the files and their lines
	Findings []Problem // problems and warnings, in the same order
}

// Error returns the problems, one per line.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// maxFindings bounds a list of problems or warnings, so that it stays readable.
const maxFindings = 200

// place is a file and a line.
type place struct {
	file string
	line int
}

// findings is a list of problems that stops growing at maxFindings.
type findings struct {
	list     []Problem
	more     int
	warnings bool // it is a list of warnings
}

func (f *findings) add(at place, text string) {
	if len(f.list) == maxFindings {
		f.more++
		return
	}
	f.list = append(f.list, Problem{File: at.file, Line: at.line, Text: text, Warning: f.warnings})
}

// sorted returns the findings of all lists in the order of files and lines. At the end,
// for each list, one finding counts those that were left out.
func sorted(files []string, lists ...findings) []Problem {
	var all, rest []Problem
	for _, f := range lists {
		all = append(all, f.list...)
		if f.more > 0 {
			rest = append(rest, Problem{File: files[0], Text: fmt.Sprintf("and %d more like these", f.more), Warning: f.warnings})
		}
	}
	slices.SortStableFunc(all, func(a, b Problem) int {
		if a.File != b.File {
			return slices.Index(files, a.File) - slices.Index(files, b.File)
		}
		return a.Line - b.Line
	})
	return append(all, rest...)
}

// report collects problems and warnings while the files are read.
type report struct {
	problems findings
	warnings findings
}

func newReport() *report { return &report{warnings: findings{warnings: true}} }

// failure returns the problems as an error, with the warnings among them.
func (r *report) failure(files []string) *Error {
	return &Error{Problems: sorted(files, r.problems), Findings: sorted(files, r.problems, r.warnings)}
}

func (r *report) problem(at place, format string, args ...any) {
	r.problems.add(at, fmt.Sprintf(format, args...))
}

func (r *report) warning(at place, format string, args ...any) {
	r.warnings.add(at, fmt.Sprintf(format, args...))
}
