package store

import (
	"testing"
	"time"

	"cesi/internal/cesi"
)

func TestSessionsOfUser_LastUsedFirst(t *testing.T) {
	db, _ := openTest(t)
	ann, bob := addUser(t, db, "ann", cesi.Admin), addUser(t, db, "bob", cesi.Viewer)
	first := startSession(t, db, ann, 'a', 0)
	startSession(t, db, ann, 'b', 0)
	startSession(t, db, bob, 'c', 0)
	if err := db.TouchSessions(t.Context(), map[cesi.TokenHash]time.Time{first.Token: noon.Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	got, err := db.Sessions(t.Context(), "ANN")
	if err != nil || len(got) != 2 || got[0].Token != first.Token || got[0].Address != "10.1.2.3" || got[0].UserAgent != "curl" || !got[0].LastSeen.Equal(noon.Add(time.Minute)) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSessionsOfUser_EndsOnlyTheirs(t *testing.T) {
	db, _ := openTest(t)
	ann, bob := addUser(t, db, "ann", cesi.Admin), addUser(t, db, "bob", cesi.Viewer)
	for i, u := range []cesi.User{ann, ann, ann, bob} {
		startSession(t, db, u, byte('a'+i), 0)
	}
	_, err := db.EndSessionOf(t.Context(), "ann", cesi.TokenHash{'d'}.ID())
	wantKind(t, err, cesi.NotFound, "ended already")
	if from, err := db.EndSessionOf(t.Context(), "ann", cesi.TokenHash{'a'}.ID()); err != nil || from != "10.1.2.3" {
		t.Errorf("%q, %v", from, err)
	}
	wantSessions(t, db, "bcd")
	if n, err := db.EndSessions(t.Context(), "ann", cesi.TokenHash{'c'}); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	wantSessions(t, db, "cd")
	if n, err := db.EndSessions(t.Context(), "bob", cesi.TokenHash{}); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	wantSessions(t, db, "c")
	_, err = db.EndSessions(t.Context(), "eve", cesi.TokenHash{})
	wantKind(t, err, cesi.NotFound, "eve")
}

func TestAccounts_CountSessionsAndTokens(t *testing.T) {
	db, _ := openTest(t)
	ann := addUser(t, db, "ann", cesi.Admin)
	addUser(t, db, "bob", cesi.Viewer)
	startSession(t, db, ann, 'a', 0)
	startSession(t, db, ann, 'b', 0)
	addToken(t, db, "ann", "deploy", 't')
	for _, test := range []struct {
		begun, ends time.Time
		want        int
	}{{noon.Add(-time.Second), noon, 2}, {noon, noon, 0}, {noon.Add(-time.Second), noon.Add(time.Hour), 0}} {
		got, err := db.Accounts(t.Context(), test.begun, test.ends)
		if err != nil || len(got) != 2 || got[0].Name != "ann" || got[0].Sessions != test.want || got[0].Tokens != 1 || got[1].Sessions+got[1].Tokens != 0 {
			t.Errorf("%+v, %v; want %d sessions of ann's", got, err, test.want)
		}
	}
}
