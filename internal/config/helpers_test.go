package config

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// folder makes a folder of files that only their owner may read, by relative
// path, and makes it the working directory, so that problems name short paths.
func folder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for path, text := range files {
		write(t, path, text)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// mustLoad loads a configuration made of one file.
func mustLoad(t *testing.T, text string) *Config {
	t.Helper()
	folder(t, map[string]string{"cesi.conf": text})
	c, err := Load("cesi.conf")
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c
}

// problemsOf loads a configuration made of one file and returns its problems.
func problemsOf(t *testing.T, text string) []string {
	t.Helper()
	folder(t, map[string]string{"cesi.conf": text})
	return problemsIn(t, "cesi.conf")
}

func problemsIn(t *testing.T, path string) []string {
	t.Helper()
	c, err := Load(path)
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(err, &e) || c != nil {
		t.Fatalf("Load = %v, %T (%v), want nil and an *Error", c, err, err)
	}
	if len(e.Problems) == 0 {
		t.Fatal("an error without a problem")
	}
	return strings.Split(err.Error(), "\n")
}

// findingsOf loads a bad configuration made of one file and returns its problems
// and warnings, the latter marked.
func findingsOf(t *testing.T, text string) []string {
	t.Helper()
	folder(t, map[string]string{"cesi.conf": text})
	return findingsIn(t, "cesi.conf")
}

func findingsIn(t *testing.T, path string) []string {
	t.Helper()
	_, err := Load(path)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want an *Error", err)
	}
	var all []string
	for _, f := range e.Findings {
		line := f.String()
		if f.Warning {
			line = "warning: " + line
		}
		all = append(all, line)
	}
	return all
}

// warningsOf loads a good configuration made of one file and returns its warnings.
func warningsOf(t *testing.T, text string) []string {
	t.Helper()
	return texts(mustLoad(t, text).Warnings)
}

func texts(problems []Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, p.String())
	}
	return all
}

// same compares configurations, without the files that they were read from.
func same(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got,
		cmpopts.IgnoreUnexported(Config{}),
		cmpopts.EquateEmpty(),
		cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
