package server

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/pages"
	"cesi/internal/server/session"
	"cesi/internal/server/view/viewtest"
	"cesi/internal/store"
	"cesi/internal/supervisor"
	"cesi/internal/supervisor/supervisortest"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/crypto/bcrypt"
)

// harness is a whole server on a port, with the real parts: a database in a file,
// accounts, and a fleet that polls.
type harness struct {
	*Server
	t       testing.TB
	url     string
	db      *store.DB
	path    string // of the database
	journal *store.Journal
	auth    *auth.Service
	fleet   *fleet.Fleet
	log     *logBuffer
	// settings are those that the server began with.
	settings Settings
}

// setup is what a test may change.
type setup struct {
	Options
	Settings
	fleet    fleet.Settings
	fleetNow func() time.Time
	self     fleet.Self
	wanted   []cesi.Wanted // of an earlier run
	// unready begins the test before every node was polled.
	unready bool
}

// startServer runs a server until the test ends, and waits until every node was polled.
func startServer(t testing.TB, nodes []cesi.Node, change ...func(*setup)) *harness {
	t.Helper()
	log := &logBuffer{}
	closing, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	set := &setup{
		Options: Options{
			Log: slog.New(slog.NewTextHandler(log, nil)), Now: time.Now, Build: pages.Build{Version: "1.2.3", Commit: "abcdef", Go: "go1.26"},
			ConfigFile: "/etc/cesi.conf", Closing: closing,
		},
		Settings: Settings{
			Pages: pages.Settings{Name: "CeSI"},
			Sessions: session.Settings{
				Lifetime: time.Hour, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
			},
		},
		fleetNow: time.Now,
		fleet:    fleet.Settings{Nodes: nodes, PollInterval: 250 * time.Millisecond, ActionTimeout: 30 * time.Second},
	}
	for _, c := range change {
		c(set)
	}
	set.renderer = viewtest.Renderer(t, set.Prefix)
	h := &harness{t: t, log: log, settings: set.Settings}
	h.openStore(set)
	h.runFleet(set)
	var err error
	if h.Server, err = New(set.Options, set.Settings); err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(h.Server)
	t.Cleanup(func() {
		listener.CloseClientConnections() // a stream does not hold the test
		listener.Close()
	})
	h.url = listener.URL
	return h
}

func (h *harness) openStore(set *setup) {
	h.t.Helper()
	h.path = filepath.Join(h.t.TempDir(), "cesi.db")
	empty, err := emptyDatabase()
	if err == nil {
		err = os.WriteFile(h.path, empty, 0o600)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	if h.db, err = store.Open(h.t.Context(), h.path, set.Now); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = h.db.Close() })
	h.journal = store.NewJournal(h.db, set.Log)
	h.auth = auth.New(auth.Options{
		Store: h.db, Journal: h.journal, Log: set.Log, Now: set.Now,
		SessionLifetime: set.Sessions.Lifetime, Cost: bcrypt.MinCost, Database: h.path,
	})
	set.Store, set.Journal, set.Auth, set.Database = h.db, h.journal, h.auth, h.path
}

func (h *harness) runFleet(set *setup) {
	h.t.Helper()
	h.fleet = fleet.New(fleet.Options{
		Dial:    func(n cesi.Node) (fleet.Client, error) { return supervisor.New(n) },
		Journal: h.journal, Log: set.Log, Now: set.fleetNow, Self: set.self,
	})
	h.fleet.RecallWanted(set.wanted)
	h.fleet.Apply(set.fleet)
	set.Fleet = h.fleet
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		h.fleet.Run(ctx)
		close(done)
	}()
	h.t.Cleanup(func() {
		h.fleet.Drain(0)
		cancel()
		<-done
	})
	if !set.unready {
		h.wait("every node to be asked", h.fleet.Ready)
	}
}

// emptyDatabase is the file of a new database, which is made once, for the same
// reason.
var emptyDatabase = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "cesi-empty-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "cesi.db")
	db, err := store.Open(context.Background(), path, time.Now)
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// wait waits for a condition.
func (h *harness) wait(what string, condition func() bool) {
	h.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			h.t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// logBuffer is a log that a test reads while it is written.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var testRoot = cesi.Actor{User: "cli:root", Role: cesi.Admin}

func passwordOf(user string) string { return "password of " + user }

// addUser makes a user with passwordOf as the password.
func (h *harness) addUser(name string, role cesi.Role) {
	h.t.Helper()
	if err := h.auth.AddUser(h.t.Context(), testRoot, name, passwordOf(name), role, false); err != nil {
		h.t.Fatal(err)
	}
}

// addUsers makes a user of each role, named after it.
func (h *harness) addUsers() {
	h.t.Helper()
	for _, role := range cesi.Roles() {
		h.addUser(role.String(), role)
	}
}

// browser keeps cookies and follows no redirect.
type browser struct {
	h *harness
	http.Client
}

// plain requests replies without compression, which took a tenth of all tests' time.
var plain = &http.Transport{DisableCompression: true}

// anybody is a browser without login.
func (h *harness) anybody() *browser {
	jar, _ := cookiejar.New(nil) // fails never
	return &browser{h: h, Client: http.Client{
		Jar:           jar,
		Transport:     plain,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// as is a browser in which the user is logged in.
func (h *harness) as(user string) *browser {
	h.t.Helper()
	b := h.anybody()
	got := b.post(h.opts.Prefix+"/login", url.Values{"username": {user}, "password": {passwordOf(user)}})
	if got.status != http.StatusSeeOther {
		h.t.Fatalf("%s could not log in: %d %s", user, got.status, got.body)
	}
	return b
}

// startServerAs is a server on which a user of the role, and of its name, is logged in.
func startServerAs(t testing.TB, role cesi.Role, nodes []cesi.Node, change ...func(*setup)) (*harness, *browser) {
	t.Helper()
	h := startServer(t, nodes, change...)
	h.addUser(role.String(), role)
	return h, h.as(role.String())
}

// reply is an answer that has been read.
type reply struct {
	status   int
	header   http.Header
	body     string
	location string
}

// with is one header of a request.
type with struct{ name, value string }

// do sends a request; its path is sent as it is written.
func (b *browser) do(method, path, body string, headers ...with) reply {
	b.h.t.Helper()
	response := b.send(method, path, body, headers...)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text), response.Header.Get("Location")}
}

// send is do without reading the answer.
func (b *browser) send(method, path, body string, headers ...with) *http.Response {
	b.h.t.Helper()
	r, err := http.NewRequestWithContext(b.h.t.Context(), method, b.h.url+path, strings.NewReader(body))
	if err != nil {
		b.h.t.Fatal(err)
	}
	for _, h := range headers {
		if h.name == "Host" {
			r.Host = h.value
		}
		r.Header.Set(h.name, h.value)
	}
	response, err := b.Do(r)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return response
}

// asForm says that the body is one.
func asForm() with { return with{"Content-Type", "application/x-www-form-urlencoded"} }

func (b *browser) get(path string, headers ...with) reply {
	b.h.t.Helper()
	return b.do(http.MethodGet, path, "", headers...)
}

// post sends a form.
func (b *browser) post(path string, values url.Values, headers ...with) reply {
	b.h.t.Helper()
	return b.do(http.MethodPost, path, values.Encode(), append(headers, asForm())...)
}

// page reads an answer as HTML.
func (r reply) page(t testing.TB) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// json reads an answer into value.
func (r reply) json(t testing.TB, value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), value); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
}

// fakeNode is a fake supervisord named n with the process g:p, which runs.
func fakeNode(t testing.TB) (*supervisortest.Fake, []cesi.Node) {
	t.Helper()
	n := supervisortest.StartFleet(t).Add("n", fakeProcess("g", "p", cesi.Running))
	return n, []cesi.Node{n.Node()}
}

func fakeProcess(group, name string, state cesi.State) cesi.Process {
	return cesi.Process{ProcessID: cesi.ProcessID{Group: group, Name: name}, State: state, PID: 42, Start: 1, Now: 100}
}

// breakAudit makes the database refuse entries of the activity log until mend is
// called.
func (h *harness) breakAudit() (mend func()) {
	h.t.Helper()
	db := h.another()
	rename := func(from, to string) {
		if _, err := db.ExecContext(h.t.Context(), `ALTER TABLE `+from+` RENAME TO `+to); err != nil {
			h.t.Fatal(err)
		}
	}
	rename("activity", "activity_away")
	return func() { rename("activity_away", "activity") }
}

// another opens the database as another program would.
func (h *harness) another() *sql.DB {
	h.t.Helper()
	db, err := sql.Open("sqlite", h.path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = db.Close() })
	return db
}
