package legacy

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/store"

	"github.com/google/go-cmp/cmp"
)

const (
	table1 = `CREATE TABLE userinfo(username varchar(30) PRIMARY KEY NOT NULL, password varchar(50) NOT NULL, type INT NOT NULL)`
	table2 = `CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, username VARCHAR(16), password VARCHAR(120), usertype INTEGER)`
)

// keepForTest stores a text that says how the password was kept.
func keepForTest(_ context.Context, kept string, inClear bool) (string, bool, error) {
	if kept == "" {
		return "", false, nil
	}
	return fmt.Sprintf("%x, in clear: %v", kept, inClear), len(kept) < 8, nil
}

// oldDatabase makes a Python CeSI's database and returns its path.
func oldDatabase(t *testing.T, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "userinfo.db")
	run(t, path, statements...)
	return path
}

func takeOver(t *testing.T, path string) *Result {
	t.Helper()
	done, err := Import(t.Context(), path, atNoon, keepForTest)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// described lists the users of a database that is ours, with their passwords.
func described(t *testing.T, path string) []string {
	t.Helper()
	db := openOurs(t, path)
	users, err := db.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, u := range users {
		_, hash, err := db.User(t.Context(), u.Name)
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%s|%s|%s", u.Name, u.Role, hash)
		if u.MustChange {
			line += "|must change"
		}
		list = append(list, line)
	}
	return list
}

// wantNowhere fails if the text is in the file at path, or in any file next to it
// except the copy of the original.
func wantNowhere(t *testing.T, path, original, text string) {
	t.Helper()
	for name, content := range contents(t, filepath.Dir(path)) {
		if name != filepath.Base(original) && strings.Contains(content, text) {
			t.Errorf("%s holds %q", name, text)
		}
	}
}

func TestImport_CeSi1(t *testing.T) {
	path := oldDatabase(t, table1,
		`INSERT INTO userinfo VALUES ('gone', 'the password of who was deleted', 1)`, `DELETE FROM userinfo`,
		`INSERT INTO userinfo VALUES ('maria', 'plain and long', 1)`,
		`INSERT INTO userinfo VALUES ('admin', 'admin', 0)`,
		`INSERT INTO userinfo VALUES ('李雷', 'p;#%''" \ long', 2)`,
		`INSERT INTO userinfo VALUES ('o''brien of HR', '12345678', '3')`)
	before := contents(t, filepath.Dir(path))[filepath.Base(path)]
	done := takeOver(t, path)
	want := &Result{From: "CeSi 1.x", Copy: path + ".python-cesi", Users: 4}
	if diff := cmp.Diff(want, done); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	hex := func(s string) string { return fmt.Sprintf("%x, in clear: true", s) }
	users := []string{
		"admin|admin|" + hex("admin") + "|must change", "maria|operator|" + hex("plain and long"),
		"o'brien of HR|viewer|" + hex("12345678"), "李雷|logreader|" + hex(`p;#%'" \ long`),
	}
	if diff := cmp.Diff(users, described(t, path)); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	for _, text := range []string{"plain and long", `p;#%`, "12345678", "userinfo", "who was deleted"} {
		wantNowhere(t, path, done.Copy, text)
	}
	if after := contents(t, filepath.Dir(path))[filepath.Base(done.Copy)]; after != before {
		t.Error("the copy is not the original")
	}
	for _, file := range []string{path, done.Copy} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
	}
	if again := takeOver(t, path); again != nil {
		t.Errorf("it is taken over once more: %+v", again)
	}
	entries, err := openOurs(t, path).Activities(t.Context(), store.ActivityFilter{})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(entries) // the oldest first
	if len(entries) != 4 || entries[0].User != "cesi" || entries[0].Target != "admin" || entries[0].Message.String() != "admin, from CeSi 1.x" {
		t.Errorf("the activity log has %+v", entries)
	}
}

func TestImport_CeSi2(t *testing.T) {
	path := oldDatabase(t, table2, `CREATE UNIQUE INDEX ix_users_username ON users (username)`,
		`INSERT INTO users VALUES (1, 'admin', 'pbkdf2:sha256:150000$x$00', 0), (2, 'maria', 'pbkdf2:sha256:150000$y$11', 3)`)
	done := takeOver(t, path)
	if done.From != "CeSi 2.x" || len(done.Remarks) > 0 {
		t.Errorf("it says %+v", done)
	}
	want := []string{
		fmt.Sprintf("admin|admin|%x, in clear: false", "pbkdf2:sha256:150000$x$00"),
		fmt.Sprintf("maria|viewer|%x, in clear: false", "pbkdf2:sha256:150000$y$11"),
	}
	if diff := cmp.Diff(want, described(t, path)); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestImport_OddUsers(t *testing.T) {
	path := oldDatabase(t, table2,
		`INSERT INTO users (username, password, usertype) VALUES ('bob', 'one', 3), ('Bob', 'two', 0), ('BOB', 'three', 1), ('bob-2', 'four', 3),
		('no type', 'five', NULL), ('odd type', 'six', 'root'), ('type 7', 'seven', 7), ('no password', NULL, 1),
		(NULL, 'x', 0), ('', 'x', 0), ('cli:root', 'x', 0), ('..', 'x', 0), (' edge', 'x', 0), ('tab	tab', 'x', 0),
		(CAST(x'ff61' AS TEXT), 'x', 0), (printf('%.*c', 65, 'x'), 'x', 0), (42, 43, '2')`)
	done := takeOver(t, path)
	var got []string
	for _, line := range described(t, path) {
		name, rest, _ := strings.Cut(line, "|")
		role, _, _ := strings.Cut(rest, "|")
		got = append(got, name+" "+role)
	}
	want := []string{"42 logreader", "Bob admin", "BOB-3 operator", "bob-2 viewer", "bob-4 viewer",
		"no password operator", "no type viewer", "odd type viewer", "type 7 viewer"}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	remarks := strings.Join(done.Remarks, "\n")
	for _, words := range []string{`"no type" is a viewer now`, `"type 7" is a viewer now: the type "7" is unknown`, `"cli:root" was left out`,
		`"bob" is called "bob-4" now: there is "Bob" too`, `"no password" has no password that can be used`} {
		if !strings.Contains(remarks, words) {
			t.Errorf("no remark %q in\n%s", words, remarks)
		}
	}
}

func TestImport_RemarksMissingAdmin(t *testing.T) {
	path := oldDatabase(t, table1, `INSERT INTO userinfo VALUES ('maria', 'x', 1)`)
	if done := takeOver(t, path); len(done.Remarks) != 1 || !strings.Contains(done.Remarks[0], "cesi user role NAME admin") {
		t.Errorf("it says %q", done.Remarks)
	}
}

func TestImport_ContinuesAfterCrash(t *testing.T) {
	crashes := map[string]func(t *testing.T, path string){
		"while the new file is made": func(t *testing.T, path string) {
			write(t, path+takeoverSuffix, "half a database")
			write(t, path+takeoverSuffix+"-wal", "half a log")
		},
		"before the new file is in place": func(t *testing.T, path string) {
			run(t, path+takeoverSuffix, `CREATE TABLE t (x)`)
			if err := os.Link(path, path+originalSuffix); err != nil {
				t.Fatal(err)
			}
		},
		"where there are no hard links": func(t *testing.T, path string) {
			if err := copyWhole(path, path+originalSuffix); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, crash := range crashes {
		t.Run(name, func(t *testing.T) {
			path := oldDatabase(t, table1, `INSERT INTO userinfo VALUES ('admin', 'a clear password', 0)`)
			crash(t, path)
			done := takeOver(t, path)
			if got := described(t, path); len(got) != 1 {
				t.Errorf("users %v", got)
			}
			wantNowhere(t, path, done.Copy, "a clear password")
			var names []string
			for name := range contents(t, filepath.Dir(path)) {
				if !strings.HasSuffix(name, "-wal") && !strings.HasSuffix(name, "-shm") {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			if diff := cmp.Diff([]string{"userinfo.db", "userinfo.db.python-cesi"}, names); diff != "" {
				t.Errorf("left over: %s", diff)
			}
		})
	}
}

func TestImport_KeepsOlderCopy(t *testing.T) {
	path := oldDatabase(t, table1, `INSERT INTO userinfo VALUES ('admin', 'x', 0)`)
	write(t, path+originalSuffix, "an older copy")
	if done := takeOver(t, path); done.Copy != path+".python-cesi-2" {
		t.Errorf("the copy is %s", done.Copy)
	}
	if got := contents(t, filepath.Dir(path))["userinfo.db.python-cesi"]; got != "an older copy" {
		t.Errorf("the older copy is %q", got)
	}
}

func TestImport_ConcurrentlyOnce(t *testing.T) {
	path := oldDatabase(t, table1, `INSERT INTO userinfo VALUES ('admin', 'x', 0)`)
	results := make([]*Result, 4)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() { results[i] = takeOver(t, path) })
	}
	all.Wait()
	done := slices.DeleteFunc(results, func(r *Result) bool { return r == nil })
	if len(done) != 1 || len(described(t, path)) != 1 {
		t.Errorf("taken over %d times", len(done))
	}
}

func TestImport_ReadsWriteAheadLog(t *testing.T) {
	path := oldDatabase(t, `PRAGMA journal_mode=WAL`, table1)
	writer := openPlain(t, path)
	if _, err := writer.Exec(`INSERT INTO userinfo VALUES ('admin', 'only in the log', 0)`); err != nil {
		t.Fatal(err)
	}
	crashed := filepath.Join(t.TempDir(), "userinfo.db") // as it lay there at that moment
	for name, content := range contents(t, filepath.Dir(path)) {
		write(t, filepath.Join(filepath.Dir(crashed), name), content)
	}
	done := takeOver(t, crashed)
	if got := described(t, crashed); len(got) != 1 || !strings.HasPrefix(got[0], "admin|admin|") {
		t.Errorf("users %v", got)
	}
	wantNowhere(t, crashed, done.Copy, "only in the log")
}

func TestImport_RefusesDatabaseInUse(t *testing.T) {
	t.Parallel()
	path := oldDatabase(t, table1, `INSERT INTO userinfo VALUES ('admin', 'x', 0)`)
	tx, err := openPlain(t, path).Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec(`UPDATE userinfo SET type = 1`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err = Import(ctx, path, atNoon, keepForTest)
	if err == nil || cesi.KindOf(err) != cesi.Busy || !strings.Contains(err.Error(), "stop the old CeSi first") {
		t.Errorf("error %v", err)
	}
}

func TestImport_IgnoresOtherFiles(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "empty"), "")
	write(t, filepath.Join(folder, "text"), "no database")
	run(t, filepath.Join(folder, "other"), `CREATE TABLE users (id INTEGER, email TEXT)`)
	ours := filepath.Join(t.TempDir(), "cesi.db")
	if _, err := openOurs(t, ours).AddUser(t.Context(), cesi.User{Name: "admin", Role: cesi.Admin}, "hash"); err != nil {
		t.Fatal(err)
	}
	before := contents(t, folder)
	for _, path := range []string{"missing", "empty", "text", "other", "."} {
		if done := takeOver(t, filepath.Join(folder, path)); done != nil {
			t.Errorf("%s: %+v", path, done)
		}
	}
	if diff := cmp.Diff(before, contents(t, folder)); diff != "" {
		t.Errorf("folder changed:\n%s", diff)
	}
	if done := takeOver(t, ours); done != nil {
		t.Errorf("our own: %+v", done)
	}
}

func TestImport_KeepsSymlink(t *testing.T) {
	path := oldDatabase(t, table1, `INSERT INTO userinfo VALUES ('admin', 'x', 0)`)
	link := filepath.Join(t.TempDir(), "cesi.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if done := takeOver(t, link); done == nil || done.Copy != path+originalSuffix {
		t.Errorf("%+v", done)
	}
	if got, err := os.Readlink(link); err != nil || got != path {
		t.Errorf("the link leads to %q, %v", got, err)
	}
	if got := described(t, link); len(got) != 1 {
		t.Errorf("users %v", got)
	}
}
