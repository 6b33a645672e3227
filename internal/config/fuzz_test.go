package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzLoad checks that no file makes Load panic, that each problem names a line of the
// file, and that a valid configuration keeps the promises of Config.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(cesi1))
	f.Add([]byte(everything))
	f.Add([]byte("\ufeff[node:a]\r\nhost = https://u:p@[::1%25a]:1/RPC2\r\n[[x]]\n[node]\nport: x\n"))
	f.Add([]byte("[cesi]\ndatabase = sqlite:///\nurl_prefix = /a/\ntrusted_proxies = ::1/0,1.1.1.1\npoll_interval=1e9\n"))
	f.Add([]byte("[environment:a]\nmembers = b\n[node:b]\nhost=``\nenvironment=\"\"\"\n"))
	f.Add([]byte("\x7fELF\x00\n\x00"))
	path := filepath.Join(f.TempDir(), "cesi.conf")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(path)
		var e *Error
		switch {
		case err == nil:
			checkPromises(t, c)
			checkProblems(t, path, data, c.Warnings)
		case !errors.As(err, &e) || c != nil || len(e.Problems) == 0:
			t.Fatalf("Load = %v, %v", c, err)
		default:
			checkProblems(t, path, data, e.Findings)
		}
	})
}

func checkProblems(t *testing.T, path string, data []byte, problems []Problem) {
	t.Helper()
	last := 1 + bytes.Count(data, []byte("\n"))
	for _, p := range problems {
		if p.File == path && (p.Line < 0 || p.Line > last) {
			t.Errorf("%q is not within the file's %d lines", p, last)
		}
		if unfit := unfitText(p.Text); unfit != "" {
			t.Errorf("%q %s", p, unfit)
		}
	}
}

func checkPromises(t *testing.T, c *Config) {
	t.Helper()
	if c.Host == "" || c.Port < 1 || c.Port > 65535 || c.Database == "" || strings.HasSuffix(c.URLPrefix, "/") {
		t.Errorf("%+v", c)
	}
	for _, n := range c.Nodes {
		if (n.URL == "") == (n.Socket == "") || !isNodeName(n.Name) || n.Timeout <= 0 {
			t.Errorf("%+v", n)
		}
	}
}

// FuzzValue checks that ini.v1 does not change a value.
func FuzzValue(f *testing.F) {
	for _, value := range []string{"", `"`, `"""`, "`", `\"`, `a\`, "%(a)s", "a # b", "[a]", "'a'", "a=b:c"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		want := strings.TrimSpace(withoutComment(value))
		if strings.ContainsAny(value, "\n\x00") || unfitText(want) != "" {
			t.Skip("no value")
		}
		r := &report{}
		sections := parse("f", []byte("[a]\nkey ="+value+"\nnext = 1\n"), r)
		if len(r.problems.list) != 0 || len(sections) != 1 || len(sections[0].entries) != 2 {
			t.Fatalf("problems %v, sections %+v", r.problems.list, sections)
		}
		same(t, sections[0].entries[0].text, want)
		same(t, sections[0].entries[1].text, "1")
	})
}
