package store

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

func addToken(t *testing.T, db *DB, owner, name string, hash byte) cesi.Token {
	t.Helper()
	token, err := db.AddToken(t.Context(), cesi.Token{Name: name, Owner: cesi.User{Name: owner}, Created: noon}, cesi.TokenHash{hash})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestToken_HasCurrentOwner(t *testing.T) {
	db, path := openTest(t)
	db.now = atNoon
	addUser(t, db, "ann", cesi.Admin)
	addUser(t, db, "bob", cesi.Admin)
	want, err := db.AddToken(t.Context(), cesi.Token{Name: "deploy", Owner: cesi.User{Name: "ANN"}, Created: noon, Expires: noon.Add(time.Hour)}, cesi.TokenHash{'a'})
	if err != nil {
		t.Fatal(err)
	}
	if err := reopenTest(t, path).SetRole(t.Context(), "ann", cesi.Viewer); err != nil {
		t.Fatal(err)
	}
	if err := db.TouchTokens(t.Context(), map[int64]time.Time{want.ID: noon.Add(time.Minute), 99: noon}); err != nil {
		t.Fatal(err)
	}
	want.Owner.Role, want.LastUsed = cesi.Viewer, noon.Add(time.Minute)
	got, err := db.Token(t.Context(), cesi.TokenHash{'a'})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	list, err := db.Tokens(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]cesi.Token{want}, list); diff != "" {
		t.Error(diff)
	}
	_, err = db.Token(t.Context(), cesi.TokenHash{'b'})
	wantKind(t, err, cesi.NotFound, "no such token")
}

func TestToken_EndsWithOwner(t *testing.T) {
	db, _ := openTest(t)
	addUser(t, db, "ann", cesi.Admin)
	addUser(t, db, "bob", cesi.Viewer)
	addToken(t, db, "bob", "deploy", 'b')
	if err := db.DeleteUser(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	addUser(t, db, "bob", cesi.Admin)
	_, err := db.Token(t.Context(), cesi.TokenHash{'b'})
	wantKind(t, err, cesi.NotFound, "no such token")
}

func TestToken_NameIsUniquePerOwner(t *testing.T) {
	db, _ := openTest(t)
	addUser(t, db, "ann", cesi.Admin)
	addUser(t, db, "bob", cesi.Viewer)
	addToken(t, db, "ann", "deploy", 'a')
	addToken(t, db, "bob", "deploy", 'b')
	_, err := db.AddToken(t.Context(), cesi.Token{Name: "Deploy", Owner: cesi.User{Name: "ann"}}, cesi.TokenHash{'c'})
	wantKind(t, err, cesi.Conflict, `already a token "Deploy"`)
	if strings.Contains(err.Error(), "constraint") {
		t.Errorf("the sentence tells SQL: %v", err)
	}
	_, err = db.AddToken(t.Context(), cesi.Token{Name: "x", Owner: cesi.User{Name: "eve"}}, cesi.TokenHash{'d'})
	wantKind(t, err, cesi.NotFound, "eve")
}

func TestToken_CountIsBounded(t *testing.T) {
	db, _ := openTest(t)
	addUser(t, db, "ann", cesi.Admin)
	for i := range maxTokens {
		addToken(t, db, "ann", string(rune('a'+i)), byte(i))
	}
	_, err := db.AddToken(t.Context(), cesi.Token{Name: "more", Owner: cesi.User{Name: "ann"}}, cesi.TokenHash{255})
	wantKind(t, err, cesi.Conflict, "revoke one first")
}

func TestToken_DeletesOnlyOwners(t *testing.T) {
	db, _ := openTest(t)
	addUser(t, db, "ann", cesi.Admin)
	addUser(t, db, "bob", cesi.Viewer)
	ann, bob := addToken(t, db, "ann", "a", 'a'), addToken(t, db, "bob", "b", 'b')
	_, err := db.DeleteToken(t.Context(), "bob", ann.ID)
	wantKind(t, err, cesi.NotFound, "no such token")
	if name, err := db.DeleteToken(t.Context(), "bob", bob.ID); err != nil || name != "b" {
		t.Errorf("%q, %v", name, err)
	}
	if n, err := db.DeleteTokens(t.Context(), "ann"); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	_, err = db.DeleteTokens(t.Context(), "eve")
	wantKind(t, err, cesi.NotFound, "eve")
}
