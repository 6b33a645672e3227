package store

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"cesi/internal/cesi"
)

func TestLine_SameFormAsPythonCeSI(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 15, 2, 123456789, time.Local)
	tests := []struct {
		entry cesi.Activity
		want  string
	}{
		{cesi.Activity{User: "admin", Action: cesi.ActionStart, Node: "web-01", Target: "api:api", Result: cesi.OK, Address: "10.1.2.3", Duration: 1234 * time.Millisecond},
			`[INFO]: admin started web-01 node's api:api process. (ok, 1.234s, from 10.1.2.3)`},
		{cesi.Activity{User: "admin", Action: cesi.ActionStart, Node: "web-01", Target: "api:api", Result: cesi.Failed, Message: cesi.Raw("SPAWN_ERROR: api"), Address: "::1"},
			`[WARNING]: admin unsuccessful start event web-01 node's api:api process: SPAWN_ERROR: api (failed, from ::1)`},
		{cesi.Activity{User: "cli:root", Action: cesi.ActionStop, Node: "web-01", Target: "*", Result: cesi.Partial},
			`[WARNING]: cli:root partly successful stop event web-01 node's all processes. (partial)`},
		{cesi.Activity{User: "bob", Action: cesi.ActionRestart, Target: "api:*", Result: cesi.Interrupted},
			`[WARNING]: bob interrupted restart event api:* processes. (interrupted)`},
		{cesi.Activity{User: "bob", Action: cesi.ActionRestart, Node: "n", Target: "a:a", Result: cesi.Skipped, Message: cesi.Raw("stopped by somebody")},
			`[INFO]: bob skipped n node's a:a process: stopped by somebody (skipped)`},
		{cesi.Activity{User: "bob", Action: cesi.ActionStop, Node: "n", Target: "a:a", Result: cesi.UnknownEnd},
			`[WARNING]: bob unfinished stop event n node's a:a process. (unknown)`},
		{cesi.Activity{User: "bob", Action: cesi.ActionStop, Node: "n", Result: cesi.Pending},
			`[INFO]: bob pending stop event n node's processes. (pending)`},
		{cesi.Activity{User: "bob", Action: cesi.ActionSignal, Node: "n", Target: "a:a", Detail: "HUP", Result: cesi.OK},
			`[INFO]: bob sent HUP to n node's a:a process. (ok)`},
		{cesi.Activity{User: "bob", Action: cesi.ActionStdin, Node: "n", Target: "a:a", Detail: "secret", Result: cesi.OK},
			`[INFO]: bob sent a text to n node's a:a process. (ok)`},
		{cesi.Activity{User: "ann", Action: cesi.ActionClearLogs, Node: "n", Target: "*", Result: cesi.OK},
			`[INFO]: ann cleared the logs of n node's all processes. (ok)`},
		{cesi.Activity{User: "ann", Action: cesi.ActionReload, Node: "n", Target: "supervisord", Result: cesi.OK},
			`[INFO]: ann reloaded n node's supervisord. (ok)`},
		{cesi.Activity{User: "ann", Action: cesi.ActionUpdate, Node: "n", Target: "a:*", Result: cesi.Failed, Message: cesi.Raw("CANT_REREAD")},
			`[WARNING]: ann unsuccessful update event n node's a:*: CANT_REREAD (failed)`},
		{cesi.Activity{User: "bob", Action: cesi.ActionLogin, Result: cesi.OK, Address: "10.1.2.3"},
			`[INFO]: bob logged in. (ok, from 10.1.2.3)`},
		{cesi.Activity{User: "bob logged in", Action: cesi.ActionLoginFailed, Result: cesi.Failed, Address: "10.1.2.3", Count: 40},
			`[WARNING]: "bob logged in" unsuccessful login event. (failed, 40 times, from 10.1.2.3)`},
		{cesi.Activity{Action: cesi.ActionLoginFailed, Result: cesi.Failed, Message: cesi.Raw("wrong name or password")},
			`[WARNING]: somebody unsuccessful login event: wrong name or password (failed)`},
		{cesi.Activity{User: "bob", Action: cesi.ActionLogout, Result: cesi.OK}, `[INFO]: bob logged out. (ok)`},
		{cesi.Activity{User: "bob", Action: cesi.ActionActivityPurged, Result: cesi.OK}, `[INFO]: bob purged the activity log. (ok)`},
		{cesi.Activity{User: "ann", Action: cesi.ActionUserAdd, Target: "bob", Result: cesi.OK, Message: cesi.Raw("operator")},
			`[INFO]: ann added 'bob' user: operator (ok)`},
		{cesi.Activity{User: "ann", Action: cesi.ActionUserPassword, Target: "bob", Result: cesi.OK},
			`[INFO]: ann changed the password of 'bob' user. (ok)`},
		{cesi.Activity{User: "ann", Action: cesi.ActionUserRole, Target: "bob", Result: cesi.OK, Message: cesi.Raw("viewer")},
			`[INFO]: ann changed the role of 'bob' user: viewer (ok)`},
		{cesi.Activity{User: "ann", Action: cesi.ActionUserDelete, Target: "ann", Result: cesi.Failed, Message: cesi.Raw("last administrator")},
			`[WARNING]: ann unsuccessful user delete event 'ann' user: last administrator (failed)`},
		{cesi.Activity{User: "ann", Action: cesi.ActionSessionEnd, Target: "bob", Result: cesi.OK, Message: cesi.Raw("2 sessions")},
			`[INFO]: ann ended sessions of 'bob' user: 2 sessions (ok)`},
		{cesi.Activity{User: "ann", Action: cesi.ActionTokenAdd, Target: "ann", Result: cesi.OK, Message: cesi.Raw("deploy, without end")},
			`[INFO]: ann made an API token of 'ann' user: deploy, without end (ok)`},
		{cesi.Activity{User: "ann", Action: cesi.ActionTokenRevoke, Target: "bob", Result: cesi.OK, Message: cesi.Raw("all 3")},
			`[INFO]: ann revoked API tokens of 'bob' user: all 3 (ok)`},
		{cesi.Activity{User: "李雷", Action: cesi.ActionStop, Node: "网-01", Target: "a b:é", Result: cesi.OK},
			`[INFO]: 李雷 stopped 网-01 node's a b:é process. (ok)`},
	}
	for _, test := range tests {
		test.entry.Time = at.UTC()
		if got, want := Line(test.entry), "2026-11-23 08:15:02,123 "+test.want; got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

func TestLine_TextsCannotForgeLines(t *testing.T) {
	for _, hostile := range []string{"\n", "\r", "\x1b[2J", "\u2028", "\u2029", "\u0085", "\x00", "\u202e", "\x7f", "\xff", "\v", "\ufeff"} {
		text := "a" + hostile + "2026-11-23 08:15:02,123 [INFO]: admin stopped all."
		line := Line(cesi.Activity{User: text, Node: text, Target: text, Message: cesi.Raw(text), Address: text,
			Action: cesi.ActionStart, Result: cesi.Failed})
		if i := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("%q stays in %q", hostile, line)
		}
		if !strings.Contains(line, `a\`) && hostile != "\xff" {
			t.Errorf("%q leaves no trace in %q", hostile, line)
		}
	}
}
