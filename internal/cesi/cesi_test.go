package cesi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

func TestSecret_IsNeverPrinted(t *testing.T) {
	node := cesi.Node{Name: "n", Password: "hunter2"}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		fmt.Fprintf(&out, verb+"\n", node)
		fmt.Fprintf(&out, verb+"\n", &node.Password)
	}
	text, err := json.Marshal(node)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "node", node, "password", node.Password)
	if strings.Contains(out.String(), "hunter2") {
		t.Error(out.String())
	}
	if node.Password.Reveal() != "hunter2" {
		t.Error("and yet it is there")
	}
}

func TestParseProcessID_Forms(t *testing.T) {
	for text, want := range map[string]string{
		"g:n": "g:n", "x": "x:x", "工人": "工人:工人", "a:b:c": "a:b:c",
		"": "", ":": "", "g:": "", ":n": "", "g:*": "",
	} {
		t.Run(text, func(t *testing.T) {
			id, err := cesi.ParseProcessID(text)
			got := id.String()
			if err != nil {
				got = ""
				if cesi.KindOf(err) != cesi.Invalid {
					t.Errorf("%q: %v", text, err)
				}
			}
			if got != want {
				t.Errorf("%q: got %q, want %q", text, got, want)
			}
		})
	}
}

func TestRole_Permissions(t *testing.T) {
	want := map[string][]bool{ // view, logs, control, daemon, users
		"admin":     {true, true, true, true, true},
		"operator":  {true, true, true, false, false},
		"logreader": {true, true, false, false, false},
		"viewer":    {true, false, false, false, false},
	}
	got := make(map[string][]bool)
	for _, role := range cesi.Roles() {
		for p := cesi.ViewFleet; p <= cesi.ManageUsers; p++ {
			got[role.String()] = append(got[role.String()], role.Can(p))
		}
		if again, err := cesi.ParseRole(role.String()); err != nil || again != role {
			t.Errorf("%s: %v, %v", role, again, err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, nobody := range []cesi.Role{-1, 4} {
		if nobody.Can(cesi.ViewFleet) {
			t.Errorf("role %d may see the fleet", nobody)
		}
	}
	if _, err := cesi.ParseRole("root"); err == nil {
		t.Error("root is a role")
	}
}

func TestProcess_Severity(t *testing.T) {
	tests := []struct {
		process  cesi.Process
		severity int
	}{
		{cesi.Process{State: cesi.Running}, 0},
		{cesi.Process{State: cesi.Stopped}, 0},
		{cesi.Process{State: cesi.Fatal}, 4},
		{cesi.Process{State: cesi.Backoff}, 3},
		{cesi.Process{State: cesi.Exited, ExitStatus: 3, SpawnErr: "Bad exit code 3"}, 2},
		{cesi.Process{State: cesi.Exited}, 0},
		{cesi.Process{State: cesi.Unknown}, 1},
	}
	for _, test := range tests {
		if got := test.process.Severity(); got != test.severity {
			t.Errorf("%v: severity %d; want %d", test.process.State, got, test.severity)
		}
	}
}

func TestProcess_TimesByNodeClock(t *testing.T) {
	running := cesi.Process{State: cesi.Running, PID: 7, Start: 100, Stop: 50, Now: 160}
	if running.Uptime() != time.Minute || running.Since() != time.Minute {
		t.Errorf("running: %v, %v", running.Uptime(), running.Since())
	}
	stopped := cesi.Process{State: cesi.Stopped, Start: 100, Stop: 150, Now: 160}
	if stopped.Uptime() != 0 || stopped.Since() != 10*time.Second {
		t.Errorf("stopped: %v, %v", stopped.Uptime(), stopped.Since())
	}
	back := cesi.Process{State: cesi.Running, PID: 7, Start: 100, Now: 90}
	if back.Uptime() != 0 || back.Since() != 0 {
		t.Errorf("a clock that went back: %v, %v", back.Uptime(), back.Since())
	}
}

func TestDurationText_Forms(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 0: "0 s", 59 * time.Second: "59 s", 61 * time.Second: "1 min", time.Hour: "1 h",
		90 * time.Minute: "1 h 30 min", 24 * time.Hour: "1 d", 146 * time.Hour: "6 d 2 h",
	} {
		if got := cesi.DurationText(d).String(); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

func TestError_SentencesAndKinds(t *testing.T) {
	cause := errors.New("dial tcp 10.0.0.1: secret detail")
	tests := []struct {
		err  error
		want string
		kind cesi.Kind
	}{
		{cesi.Errorf(cesi.NotFound, "there is no node %q", "x"), `there is no node "x"`, cesi.NotFound},
		{fmt.Errorf("page: %w", cesi.Wrap(cesi.Unreachable, cause, "It can't be reached.")), "It can't be reached.", cesi.Unreachable},
		{cause, "Internal error; see CeSI's log.", cesi.Internal},
		{cesi.Wrap(cesi.Internal, cause, "detail"), "Internal error; see CeSI's log.", cesi.Internal},
	}
	for _, test := range tests {
		if got := cesi.TextOf(test.err).String(); got != test.want || cesi.KindOf(test.err) != test.kind {
			t.Errorf("%v: %q, %v; want %q, %v", test.err, got, cesi.KindOf(test.err), test.want, test.kind)
		}
	}
	if err := cesi.Wrap(cesi.Unreachable, cause, "It can't be reached."); !strings.Contains(err.Error(), "secret detail") || !errors.Is(err, cause) {
		t.Error("the log does not get the cause")
	}
}

func TestValidateUserName_Names(t *testing.T) {
	for name, ok := range map[string]bool{
		"maria": true, "李雷": true, "o'brien": false, "a b": false, "": false, "x\n": false, "a.b-c_d@e+f": true,
		strings.Repeat("x", 64): true, strings.Repeat("x", 65): false, "\xff": false, "नमस्ते": true,
		".": false, "..": false, "...": true,
	} {
		if err := cesi.ValidateUserName(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestActivity_OnMany(t *testing.T) {
	for _, test := range []struct {
		entry cesi.Activity
		want  bool
	}{
		{cesi.Activity{Action: cesi.ActionStop, Target: "*"}, true},
		{cesi.Activity{Action: cesi.ActionStop, Target: "g:*"}, true},
		{cesi.Activity{Action: cesi.ActionStop, Target: "3 targets"}, true},
		{cesi.Activity{Action: cesi.ActionStop, Target: "g:n"}, false},
		{cesi.Activity{Action: cesi.ActionStop, Target: "*", Parent: 7}, false},
		{cesi.Activity{Action: cesi.ActionLogin, Target: "maria"}, false},
	} {
		if got := test.entry.Many(); got != test.want {
			t.Errorf("%+v: %v", test.entry, got)
		}
	}
}

func TestErrorf_MessageIsBounded(t *testing.T) {
	long := strings.Repeat("工", 1<<20)
	for _, err := range []error{cesi.Errorf(cesi.Invalid, "%q is not a role", long), cesi.Wrap(cesi.Invalid, errors.New("x"), "%s", long)} {
		if got := cesi.TextOf(err).String(); len(got) > 10_000 || !utf8.ValidString(got) || !strings.HasSuffix(got, "…") {
			t.Errorf("%d bytes", len(got))
		}
	}
}
