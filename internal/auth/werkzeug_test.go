package auth

import (
	"fmt"
	"strings"
	"testing"

	"cesi/internal/cesi"
)

// Hashes of "pässword of ann" and "admin". scryptOfAnn and shortPBKDF2 were made by
// Werkzeug 3.1's generate_password_hash, the others by Python's hashlib with the
// parameters of older versions.
const (
	pbkdf2OfAnn   = "pbkdf2:sha256:150000$Xk3pQ9aB$279b4ec18cfef44910655c301ba1cd4e284a149f3c3063f5789904b14a5c45e1"
	pbkdf2OfAdmin = "pbkdf2:sha256:1000$Xk3pQ9aB$8b91a13f06658da1ca3073b9b1853df12ab71835bbe4045ee1482d6407b41249"
	scryptOfAnn   = "scrypt:32768:8:1$9pDmTslkVlu1WMEQ$f5a7288f0e6fd78381b4c9667c22cddb244f76bd15f0a1ed75e614e2f9c39572d247d81251fd9c355a66f648f73f5e3a4c4621d46aeb6ff5db9ed1306c3d120e"
	shortPBKDF2   = "pbkdf2:sha256:1000$ABnpwah5$e9dcde678e83026d8fdcd56578d16c628aa6035662de86b2d3b4f56183214024"
	sha1OfAnn     = "pbkdf2:sha1:1000$Xk3pQ9aB$9ab515f7cbc173cc69f8eefb7f669f20a2ebf78e"
)

func TestWerkzeug_MatchesOnlyItsPassword(t *testing.T) {
	t.Parallel()
	for _, stored := range []string{pbkdf2OfAnn, shortPBKDF2, scryptOfAnn, sha1OfAnn} {
		if !isWerkzeug(stored) || !matchesWerkzeug(stored, "pässword of ann") {
			t.Errorf("%s does not match", stored)
		}
		for _, wrong := range []string{"", "pässword of anna", "pässword of an"} {
			if matchesWerkzeug(stored, wrong) {
				t.Errorf("%s matches %q", stored, wrong)
			}
		}
	}
}

func TestWerkzeug_InvalidHashMatchesNothing(t *testing.T) {
	for _, stored := range []string{
		"pbkdf2:", "pbkdf2:sha256:1000$salt", "pbkdf2:sha256:1000$salt$", "pbkdf2:sha256:1000$salt$xyz", "pbkdf2:sha256:0$salt$00",
		"pbkdf2:sha256:99999999999$salt$00", "pbkdf2:md5:1000$salt$00", "pbkdf2:sha256$salt$00", "scrypt:3:8:1$salt$00",
		"scrypt:1024:0:1$salt$00", "scrypt:1024:8:x$salt$00", "scrypt:1073741824:8:1$salt$00", "scrypt:1024$salt$00",
	} {
		if matchesWerkzeug(stored, "") {
			t.Errorf("%s matches", stored)
		}
	}
}

func TestWerkzeug_LoginRehashes(t *testing.T) {
	for _, stored := range []string{pbkdf2OfAnn, scryptOfAnn} {
		b := newFixture(t)
		b.add("ann", cesi.Admin)
		if err := b.db.SetPassword(t.Context(), "ann", stored, false); err != nil {
			t.Fatal(err)
		}
		b.wantKind(b.tryLogin("ann", "password of ann"), cesi.Unauthorized, "wrong")
		for range 2 {
			token, user, err := b.Login(t.Context(), "ann", "pässword of ann", home, "", "", "")
			if err != nil || user.MustChange {
				t.Fatalf("%+v, %v", user, err)
			}
			b.wantLoggedIn(token, true)
			if _, hash, err := b.db.User(t.Context(), "ann"); err != nil || !strings.HasPrefix(hash, "$2a$") {
				t.Fatalf("stored as %q, %v", hash, err)
			}
		}
	}
}

func TestWerkzeug_ShortPasswordMustBeChanged(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	if err := b.db.SetPassword(t.Context(), "ann", pbkdf2OfAdmin, false); err != nil {
		t.Fatal(err)
	}
	token, user, err := b.Login(t.Context(), "ann", "admin", home, "", "", "")
	if err != nil || !user.MustChange {
		t.Errorf("%+v, %v", user, err)
	}
	if now, err := b.Session(t.Context(), token); err != nil || !now.MustChange {
		t.Errorf("%+v, %v", now, err)
	}
}

func TestLogin_TimeHidesTheAccount(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	stored := map[string]string{"ann": pbkdf2OfAdmin, "bob": sha1OfAnn, "empty": "", "long": longHash(strings.Repeat("x", 100))}
	for name, hash := range stored {
		b.add(name, cesi.Admin)
		if err := b.db.SetPassword(t.Context(), name, hash, false); err != nil {
			t.Fatal(err)
		}
	}
	b.add("new", cesi.Admin)
	var work []string
	b.passwords.did = func(method string) { work = append(work, method) }
	want := "[pbkdf2:sha1:1000 pbkdf2:sha256:1000 pbkdf2:sha256:600000 bcrypt]"
	for _, name := range []string{"ann", "bob", "empty", "long", "new", "unknown", "ANN"} {
		for _, password := range []string{"wrong", strings.Repeat("y", 100)} {
			work = nil
			b.wantKind(b.tryLogin(name, password), cesi.Unauthorized, "wrong")
			if got := fmt.Sprint(work); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
	}
	for name, password := range map[string]string{"ann": "admin", "bob": "pässword of ann"} { // which are renewed
		if err := b.tryLogin(name, password); err != nil {
			t.Fatal(err)
		}
	}
	work = nil
	b.wantKind(b.tryLogin("unknown", "wrong"), cesi.Unauthorized, "wrong")
	if got := fmt.Sprint(work); got != "[pbkdf2:sha256:600000 bcrypt]" {
		t.Errorf("once two hashes are renewed: %s", got)
	}
}
