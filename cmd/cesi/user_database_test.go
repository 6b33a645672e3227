package main

import (
	"os"
	"strings"
	"testing"
)

func TestUserCommandsDoNotQuietlyMakeADatabase(t *testing.T) {
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
