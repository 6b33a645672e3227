package main

import (
	"fmt"
	"io"
	"runtime"

	"cesi/internal/server/pages"
)

// Set by the linker: -X main.buildVersion=… -X main.buildCommit=….
var (
	buildVersion = "dev"
	buildCommit  = "unknown"
)

func build() pages.Build {
	return pages.Build{Version: buildVersion, Commit: buildCommit, Go: runtime.Version()}
}

// version prints the program's version.
func version(args []string, stdout io.Writer) error {
	flags := newFlags("version")
	if err := parse(flags, args); err != nil {
		return printHelp(err, stdout)
	}
	if err := rejectArgs(flags); err != nil {
		return err
	}
	b := build()
	_, err := fmt.Fprintf(stdout, "cesi %s (commit %s, %s)\n", b.Version, b.Commit, b.Go)
	return err
}
