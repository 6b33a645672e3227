package store

import (
	"database/sql"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

func TestUsers_ListedByName(t *testing.T) {
	db, path := openTest(t)
	db.now = atNoon
	bob, err := db.AddUser(t.Context(), cesi.User{Name: "bob", Role: cesi.Viewer, MustChange: true}, "h1")
	if err != nil {
		t.Fatal(err)
	}
	ann := addUser(t, db, "Ann", cesi.Admin)

	got, err := reopenTest(t, path).Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []cesi.User{
		{ID: ann.ID, Name: "Ann", Role: cesi.Admin, Created: noon},
		{ID: bob.ID, Name: "bob", Role: cesi.Viewer, MustChange: true, Created: noon},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUsers_NameIgnoresCase(t *testing.T) {
	db, _ := openTest(t)
	ann := addUser(t, db, "Ann", cesi.Admin)
	got, hash, err := db.User(t.Context(), "aNN")
	if err != nil || hash != "hash of Ann" {
		t.Fatalf("hash %q, error %v", hash, err)
	}
	if diff := cmp.Diff(ann, got); diff != "" {
		t.Error(diff)
	}
	_, err = db.AddUser(t.Context(), cesi.User{Name: "ANN"}, "h")
	wantKind(t, err, cesi.Conflict, `already a user "Ann"; case does not count`)
	_, err = db.AddUser(t.Context(), cesi.User{Name: "Ann"}, "h")
	if want := `there is already a user "Ann"`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %q and nothing of SQL", err, want)
	}
}

func TestUsers_NotFound(t *testing.T) {
	db, _ := openTest(t)
	_, _, err := db.User(t.Context(), "nobody")
	wantKind(t, err, cesi.NotFound, `no user "nobody"`)
	wantKind(t, db.SetPassword(t.Context(), "nobody", "h", false), cesi.NotFound, "nobody")
	wantKind(t, db.SetRole(t.Context(), "nobody", cesi.Admin), cesi.NotFound, "nobody")
	wantKind(t, db.DeleteUser(t.Context(), "nobody"), cesi.NotFound, "nobody")
}

func TestUsers_OnlyOneFirstUser(t *testing.T) {
	_, path := openTest(t)
	var wg sync.WaitGroup
	results := make([]error, 4)
	for i := range results {
		db := reopenTest(t, path)
		wg.Go(func() {
			_, results[i] = db.AddFirstUser(t.Context(), cesi.User{Name: string(rune('a' + i))}, "h")
		})
	}
	wg.Wait()
	if got := countConflicts(t, results); got != 3 {
		t.Errorf("%d of 4 first users refused, want 3", got)
	}
}

func TestUsers_KeepsLastAdmin(t *testing.T) {
	db, _ := openTest(t)
	addUser(t, db, "ann", cesi.Admin)
	addUser(t, db, "bob", cesi.Operator)
	wantKind(t, db.SetRole(t.Context(), "ann", cesi.Operator), cesi.Conflict, `"ann" is the last administrator`)
	wantKind(t, db.DeleteUser(t.Context(), "ANN"), cesi.Conflict, `"ann" is the last administrator`)
	if err := db.SetRole(t.Context(), "ann", cesi.Admin); err != nil {
		t.Errorf("leaving the last administrator one: %v", err)
	}
	if err := db.SetRole(t.Context(), "bob", cesi.Admin); err != nil {
		t.Fatal(err)
	}
	if err := db.DeleteUser(t.Context(), "ann"); err != nil {
		t.Errorf("deleting one of two: %v", err)
	}
}

func TestUsers_ConcurrentChangesKeepAnAdmin(t *testing.T) {
	t.Parallel()
	server, path := openTest(t)
	cli := reopenTest(t, path)
	for range 25 {
		addUser(t, server, "ann", cesi.Admin)
		addUser(t, server, "bob", cesi.Admin)
		results := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() { results[0] = server.SetRole(t.Context(), "ann", cesi.Viewer) })
		wg.Go(func() { results[1] = cli.DeleteUser(t.Context(), "bob") })
		wg.Wait()
		if got := countConflicts(t, results); got != 1 {
			t.Fatalf("%d of 2 refused, want 1", got)
		}
		if _, err := server.sql.Exec(`DELETE FROM users`); err != nil {
			t.Fatal(err)
		}
	}
}

func countConflicts(t *testing.T, results []error) int {
	t.Helper()
	n := 0
	for _, err := range results {
		switch {
		case cesi.KindOf(err) == cesi.Conflict:
			n++
		case err != nil:
			t.Error(err)
		}
	}
	return n
}

func TestUsers_NameIgnoresUnicodeForm(t *testing.T) {
	db, path := openTest(t)
	db.now = atNoon
	renée := addUser(t, db, "Ren\u00e9e", cesi.Admin)
	startSession(t, db, renée, 's', 0)
	addToken(t, db, "Ren\u00e9e", "ci", 't')
	for _, name := range []string{"REN\u00c9E", "rene\u0301e", "RENE\u0301E"} {
		_, err := db.AddUser(t.Context(), cesi.User{Name: name}, "h")
		wantKind(t, err, cesi.Conflict, "already a user")
		if u, _, err := db.User(t.Context(), name); err != nil || u.ID != renée.ID {
			t.Errorf("%q is %+v, %v", name, u, err)
		}
		if list, err := db.Sessions(t.Context(), name); err != nil || len(list) != 1 {
			t.Errorf("%q has the sessions %v, %v", name, list, err)
		}
		if list, err := db.Tokens(t.Context(), name); err != nil || len(list) != 1 {
			t.Errorf("%q has the tokens %v, %v", name, list, err)
		}
		if err := db.SetPreferences(t.Context(), name, "fr", "dark"); err != nil {
			t.Error(err)
		}
	}
	_, err := reopenTest(t, path).sql.ExecContext(t.Context(), `INSERT INTO users (name, folded, password, role, must_change, created)
		VALUES ('other', ?, '', 0, 0, 0)`, cesi.FoldUserName("REN\u00c9E"))
	if !isUniqueViolation(err) {
		t.Errorf("the database takes a second one: %v", err)
	}
}

// TestMigrate_UsersWithEqualNamesStayTwo begins with a database whose schema knew
// the case of ASCII letters only.
func TestMigrate_UsersWithEqualNamesStayTwo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cesi.db")
	if err := create(path); err != nil {
		t.Fatal(err)
	}
	pool, err := sql.Open("sqlite", readWriteDSN(path))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	provider, err := newProvider(pool, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), goVersion-1); err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{"(1, '\u00e9', 'old viewer', 3, 0, 0)", "(2, 'E\u0301', 'operator', 1, 0, 0)", "(3, '\u00c9', 'admin', 0, 0, 0)", "(4, 'bob', 'bob', 3, 0, 0)"} {
		if _, err := pool.ExecContext(t.Context(), `INSERT INTO users (id, name, password, role, must_change, created) VALUES `+user); err != nil {
			t.Fatal(err)
		}
	}
	db := reopenTest(t, path)
	if got := db.Remarks(); len(got) != 2 || !strings.Contains(got[0], "E\u0301-2") || !strings.Contains(got[1], "\u00e9-3") {
		t.Errorf("remarks %q", got)
	}
	for name, want := range map[string]string{"e\u0301": "admin", "\u00c9": "admin", "\u00c9-2": "operator", "\u00c9-3": "old viewer", "BOB": "bob"} {
		if _, hash, err := db.User(t.Context(), name); err != nil || hash != want {
			t.Errorf("%q has the password %q, %v; want %q", name, hash, err, want)
		}
	}
	if again := reopenTest(t, path).Remarks(); len(again) != 0 {
		t.Errorf("at the next start: %q", again)
	}
}
