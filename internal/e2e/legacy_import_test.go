package e2e

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// oldUser is a user of the Python CeSI's.
type oldUser struct {
	name, password string
	kind           int
}

// oldUsers are enough of them for a take-over to be interrupted.
func oldUsers() []oldUser {
	return []oldUser{
		{"admin", "the admin's old one", 0}, {"maria", `p;#%'" \ maria`, 1}, {"王芳", "logs of 王芳", 2},
		{"night shift", "night and day", 3}, {"longest", strings.Repeat("a long password ", 8), 3},
	}
}

// exec runs SQL on a database of the instance's.
func (in *instance) exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	pool, err := sql.Open("sqlite", in.path("cesi.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(statement, args...); err != nil {
		t.Fatal(err)
	}
}

// makeCeSi1 makes the database of CeSi 1.x: userinfo.sql of v1.0, and users.
func (in *instance) makeCeSi1(t testing.TB) {
	t.Helper()
	in.exec(t, `create table userinfo(username varchar(30) PRIMARY KEY NOT NULL, password varchar(50) NOT NULL, type INT NOT NULL)`)
	for _, u := range oldUsers() {
		in.exec(t, `insert into userinfo values(?, ?, ?)`, u.name, u.password, u.kind)
	}
}

// makeCeSi2 makes the database of CeSi 2.7.1, as SQLAlchemy does, with
// Werkzeug's hashes.
func (in *instance) makeCeSi2(t testing.TB) {
	t.Helper()
	in.exec(t, `CREATE TABLE users (id INTEGER NOT NULL, username VARCHAR(16), password VARCHAR(120), usertype INTEGER, PRIMARY KEY (id))`)
	in.exec(t, `CREATE UNIQUE INDEX ix_users_username ON users (username)`)
	for i, u := range oldUsers() {
		salt := fmt.Sprintf("salt%04d", i)
		key, err := pbkdf2.Key(sha256.New, u.password, []byte(salt), 150_000, sha256.Size)
		if err != nil {
			t.Fatal(err)
		}
		in.exec(t, `INSERT INTO users (username, password, usertype) VALUES (?, ?, ?)`, u.name,
			"pbkdf2:sha256:150000$"+salt+"$"+hex.EncodeToString(key), u.kind)
	}
}

// wantOldUsers logs everybody in with the old password, twice.
func (in *instance) wantOldUsers(t testing.TB) {
	t.Helper()
	for range 2 {
		for _, u := range oldUsers() {
			b := in.as(t, u.name, u.password)
			if got := b.ask(http.StatusOK, "GET", "profile", nil).User; got.Name != u.name || got.Type != u.kind {
				t.Errorf("%s is %+v", u.name, got)
			}
		}
	}
}

// wantHidden fails if the text is in a file of the instance's folder, but for the
// copy of the old database.
func (in *instance) wantHidden(t testing.TB, text string) {
	t.Helper()
	files, err := os.ReadDir(in.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".python-cesi") {
			continue
		}
		if strings.Contains(in.read(t, f.Name()), text) {
			t.Errorf("%s holds %q", f.Name(), text)
		}
	}
	if strings.Contains(in.log.String(), text) {
		t.Errorf("the log holds %q", text)
	}
}

func TestLegacyImport_CeSi1(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "", "activity_log = activity.log")
	in.makeCeSi1(t)
	in.write(t, "activity.log", "2020-01-01 10:00:00 - a line of the old CeSi\n")
	in.start(t)
	in.waitReady(t)
	in.wantOldUsers(t)
	for _, u := range oldUsers() {
		in.wantHidden(t, u.password)
		if !strings.Contains(in.read(t, "cesi.db.python-cesi"), u.password) {
			t.Errorf("the copy is not the old database: it lacks %s", u.name)
		}
	}
	if info, err := os.Stat(in.path("cesi.db.python-cesi")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v", info.Mode(), err)
	}
	for _, words := range []string{"CeSi 1.x", "users=5", "still holds the passwords", "cesi.db.python-cesi"} {
		if !strings.Contains(in.log.String(), words) {
			t.Errorf("the log does not say %q", words)
		}
	}
	waitFor(t, "the activity log to go on", func() bool {
		text := in.read(t, "activity.log")
		return strings.HasPrefix(text, "2020-01-01 10:00:00 - a line of the old CeSi\n") && strings.Contains(text, "maria")
	})
	in.terminate(t)
	in.wantHidden(t, oldUsers()[0].password)
}

func TestLegacyImport_CeSi2RehashesAtLogin(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	in.makeCeSi2(t)
	out, code := runCesi(t, "", "user", "list", "-c", in.conf)
	if code != 0 || !strings.Contains(out, "CeSi 2.x") || !strings.Contains(out, "王芳") {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	in.start(t)
	in.waitReady(t)
	in.wantOldUsers(t)
	in.terminate(t)
	pool, err := sql.Open("sqlite", in.path("cesi.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var left string
	if err := pool.QueryRow(`SELECT group_concat(name) FROM users WHERE password LIKE 'pbkdf2:%'`).Scan(&left); err != nil || left != "longest" {
		t.Errorf("%q have Werkzeug's hash still, %v; bcrypt can't hold the longest alone", left, err)
	}
}

func TestLegacyImport_KilledContinuesAtNextStart(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	in.makeCeSi1(t)
	longer := func(d time.Duration) time.Duration { return 2 * d }
	if os.Getenv("SOAK") != "" {
		longer = func(d time.Duration) time.Duration { return d + 100*time.Millisecond }
	}
	for delay := 50 * time.Millisecond; ; delay = longer(delay) {
		in.start(t)
		select {
		case <-in.ended:
		case <-time.After(delay):
			in.kill()
		}
		if strings.Contains(in.log.String(), "CeSI is ready") {
			break
		}
		if delay > time.Minute {
			t.Fatal("it never gets ready")
		}
	}
	in.start(t)
	in.waitReady(t)
	in.wantOldUsers(t)
	for _, u := range oldUsers() {
		in.wantHidden(t, u.password)
	}
	left, err := filepath.Glob(in.path("*takeover*"))
	if copies, _ := filepath.Glob(in.path("*.python-cesi*")); err != nil || len(copies) != 1 || len(left) > 0 {
		t.Errorf("copies %v, left over %v, %v", copies, left, err)
	}
}
