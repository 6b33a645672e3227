package e2e

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport says which rooms of ours each room may import. Dependencies point
// one way, and adapters do not know each other.
var mayImport = map[string][]string{
	"cesi/cmd/cesi": {"cesi/internal/auth", "cesi/internal/cesi", "cesi/internal/config", "cesi/internal/conns", "cesi/internal/fleet",
		"cesi/internal/server", "cesi/internal/server/pages", "cesi/internal/server/session", "cesi/internal/store", "cesi/internal/supervisor"},
	"cesi/cmd/demo":     {},
	"cesi/internal/e2e": {},
	"cesi/internal/server": {
		"cesi/internal/server/pages", "cesi/internal/server/api", "cesi/internal/server/stream", "cesi/internal/server/session",
		"cesi/internal/server/request", "cesi/internal/server/view",
		"cesi/internal/fleet", "cesi/internal/logtail", "cesi/internal/manual", "cesi/internal/i18n", "cesi/internal/auth", "cesi/internal/store", "cesi/internal/cesi", "cesi/web",
	},
	"cesi/internal/server/pages": {
		"cesi/internal/server/view", "cesi/internal/server/request", "cesi/internal/server/session",
		"cesi/internal/fleet", "cesi/internal/auth", "cesi/internal/store", "cesi/internal/logtail", "cesi/internal/manual", "cesi/internal/i18n", "cesi/internal/config", "cesi/internal/cesi",
	},
	"cesi/internal/server/api": {
		"cesi/internal/server/request", "cesi/internal/server/session",
		"cesi/internal/fleet", "cesi/internal/auth", "cesi/internal/store", "cesi/internal/logtail", "cesi/internal/cesi",
	},
	"cesi/internal/server/stream": {
		"cesi/internal/server/view", "cesi/internal/server/request", "cesi/internal/server/session", "cesi/internal/ansi",
		"cesi/internal/live", "cesi/internal/logtail", "cesi/internal/fleet", "cesi/internal/i18n", "cesi/internal/cesi",
	},
	"cesi/internal/server/view": {
		"cesi/internal/server/request", "cesi/internal/ansi", "cesi/internal/fleet", "cesi/internal/logtail", "cesi/internal/i18n", "cesi/internal/cesi", "cesi/web",
	},
	"cesi/internal/server/view/viewtest":      {"cesi/internal/server/view", "cesi/internal/i18n", "cesi/web"},
	"cesi/internal/server/request":            {"cesi/internal/fleet", "cesi/internal/store", "cesi/internal/auth", "cesi/internal/logtail", "cesi/internal/i18n", "cesi/internal/cesi"},
	"cesi/internal/server/session":            {"cesi/internal/auth", "cesi/internal/cesi"},
	"cesi/internal/fleet/fleettest":           {"cesi/internal/fleet", "cesi/internal/cesi"},
	"cesi/internal/ansi":                      {},
	"cesi/internal/conns":                     {},
	"cesi/internal/live":                      {"cesi/internal/cesi"},
	"cesi/internal/logtail":                   {"cesi/internal/cesi", "cesi/internal/i18n"},
	"cesi/internal/i18n":                      {},
	"cesi/internal/manual":                    {},
	"cesi/internal/fleet":                     {"cesi/internal/cesi"},
	"cesi/internal/auth":                      {"cesi/internal/cesi"},
	"cesi/internal/store":                     {"cesi/internal/cesi", "cesi/migrations"},
	"cesi/internal/supervisor":                {"cesi/internal/cesi"},
	"cesi/internal/config":                    {"cesi/internal/cesi"},
	"cesi/internal/cesi":                      {},
	"cesi/web":                                {},
	"cesi/migrations":                         {},
	"cesi/internal/supervisor/supervisortest": {"cesi/internal/cesi"},
}

func TestDependenciesPointOneWay(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "cesi/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		allowed, known := mayImport[p.ImportPath]
		if !known {
			t.Errorf("%s is a room without a rule: say here what it may import", p.ImportPath)
		}
		for _, path := range p.Imports {
			if strings.HasPrefix(path, "cesi/") && !slices.Contains(allowed, path) {
				t.Errorf("%s must not import %s", p.ImportPath, path)
			}
		}
	}
}
