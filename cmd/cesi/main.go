// Command cesi is a web dashboard for many supervisords. This package has the
// subcommands and connects the packages under internal. It has no logic of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, errRestart) {
		err = executeSelf()
	}
	if err != nil {
		fmt.Fprintln(terminal{os.Stderr}, "cesi:", err)
	}
	os.Exit(exitCode(err))
}

// executeSelf replaces this program by a new copy of itself with the same pid, so that
// its supervisord sees no exit. It returns only on failure.
func executeSelf() error {
	path, err := os.Executable()
	if err != nil {
		return fmt.Errorf("restart: %w", err)
	}
	return fmt.Errorf("restart: %w", syscall.Exec(path, os.Args, os.Environ()))
}

// exitCode is 0 for success, 2 for wrong usage and 1 for any other failure.
func exitCode(err error) int {
	var wrong usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &wrong):
		return 2
	default:
		return 1
	}
}

// run is the whole program without its process. It ends with ctx.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	stdout, stderr = terminal{stdout}, terminal{stderr}
	command := "serve"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		command, args = args[0], args[1:]
	}
	switch command {
	case "serve":
		return serve(ctx, args, stderr)
	case "check":
		return check(ctx, args, stdout)
	case "user":
		return user(ctx, args, stdin, stdout, stderr)
	case "convert":
		return convert(args, stdout, stderr)
	case "version":
		return version(args, stdout)
	case "help":
		_, err := fmt.Fprintln(stdout, usage)
		return err
	default:
		return usageError{"", fmt.Sprintf("there is no command %q", command)}
	}
}
