package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"cesi/internal/supervisor/supervisortest"
)

// disk is one that a test can fill under a running cesi.
type disk struct {
	fill, free func(t *testing.T)
}

// smallDisk has cesi run in a mount namespace of its own, with its database on
// a disk of 8 MB. Where that is not permitted, the test is skipped: the one
// with the limit needs no permission.
func smallDisk(t *testing.T, in *instance) disk {
	unshare := []string{"unshare", "--mount"}
	if os.Getuid() != 0 {
		unshare = append(unshare, "--user", "--map-root-user")
	}
	folder := in.path("small")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	in.under = append(unshare, "sh", "-c", `mount -t tmpfs -o size=8m cesi-test "$0" && exec "$@"`, folder)
	if out, err := exec.Command(in.under[0], append(in.under[1:], "true")...).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: no disk can be mounted here: %v, %s", err, out)
	}
	in.write(t, "cesi.conf", strings.Replace(in.read(t, "cesi.conf"), "/cesi.db", "/small/cesi.db", 1))
	filler := func() string { return fmt.Sprintf("/proc/%d/root%s/filler", in.cmd.Process.Pid, folder) }
	return disk{
		fill: func(t *testing.T) {
			file, err := os.Create(filler())
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			for err == nil {
				_, err = file.Write(make([]byte, 4096))
			}
			if !errors.Is(err, syscall.ENOSPC) {
				t.Fatal(err)
			}
		},
		free: func(t *testing.T) {
			if err := os.Remove(filler()); err != nil {
				t.Fatal(err)
			}
		},
	}
}

// limitedDisk makes the system refuse everything that cesi writes to files.
func limitedDisk(_ *testing.T, in *instance) disk {
	limit := func(size string) func(*testing.T) {
		return func(t *testing.T) {
			pid := fmt.Sprintf("--pid=%d", in.cmd.Process.Pid)
			if out, err := exec.Command("prlimit", pid, "--fsize="+size+":").CombinedOutput(); err != nil {
				t.Fatalf("prlimit: %v, %s", err, out)
			}
		}
	}
	return disk{fill: limit("0"), free: limit("unlimited")}
}

func TestFullDisk_PagesAndCommandsStillWork(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(*testing.T, *instance) disk{"full": smallDisk, "limited": limitedDisk} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sv := supervisortest.Start(t, supervisortest.Options{Programs: "[program:api]\ncommand = tail -f /dev/null\nstartsecs = 0\n"})
			in := writeConf(t, nodesConf(sv.Node("web-1")), "poll_interval = 0.5")
			disk := make(t, in)
			in.start(t)
			in.waitReady(t)
			admin := in.login(t)
			disk.fill(t)
			wantCommandRecorded(t, in, admin, sv)
			wantDegraded(t, in, admin)
			late := in.login(t)
			wantDegraded(t, in, late)
			disk.free(t)
			waitFor(t, "the entries to be stored", func() bool { return status(in.url+"/readyz") == http.StatusOK })
			wantStored(t, in, admin)
			wantStored(t, in, late)
		})
	}
}

// wantCommandRecorded stops the program, and looks for that at the node, on the
// page and in the log.
func wantCommandRecorded(t *testing.T, in *instance, admin *browser, sv *supervisortest.Supervisor) {
	t.Helper()
	if code := admin.apiStatus("POST", "/api/v2/nodes/web-1/processes/api:api/stop"); code != http.StatusOK {
		t.Errorf("a stop: status %d", code)
	}
	if state := sv.State("api:api"); state != "STOPPED" {
		t.Errorf("after the stop the program is %s", state)
	}
	for _, result := range []string{"entry.result=pending", "entry.result=ok"} {
		if !hasLine(in.log.String(), "level=ERROR", "not stored yet", "entry.user=admin", "entry.action=stop", "entry.node=web-1", "entry.target=api:api", result) {
			t.Errorf("no line with %s about the stop in the log:\n%s", result, in.log)
		}
	}
	for path, want := range map[string]string{"/": "0 of 1", "/nodes/web-1": "STOPPED"} {
		if code, doc := admin.get(path); code != http.StatusOK || !strings.Contains(doc.Find("main").Text(), want) {
			t.Errorf("%s: status %d, no %q in %s", path, code, want, doc.Find("main").Text())
		}
	}
}

func hasLine(text string, parts ...string) bool {
	for line := range strings.Lines(text) {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(line, part)
		}
		if all {
			return true
		}
	}
	return false
}

const auditBanner = "The activity log can't be written"

// wantDegraded expects cesi to report the problem to administrators.
func wantDegraded(t *testing.T, in *instance, admin *browser) {
	t.Helper()
	if _, doc := admin.get("/"); !strings.Contains(doc.Find("[role=alert]").Text(), auditBanner) {
		t.Errorf("no banner for the administrator: %s", doc.Find("main").Text())
	}
	if code := status(in.url + "/readyz"); code != http.StatusServiceUnavailable {
		t.Errorf("readyz: status %d, want 503", code)
	}
	if code := status(in.url + "/healthz"); code != http.StatusOK {
		t.Errorf("healthz: status %d, want 200", code)
	}
}

// wantStored expects the entry of the stop in the database, once.
func wantStored(t *testing.T, in *instance, admin *browser) {
	t.Helper()
	var stops []entry
	for _, e := range admin.entries() {
		if e.Action == "stop" {
			stops = append(stops, e)
		}
	}
	if len(stops) != 1 || stops[0].User != "admin" || stops[0].Target != "api:api" || stops[0].Result != "ok" {
		t.Errorf("the entries of one stop that went well: %+v", stops)
	}
	if _, doc := admin.get("/"); strings.Contains(doc.Text(), auditBanner) {
		t.Error("the banner is still there")
	}
	if strings.Contains(in.log.String(), "text file") {
		t.Errorf("the log complains about a text file that nobody asked for:\n%s", in.log)
	}
}
