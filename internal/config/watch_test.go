package config

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const everything = `[include]
files = conf.d/*.conf
[node:a]
host = https://a
username = u
password_file = a.pw
tls_ca = ca.pem
`

// watched makes a folder with a configuration of all sorts of files and returns
// a watcher for it.
func watched(t *testing.T) *watcher {
	t.Helper()
	folder(t, map[string]string{
		"cesi.conf":     everything,
		"conf.d/b.conf": "[node:b]\nhost = b\n",
		"a.pw":          "pw\n",
		"ca.pem":        newCertificate(t),
	})
	c, err := Load("cesi.conf")
	if err != nil {
		t.Fatal(err)
	}
	return &watcher{path: c.Path, known: c.made}
}

// settled looks as often as a change takes to be reported, and once more.
func settled(t *testing.T, w *watcher) *loading {
	t.Helper()
	if l := w.look(); l != nil {
		t.Fatal("reported at the first look")
	}
	l := w.look()
	if again := w.look(); again != nil {
		t.Fatal("reported twice")
	}
	return l
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func TestWatch_SeesEveryKindOfChange(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T)
		failed bool
	}{
		{"main file written in place", func(t *testing.T) { write(t, "cesi.conf", everything+"\n") }, false},
		{"main file renamed over", func(t *testing.T) {
			write(t, "cesi.conf.new", everything+"port = 1\n")
			rename(t, "cesi.conf.new", "cesi.conf")
		}, false},
		{"main file removed", func(t *testing.T) { rename(t, "cesi.conf", "gone") }, true},
		{"main file broken", func(t *testing.T) { write(t, "cesi.conf", "x\n") }, true},
		{"included file written", func(t *testing.T) { write(t, "conf.d/b.conf", "[node:b]\nhost = b2\n") }, false},
		{"included file broken", func(t *testing.T) { write(t, "conf.d/b.conf", "[node:b]\n") }, true},
		{"included file added", func(t *testing.T) { write(t, "conf.d/c.conf", "[node:c]\nhost = c\n") }, false},
		{"included file removed", func(t *testing.T) { rename(t, "conf.d/b.conf", "gone") }, false},
		{"password changed", func(t *testing.T) { write(t, "a.pw", "other\n") }, false},
		{"password file removed", func(t *testing.T) { rename(t, "a.pw", "gone") }, true},
		{"authorities changed", func(t *testing.T) { write(t, "ca.pem", newCertificate(t)) }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := watched(t)
			test.change(t)
			l := settled(t, w)
			if l == nil {
				t.Fatal("the change was not seen")
			}
			if (l.err != nil) != test.failed {
				t.Fatalf("err = %v", l.err)
			}
		})
	}
}

func TestWatch_SeesSwappedSymlink(t *testing.T) {
	folder(t, map[string]string{
		"1/cesi.conf": "[node:one]\nhost = a\n",
		"2/cesi.conf": "[node:two]\nhost = a\n",
	})
	if err := os.Symlink("1", "current"); err != nil {
		t.Fatal(err)
	}
	c, err := Load("current/cesi.conf")
	if err != nil {
		t.Fatal(err)
	}
	w := &watcher{path: c.Path, known: c.made}
	if err := os.Symlink("2", "next"); err != nil {
		t.Fatal(err)
	}
	rename(t, "next", "current")
	l := settled(t, w)
	if l == nil || l.err != nil {
		t.Fatalf("got %+v", l)
	}
	same(t, names(l.config.Nodes), []string{"two"})
}

func TestWatch_NoReportWithoutChange(t *testing.T) {
	for name, change := range map[string]func(t *testing.T){
		"nothing":            func(*testing.T) {},
		"same content again": func(t *testing.T) { write(t, "cesi.conf", everything) },
		"another file":       func(t *testing.T) { write(t, "conf.d/notes.txt", "x") },
		"a swap file":        func(t *testing.T) { write(t, "conf.d/.b.conf", "x") },
	} {
		t.Run(name, func(t *testing.T) {
			w := watched(t)
			change(t)
			if l := settled(t, w); l != nil {
				t.Errorf("reported %+v", l)
			}
		})
	}
}

func TestWatch_HalfWrittenFileIsNotLoaded(t *testing.T) {
	w := watched(t)
	for _, text := range []string{"", "[node:half]", "[node:half]\nhost = ", "[node:half]\nhost = whole\n"} {
		write(t, "cesi.conf", text)
		if l := w.look(); l != nil {
			t.Fatalf("reported half a file: %+v", l)
		}
	}
	l := w.look()
	if l == nil || l.err != nil {
		t.Fatalf("got %+v", l)
	}
	same(t, names(l.config.Nodes), []string{"half"})
}

func TestWatch_RevertedChangeIsNotReported(t *testing.T) {
	w := watched(t)
	write(t, "cesi.conf", "")
	if l := w.look(); l != nil {
		t.Fatal("reported at the first look")
	}
	write(t, "cesi.conf", everything)
	if l := settled(t, w); l != nil {
		t.Fatalf("reported %+v", l)
	}
}

func TestWatch_ChangeMustBeSeenTwice(t *testing.T) {
	w := watched(t)
	for _, text := range []string{"[cesi]\n", everything, "[cesi]\n"} {
		write(t, "cesi.conf", text)
		if l := w.look(); l != nil {
			t.Fatalf("reported %+v", l)
		}
	}
}

func TestWatch_FileThatAppearsLater(t *testing.T) {
	w := watched(t)
	write(t, "conf.d/c.conf", "[node:c]\nhost = c\nusername = u\npassword_file = c.pw\n")
	if l := settled(t, w); l == nil || l.err == nil {
		t.Fatal("the missing password file was not reported")
	}
	write(t, "conf.d/c.pw", "pw\n")
	if l := settled(t, w); l == nil || l.err != nil {
		t.Fatal("the password file was not seen")
	}
}

func TestWatch_ReportsBrokenFileOnce(t *testing.T) {
	w := watched(t)
	write(t, "cesi.conf", "[cesi]\nport = x\n")
	if l := settled(t, w); l == nil || l.err == nil { // settled fails if it comes again
		t.Fatal("the broken file was not reported")
	}
	write(t, "cesi.conf", everything)
	if l := settled(t, w); l == nil || l.err != nil {
		t.Fatal("the repaired file was not reported")
	}
}

func TestWatch_ReloadReportsWithoutChange(t *testing.T) {
	w := watched(t)
	if l := w.reload(); l.err != nil {
		t.Fatal(l.err)
	}
	if l := settled(t, w); l != nil {
		t.Error("reported again at the next look")
	}
}

// watching runs Watch and returns a function that waits for its next report.
func watching(t *testing.T, loaded *Config, every time.Duration, reload chan os.Signal) func() (*Config, error) {
	t.Helper()
	type report struct {
		config *Config
		err    error
	}
	ctx, cancel := context.WithCancel(context.Background())
	reports, ended := make(chan report), make(chan struct{})
	go func() {
		defer close(ended)
		Watch(ctx, loaded, every, reload, func(c *Config, err error) {
			select {
			case reports <- report{c, err}:
			case <-ctx.Done():
			}
		})
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			t.Error("Watch did not return")
		}
	})
	return func() (*Config, error) {
		t.Helper()
		select {
		case r := <-reports:
			return r.config, r.err
		case <-time.After(10 * time.Second):
			t.Fatal("no report")
			return nil, nil
		}
	}
}

// loadedOutside returns a loaded configuration that Watch may outlive a test's
// working directory with.
func loadedOutside(t *testing.T, text string) *Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cesi.conf")
	write(t, path, text)
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// replace replaces a file in one step, so that it is never half written.
func replace(t *testing.T, path, text string) {
	t.Helper()
	write(t, path+".new", text)
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func TestWatch_SeesChangeBeforeStart(t *testing.T) {
	c := loadedOutside(t, "[node:a]\nhost = a\n")
	replace(t, c.Path, "[node:b]\nhost = b\n")
	next := watching(t, c, time.Millisecond, nil)
	got, err := next()
	if err != nil {
		t.Fatal(err)
	}
	same(t, names(got.Nodes), []string{"b"})
}

func TestWatch_ReportsGoodAndBadFiles(t *testing.T) {
	c := loadedOutside(t, "[node:a]\nhost = a\n")
	next := watching(t, c, time.Millisecond, nil)
	for i := range 3 {
		replace(t, c.Path, fmt.Sprintf("[node:a]\nhost =\nport = %d\n", i+1))
		if got, err := next(); err == nil || got != nil {
			t.Fatalf("got %v, %v for a broken file", got, err)
		}
		replace(t, c.Path, fmt.Sprintf("[node:n%d]\nhost = a\n", i))
		got, err := next()
		if err != nil {
			t.Fatal(err)
		}
		same(t, names(got.Nodes), []string{fmt.Sprintf("n%d", i)})
	}
}

func TestWatch_LoadsOnReload(t *testing.T) {
	c := loadedOutside(t, "[node:a]\nhost = a\n")
	reload := make(chan os.Signal, 1)
	next := watching(t, c, time.Hour, reload)
	for _, name := range []string{"a", "b"} {
		replace(t, c.Path, "[node:"+name+"]\nhost = a\n")
		reload <- os.Interrupt
		got, err := next()
		if err != nil {
			t.Fatal(err)
		}
		same(t, names(got.Nodes), []string{name})
	}
}

func TestWatch_SurvivesClosedReload(t *testing.T) {
	c := loadedOutside(t, "[node:a]\nhost = a\n")
	reload := make(chan os.Signal)
	close(reload)
	next := watching(t, c, time.Millisecond, reload)
	replace(t, c.Path, "[node:b]\nhost = a\n")
	got, err := next()
	if err != nil {
		t.Fatal(err)
	}
	same(t, names(got.Nodes), []string{"b"})
}
