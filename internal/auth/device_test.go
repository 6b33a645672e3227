package auth

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/store"
)

// attack has 60 addresses guess the password in another minute, as often as they
// are let through.
func (b *fixture) attack(name string) {
	b.t.Helper()
	b.clock.pass(time.Minute)
	for n := range 60 {
		for _, tried := range []string{name, fmt.Sprint(name, b.clock.now().Unix())} { // which has no waits yet
			_, _, _ = b.Login(b.t.Context(), tried, "guess", fmt.Sprint("203.0.113.", n), "", "", "")
		}
	}
}

func (b *fixture) loginAt(name, password, address, device string) error {
	b.t.Helper()
	_, _, err := b.Login(b.t.Context(), name, password, address, "", "", device)
	return err
}

func TestLogin_KnownDeviceIsNotLockedOut(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.add("admin", cesi.Admin)
	user, _, err := b.db.User(t.Context(), "admin")
	if err != nil {
		t.Fatal(err)
	}
	device, err := b.NewDevice(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	for minute := range 20 {
		b.attack("admin")
		b.wantKind(b.loginAt("admin", "password of admin", "198.51.100.1", ""), cesi.Throttled, "too many")
		moved := fmt.Sprint("198.51.100.", 100+minute)
		if err := b.loginAt("ADMIN", "password of admin", moved, device); err != nil {
			t.Fatalf("minute %d, the device at a new address: %v", minute, err)
		}
		if err := b.loginAt("admin", "password of admin", "203.0.113.7", device); err != nil {
			t.Fatalf("minute %d, the device at an address of the attack: %v", minute, err)
		}
		if err := b.loginAt("admin", "password of admin", moved, ""); err != nil {
			t.Fatalf("minute %d, an address that has logged in: %v", minute, err)
		}
	}
}

func TestLogin_KnownDeviceHasFewTries(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	b.add("bob", cesi.Admin)
	user, _, err := b.db.User(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	device, err := b.NewDevice(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	for n := range freeTries {
		b.wantKind(b.loginAt("ann", "guess", fmt.Sprint("198.51.100.", n), device), cesi.Unauthorized, "wrong")
	}
	b.wantKind(b.loginAt("ann", "password of ann", "198.51.100.99", device), cesi.Throttled, "too many")
	if err := b.loginAt("ann", "password of ann", "198.51.100.99", ""); err != nil {
		t.Errorf("another browser: %v", err)
	}
	whole, err := base64.RawURLEncoding.DecodeString(device)
	if err != nil {
		t.Fatal(err)
	}
	whole[20] ^= 1
	other := newFixture(t)
	other.add("ann", cesi.Admin)
	foreign, err := other.NewDevice(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{
		"bob's name": device, "changed": base64.RawURLEncoding.EncodeToString(whole), "of another database": foreign,
		"short": device[1:], "long": device + "A", "no base64": strings.Repeat("!", len(device)), "none": "",
	} {
		name := "ann"
		if what == "bob's name" {
			name = "bob"
		}
		if known, err := b.knownDevice(t.Context(), text, name); known != "" || err != nil {
			t.Errorf("%s: %q, %v", what, known, err)
		}
	}
	b.clock.pass(DeviceLifetime)
	if known, err := b.knownDevice(t.Context(), device, "ann"); known != "" || err != nil {
		t.Errorf("after its lifetime: %q, %v", known, err)
	}
}

func TestLogin_AddressesStayKnownAfterRestart(t *testing.T) {
	b := newFixture(t)
	b.add("admin", cesi.Admin)
	b.login("admin")
	journal := store.NewJournal(b.db, b.Service.log)
	for _, e := range b.notes.entries {
		journal.Add(t.Context(), e)
	}
	if err := journal.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := newFixtureOn(t, b.path, b.clock)
	if err := again.Recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	again.attack("admin")
	b.wantKind(again.loginAt("admin", "password of admin", "198.51.100.1", ""), cesi.Throttled, "too many")
	if err := again.loginAt("admin", "password of admin", home, ""); err != nil {
		t.Errorf("where it logged in before the restart: %v", err)
	}
}
