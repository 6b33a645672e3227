package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestStarted_TimeOfKernel(t *testing.T) {
	cmd := exec.Command("sh", "-c", "cat /proc/self/stat /proc/stat")
	before := time.Now()
	out, err := cmd.Output()
	if err != nil {
		t.Skip("SKIPPED, NOT TESTED: there is no /proc")
	}
	stat, system, _ := strings.Cut(string(out), "\n")
	if at := startFrom([]byte(stat), []byte(system)); at.Sub(before).Abs() > 2*time.Second {
		t.Errorf("started %s, want %s", at, before)
	}
	odd := "7 (a) b (c) S" + strings.Repeat(" 1", 18) + " 250 1"
	if at := startFrom([]byte(odd), []byte("cpu 1\nbtime 1000\nprocesses 1\n")); !at.Equal(time.Unix(1002, 500_000_000)) {
		t.Errorf("a name with brackets: %s", at)
	}
	for _, bad := range [][2]string{{"", ""}, {"7 (a) S 1", "x\nbtime 1\n"}, {odd, "cpu"}, {odd, "\nbtime x\n"}} {
		if at := startFrom([]byte(bad[0]), []byte(bad[1])); !at.IsZero() {
			t.Errorf("%q: %s", bad, at)
		}
	}
	if os.Getenv("SUPERVISOR_PROCESS_NAME") == "" && self(nil).Proof != nil {
		t.Error("the standard input is read, although no supervisord started this")
	}
}
