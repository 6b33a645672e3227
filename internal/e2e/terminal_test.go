package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"

	"cesi/internal/cesi"
)

func TestCheckConnect_TextOfNodeIsHarmless(t *testing.T) {
	t.Parallel()
	const text = "\x1b]0;title\x07\u009b2J\nweb-9 (nowhere): fine, supervisord 4.2.5"
	hostile := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, `<?xml version="1.0"?><methodResponse><fault><value><struct>
<member><name>faultCode</name><value><int>30</int></value></member>
<member><name>faultString</name><value><string>%s</string></value></member>
</struct></value></fault></methodResponse>`, text)
	}))
	t.Cleanup(hostile.Close)
	in := writeConf(t, nodesConf(cesi.Node{Name: "web-1", URL: hostile.URL}))
	out, code := in.cli(t, "", "check", "--connect")
	if code != 1 || strings.ContainsAny(out, "\x1b\x07\u009b") || strings.Contains(out, "\nweb-9") {
		t.Errorf("exit code %d:\n%q", code, out)
	}
}

func TestCheck_WarnsOfReadableFilesAndPipes(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "", "activity_log = /dev/null")
	for _, suffix := range []string{"", "-wal", ".initial-password", ".python-cesi", ".python-cesi-2"} {
		in.write(t, "cesi.db"+suffix, "")
		if err := os.Chmod(in.path("cesi.db"+suffix), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, code := in.cli(t, "", "check")
	if got := strings.Count(out, "other users of this machine may read this file"); code != 0 || got != 5 {
		t.Errorf("exit code %d, %d warnings of 5:\n%s", code, got, out)
	}
	if !strings.Contains(out, `activity_log "/dev/null" is a device`) {
		t.Errorf("no warning of the device:\n%s", out)
	}
	in.start(t)
	in.waitReady(t)
	if got := strings.Count(in.log.String(), "other users of this machine may read this file"); got < 1 {
		t.Errorf("no warning at the start:\n%s", in.log)
	}
}

func TestActivityLog_UnreadPipeDoesNotDelayShutdown(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	makePipe(t, in.path("pipe"))
	in.write(t, "cesi.conf", in.read(t, "cesi.conf")+"activity_log = "+in.path("pipe")+"\n")
	out, _ := in.cli(t, "", "check")
	if !strings.Contains(out, "is a pipe: lines wait") {
		t.Errorf("check does not warn:\n%s", out)
	}
	in.start(t)
	in.waitReady(t)
	in.login(t)
	if took := in.terminate(t); took.Seconds() > 2 {
		t.Errorf("the shutdown took %s", took)
	}
	if !strings.Contains(in.log.String(), "it is a pipe that no program reads") {
		t.Errorf("the log does not name the pipe:\n%s", in.log)
	}
}

func makePipe(t testing.TB, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
}
