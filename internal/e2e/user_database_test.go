package e2e

import (
	"database/sql"
	"os"
	"strings"
	"testing"
	"time"
)

func TestUserCommand_MakesNoDatabase(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	database := in.path("cesi.db")
	for _, command := range []string{"list", "passwd maria --password-stdin", "role maria viewer", "delete maria"} {
		out, code := in.cli(t, "a long one\n", append([]string{"user"}, strings.Fields(command)...)...)
		wantRefusal(t, out, code, "database "+database+" does not exist yet")
		if _, err := os.Stat(database); !os.IsNotExist(err) {
			t.Fatalf("cesi user %s made a database", command)
		}
	}
	add := func(name string) string {
		return in.mustCLI(t, "a long one\n", "user", "add", name, "--role", "admin", "--password-stdin")
	}
	if out := add("maria"); !strings.Contains(out, "the database "+database+" is new") {
		t.Errorf("the first add does not say that it made a database: %s", out)
	}
	if out := add("vera"); strings.Contains(out, "is new") {
		t.Errorf("the second add says %s", out)
	}
}

func TestUserCommand_LockedDatabase(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	in.mustCLI(t, "a long one\n", "user", "add", "maria", "--role", "admin", "--password-stdin")
	lock, err := sql.Open("sqlite", "file:"+in.path("cesi.db")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	tx, err := lock.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	unlock := time.AfterFunc(8*time.Second, func() { _ = tx.Rollback() }) // longer than cesi waits, and the end of the entry's wait
	defer unlock.Stop()
	out, code := in.cli(t, "", "user", "role", "maria", "viewer")
	if code != 1 || !strings.Contains(out, "cesi: the database is locked by another program; try again") {
		t.Errorf("exit %d: %s", code, out)
	}
}
