package view

import (
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/request"
)

func TestURL_EscapesAnyName(t *testing.T) {
	for want, segments := range map[string][]any{
		"/":                       nil,
		"/nodes/web-1":            {"nodes", "web-1"},
		"/nodes/a%2Fb%3Fc%23d%25": {"nodes", "a/b?c#d%"},
		"/nodes/n/processes/g:%E5%B7%A5%20%E4%BA%BA/stop": {"nodes", "n", "processes", cesi.ProcessID{Group: "g", Name: "工 人"}, cesi.ActionStop},
		"/activity/1763864251000000":                      {"activity", cesi.ActivityID(1763864251000000)},
	} {
		t.Run(want, func(t *testing.T) {
			if got := request.LocalURL(segments...); got != want {
				t.Errorf("localURL(%v) = %q, want %q", segments, got, want)
			}
		})
	}
}

func TestFuncs_NumbersAndTimes(t *testing.T) {
	now := fleettest.Now
	for _, c := range []struct{ got, want string }{
		{request.Number(0), "0"}, {request.Number(999), "999"}, {request.Number(1000), "1,000"}, {request.Number(2941), "2,941"}, {request.Number(1234567), "1,234,567"}, {request.Number(-1000), "-1,000"},
		{Duration(0).String(), "under 1 ms"}, {Duration(3 * time.Millisecond).String(), "3 ms"}, {Duration(4100 * time.Millisecond).String(), "4.1 s"}, {Duration(90 * time.Second).String(), "1 min"},
		{age(now, now.Add(-800*time.Millisecond)).String(), "0.8 s"}, {age(now, now.Add(-6*time.Minute)).String(), "6 min"}, {age(now, now.Add(time.Hour)).String(), "0.0 s"},
		{When(now, now.Add(-time.Minute)).String(), "02:16:31"}, {When(now, now.Add(-24*time.Hour)).String(), "22 Nov 02:17:31"}, {When(now, now.AddDate(-1, 0, 0)).String(), "23 Nov 2025 02:17"},
		{request.Sanitize("a\u202eb\x1b[31m\u200bc\r\nd"), "a\ufffdb\ufffd[31m\ufffdc  d"}, {request.Sanitize("工人"), "工人"},
		{capitalized("stop"), "Stop"}, {capitalized(""), ""}, {capitalized("工人"), "工人"},
	} {
		t.Run(c.got, func(t *testing.T) {
			if c.got != c.want {
				t.Errorf("got %q, want %q", c.got, c.want)
			}
		})
	}
}

func TestWhen_ZoneOfNow(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*3600)
	if got := When(fleettest.Now.In(shanghai), fleettest.Now).String(); got != "10:17:31" {
		t.Errorf("got %q", got)
	}
}

func TestRowID_IsUnique(t *testing.T) {
	names := append([]string{"", "a", "a b", "a-b", "a/b", "=", "=2F;", "/", "a=20;b", "a:b"}, fleettest.HostileNames...)
	seen := make(map[string][2]string)
	for _, a := range names {
		for _, b := range names {
			id := RowID("process", a, b)
			if was, taken := seen[id]; taken {
				t.Errorf("%q and %q share the id %q", was, [2]string{a, b}, id)
			}
			seen[id] = [2]string{a, b}
			if request.Sanitize(id) != id || strings.ContainsAny(id, " \t\n\"'<>") {
				t.Errorf("%q is no id", id)
			}
		}
	}
	if got := RowID("process", "payments:worker_03"); got != "process-payments:worker_03" {
		t.Errorf("got %q", got)
	}
}
