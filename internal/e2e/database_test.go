package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestDatabase_SecondServerIsRefused(t *testing.T) {
	t.Parallel()
	first := startCesi(t, "")
	second := writeConf(t, "")
	second.write(t, "cesi.conf", replace(t, second.read(t, "cesi.conf"), second.path("cesi.db"), first.path("cesi.db")))
	out, code := second.cli(t, "", "serve")
	wantRefusal(t, out, code, fmt.Sprintf("is in use by another CeSI (pid %d", first.cmd.Process.Pid))
	if out, code := first.cli(t, "", "user", "list"); code != 0 {
		t.Errorf("user list next to the server: %d %s", code, out)
	}
	first.kill()
	second.start(t)
	second.waitReady(t)
}

func TestDatabase_RemovedIsReportedAndNotRecreated(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "")
	b := in.login(t)
	if err := os.Rename(in.path("cesi.db"), in.path("away")); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "not ready", func() bool { return status(in.url+"/readyz") == 503 })
	waitFor(t, "a banner", func() bool {
		_, doc := b.get("/")
		return strings.Contains(doc.Text(), "the database's file was removed while CeSI runs") ||
			strings.Contains(doc.Text(), "The database's file was removed while CeSI runs")
	})
	out, code := in.cli(t, "secret-enough-1\n", "user", "add", "bob", "--role", "viewer", "--password-stdin")
	wantRefusal(t, out, code, "is in use by another CeSI")
	if _, err := os.Stat(in.path("cesi.db")); err == nil {
		t.Error("an empty database was made in its place")
	}
}
