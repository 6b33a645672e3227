package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// runWith runs the program in this process, with empty standard input, and returns its
// output and its error.
func runWith(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs strings.Builder
	err = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return out.String(), errs.String(), err
}

// writeConf writes a cesi.conf and returns its path.
func writeConf(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cesi.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRun_Version(t *testing.T) {
	stdout, _, err := runWith(t, "version")
	want := fmt.Sprintf("cesi %s (commit %s, %s)\n", buildVersion, buildCommit, runtime.Version())
	if err != nil || stdout != want {
		t.Errorf("%q, error %v; want %q", stdout, err, want)
	}
}

func TestRun_HelpPrintsUsage(t *testing.T) {
	for _, line := range []string{"help", "-h", "serve --help", "check -h", "user -h", "version -h"} {
		t.Run(line, func(t *testing.T) {
			stdout, stderr, err := runWith(t, strings.Fields(line)...)
			if err != nil || stdout+stderr != usage+"\n" {
				t.Errorf("error %v, output:\n%s%s", err, stdout, stderr)
			}
		})
	}
}

func TestRun_WrongUsageIsExitCode2(t *testing.T) {
	for _, line := range []string{"dance", "--dance", "check --conect", "version 2", "user dance", "user add maria", "convert"} {
		t.Run(line, func(t *testing.T) {
			stdout, _, err := runWith(t, strings.Fields(line)...)
			if code := exitCode(err); code != 2 || stdout != "" {
				t.Errorf("exit code %d (%v), output %q; want 2 and none", code, err, stdout)
			}
		})
	}
}

func TestRun_CheckGoodFile(t *testing.T) {
	path := writeConf(t, "[node:web-1]\nhost = 10.0.0.1\n[node:web-2]\nhost = 10.0.0.2\n[cesi]\nadmin_password = a quiet afternoon\n")
	stdout, _, err := runWith(t, "check", "-c", path)
	if want := path + ": fine, 2 nodes\n"; err != nil || stdout != want {
		t.Errorf("%q, error %v; want %q", stdout, err, want)
	}
}

func TestRun_CheckNamesEveryProblem(t *testing.T) {
	path := writeConf(t, "[node:web-1]\nhost = 10.0.0.1\nport = 90o1\n[environment:production]\nmembers = web-3\n")
	stdout, _, err := runWith(t, "check", "-c", path)
	if !errors.Is(err, errProblems) || exitCode(err) != 1 {
		t.Errorf("error %v, exit code %d", err, exitCode(err))
	}
	for _, want := range []string{path + `:3: node "web-1": port "90o1" is not a number`, path + ":5: "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is not in:\n%s", want, stdout)
		}
	}
}

func TestRun_ConvertPrintsConfiguration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cesi.toml")
	if err := os.WriteFile(path, []byte("[cesi]\nport = 5001\n[[nodes]]\nname = \"web-1\"\nhost = \"10.0.0.1\"\nport = \"9001\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, _, err := runWith(t, "convert", path)
	if err != nil || !strings.Contains(stdout, "[node:web-1]") {
		t.Errorf("error %v, output:\n%s", err, stdout)
	}
}

func TestRun_UserListMakesNoDatabase(t *testing.T) {
	database := filepath.Join(t.TempDir(), "cesi.db")
	path := writeConf(t, "[cesi]\ndatabase = "+database+"\n")
	_, _, err := runWith(t, "user", "list", "-c", path)
	if err == nil || !strings.Contains(err.Error(), "does not exist yet") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(database); !os.IsNotExist(err) {
		t.Errorf("a database was made: %v", err)
	}
}
