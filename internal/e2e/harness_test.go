package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/store"
	"cesi/internal/supervisor/supervisortest"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/crypto/bcrypt"
)

// adminPassword is the administrator's in every test's database.
const adminPassword = "correct horse"

var binaryFolder string // where binary has built the program

// binary builds the program with make's flags, to share its build cache, once for all
// tests.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "cesi-test-binary-")
	if err != nil {
		return "", err
	}
	binaryFolder = dir
	if err := os.Chmod(dir, 0o755); err != nil { // some tests run it as another user
		return "", err
	}
	path := filepath.Join(dir, "cesi")
	cmd := exec.Command("go", "build", "-trimpath", "-o", path, "../../cmd/cesi")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(binaryFolder) // "" if no test needed it
	os.Exit(code)
}

func binaryPath(t testing.TB) string {
	t.Helper()
	supervisortest.SkipShort(t)
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// instance is a running cesi with its folder.
type instance struct {
	dir, conf, url string
	under          []string // the command line that cesi is run by, if any
	cmd            *exec.Cmd
	log            *syncBuffer
	ended          chan struct{}
}

// syncBuffer is a buffer that a program writes and a test reads.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// nodesConf writes the sections of nodes.
func nodesConf(nodes ...cesi.Node) string {
	var b strings.Builder
	for _, n := range nodes {
		fmt.Fprintf(&b, "[node:%s]\n", n.Name)
		if n.Socket != "" {
			fmt.Fprintf(&b, "socket = %s\n", n.Socket)
		} else {
			fmt.Fprintf(&b, "host = %s\n", n.URL)
		}
		if n.Username != "" {
			fmt.Fprintf(&b, "username = %s\npassword = %s\n", n.Username, n.Password.Reveal())
		}
		if len(n.Environments) > 0 {
			fmt.Fprintf(&b, "environment = %s\n", strings.Join(n.Environments, ","))
		}
	}
	return b.String()
}

// writeConf makes a folder with a cesi.conf: the given sections, and lines for
// [cesi] on top of the test's own.
func writeConf(t testing.TB, sections string, lines ...string) *instance {
	t.Helper()
	in := &instance{dir: t.TempDir(), log: new(syncBuffer)}
	port := supervisortest.FreePort(t)
	in.url = fmt.Sprintf("http://127.0.0.1:%d", port)
	in.conf = filepath.Join(in.dir, "cesi.conf")
	text := fmt.Sprintf("%s\n[cesi]\nhost = 127.0.0.1\nport = %d\ndatabase = %s\nadmin_password = %s\n%s\n",
		sections, port, in.path("cesi.db"), adminPassword, strings.Join(lines, "\n"))
	in.write(t, "cesi.conf", text)
	return in
}

func (in *instance) path(name string) string { return filepath.Join(in.dir, name) }

func (in *instance) write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(in.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (in *instance) read(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(in.path(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// madeDatabase returns the database of a first start. The administrator's password has a
// cheap hash: with the binary's own, a start and a login take half a second.
var madeDatabase = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "cesi-test-database-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ctx, path, log := context.Background(), filepath.Join(dir, "cesi.db"), slog.New(slog.DiscardHandler)
	db, err := store.Open(ctx, path, time.Now)
	if err != nil {
		return nil, err
	}
	journal := store.NewJournal(db, log)
	accounts := auth.New(auth.Options{Store: db, Journal: journal, Log: log, Now: time.Now, Cost: bcrypt.MinCost, Database: path})
	_, err = accounts.Bootstrap(ctx, "admin", adminPassword)
	if err := errors.Join(err, journal.Drain(ctx), db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// startCesi starts the real binary on nodes, with madeDatabase, and waits until it has
// polled all. TestFirstStart tests a start without a database.
func startCesi(t testing.TB, sections string, lines ...string) *instance {
	t.Helper()
	supervisortest.SkipShort(t)
	in := writeConf(t, sections, lines...)
	database, err := madeDatabase()
	if err != nil {
		t.Fatal(err)
	}
	in.write(t, "cesi.db", string(database))
	in.start(t)
	in.waitReady(t)
	return in
}

func (in *instance) start(t testing.TB) {
	t.Helper()
	line := append(slices.Clone(in.under), binaryPath(t), "-c", in.conf)
	in.cmd = exec.Command(line[0], line[1:]...)
	in.cmd.Dir = in.dir
	in.cmd.Stdout, in.cmd.Stderr = in.log, in.log
	if err := in.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.ended = make(chan struct{})
	ended, cmd := in.ended, in.cmd
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("cesi said:\n%s", in.log)
		}
	})
}

// kill ends cesi as a crash would.
func (in *instance) kill() {
	_ = in.cmd.Process.Signal(syscall.SIGKILL)
	<-in.ended
}

// terminate sends SIGTERM to cesi, and returns how long it took to end.
func (in *instance) terminate(t testing.TB) time.Duration {
	t.Helper()
	began := time.Now()
	if err := in.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-in.ended:
	case <-time.After(10 * time.Second):
		t.Fatal("cesi did not end within 10 s of SIGTERM")
	}
	return time.Since(began)
}

func (in *instance) waitReady(t testing.TB) {
	t.Helper()
	waitFor(t, "cesi to be ready", func() bool {
		select {
		case <-in.ended:
			t.Fatalf("cesi ended:\n%s", in.log)
		default:
		}
		return status(in.url+"/readyz") == http.StatusOK
	})
}

func status(url string) int {
	response, err := http.Get(url)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

// waitFor waits until the condition holds, for two minutes: something may have to be
// compiled first. The longer it takes, the less often it looks.
func waitFor(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline, pause := time.Now().Add(2*time.Minute), 10*time.Millisecond
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(pause)
		pause = min(pause*5/4, 100*time.Millisecond)
	}
}

// browser is a client for pages, with cookies and a base address.
type browser struct {
	t      testing.TB
	client *http.Client
	url    string
}

func newBrowser(t testing.TB, base string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, url: base, client: &http.Client{Jar: jar, Timeout: 60 * time.Second}}
}

// login logs in through the form.
func (in *instance) login(t testing.TB) *browser {
	t.Helper()
	b := newBrowser(t, in.url)
	b.login("admin", adminPassword)
	return b
}

func (b *browser) login(name, password string) {
	b.t.Helper()
	code, doc := b.post("/login", url.Values{"username": {name}, "password": {password}})
	if code != http.StatusOK || doc.Find("form[action$='/login']").Length() > 0 {
		b.t.Fatalf("login as %s: status %d, %s", name, code, doc.Text())
	}
}

func (b *browser) do(r *http.Request) (int, []byte) {
	b.t.Helper()
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return response.StatusCode, body
}

func (b *browser) request(method, path, contentType string, body io.Reader) *http.Request {
	b.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, b.url+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

// get fetches a page.
func (b *browser) get(path string) (int, *goquery.Document) {
	b.t.Helper()
	code, body := b.do(b.request("GET", path, "", nil))
	return code, b.parse(body)
}

// post sends a form, as a browser on the same site does, and follows.
func (b *browser) post(path string, form url.Values) (int, *goquery.Document) {
	b.t.Helper()
	r := b.request("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	code, body := b.do(r)
	return code, b.parse(body)
}

func (b *browser) parse(body []byte) *goquery.Document {
	b.t.Helper()
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	return doc
}

// api calls the API and decodes the answer into value.
func (b *browser) api(method, path string, body, value any) int {
	b.t.Helper()
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		content = bytes.NewReader(text)
	}
	code, answer := b.do(b.request(method, path, "application/json", content))
	if value != nil {
		if err := json.Unmarshal(answer, value); err != nil {
			b.t.Fatalf("%s %s: %v in %s", method, path, err, answer)
		}
	}
	return code
}

// runCesi runs a subcommand to its end, which has to come within half a minute,
// and returns its output and exit code.
func runCesi(t testing.TB, stdin string, args ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binaryPath(t), args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, _ := cmd.CombinedOutput() // the exit code is looked at by the caller
	return string(out), cmd.ProcessState.ExitCode()
}
