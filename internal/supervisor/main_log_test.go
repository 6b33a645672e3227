package supervisor

import (
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

func TestParseMainLogLine_Events(t *testing.T) {
	for text, want := range map[string]cesi.MainLogLine{
		"INFO spawned: 'web' with pid 4711":                                                               {Event: cesi.LogSpawned, Name: "web", PID: 4711},
		"INFO spawned: 'it's' with pid 3' with pid 4":                                                     {Event: cesi.LogSpawned, Name: "it's' with pid 3", PID: 4},
		"INFO success: web entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)": {Event: cesi.LogRunning, Name: "web"},
		"INFO exited: web (exit status 0; expected)":                                                      {Event: cesi.LogExited, Name: "web", Expected: true},
		"WARN exited: web (exit status 3; not expected)":                                                  {Event: cesi.LogExited, Name: "web", Exit: 3},
		"INFO exited: a (b) c (exit status 3; not expected)":                                              {Event: cesi.LogExited, Name: "a (b) c", Exit: 3},
		"WARN exited: web (terminated by SIGKILL; not expected)":                                          {Event: cesi.LogExited, Name: "web", Signal: "SIGKILL"},
		"WARN exited: web (terminated by SIGSEGV (core dumped); not expected)":                            {Event: cesi.LogExited, Name: "web", Signal: "SIGSEGV"},
		"INFO stopped: web (terminated by SIGTERM)":                                                       {Event: cesi.LogStopped, Name: "web", Signal: "SIGTERM"},
		"INFO stopped: web (exit status 0)":                                                               {Event: cesi.LogStopped, Name: "web"},
		"INFO gave up: web entered FATAL state, too many start retries too quickly":                       {Event: cesi.LogFatal, Name: "web"},
		"INFO spawnerr: can't find command '/x'":                                                          {Event: cesi.LogSpawnError, Reason: "can't find command '/x'"},
		"INFO waiting for web to stop":                                                                    {Event: cesi.LogStopping, Name: "web"},
		"INFO waiting for web to die":                                                                     {Event: cesi.LogStopping, Name: "web"},
		"WARN killing 'web' (4711) with SIGKILL":                                                          {Event: cesi.LogKilling, Name: "web", PID: 4711},
	} {
		want.Time, want.Level = time.Date(2026, 11, 26, 21, 22, 54, 123e6, time.UTC), text[:4]
		if diff := cmp.Diff(want, ParseMainLogLine([]byte("2026-11-26 21:22:54,123 "+text+"\n"))); diff != "" {
			t.Errorf("%s: - want, + got:\n%s", text, diff)
		}
	}
}

func TestParseMainLogLine_OtherLinesTellNothing(t *testing.T) {
	for _, text := range []string{
		"", "\n", "a child's line", "2026-11-26 21:22:54,123", "2026-11-26 21:22:54,123 INFO", "9999-99-99 21:22:54,123 INFO spawned: 'x' with pid 1",
		"2026-11-26 21:22:54,123 info spawned: 'x' with pid 1", strings.Repeat("x", 1<<20),
	} {
		if got := ParseMainLogLine([]byte(text)); got != (cesi.MainLogLine{}) {
			t.Errorf("%.60q: %+v", text, got)
		}
	}
	for _, text := range []string{
		"INFO supervisord started with pid 7", "INFO RPC interface 'supervisor' initialized", "INFO spawned: web with pid 1", "INFO spawned: 'web' with pid x",
		"INFO spawned: '' with pid 1", "INFO exited: (exit status 0; expected)", "INFO exited: web (exit status x; expected)", "INFO exited: web",
		"INFO waiting for  to stop", "INFO waiting for web, db to stop now", "DEBG 'web' stdout output:", "BLAT read event caused by <x>", "INFO success:", "INFO gave up",
	} {
		got := ParseMainLogLine([]byte("2026-11-26 21:22:54,123 " + text))
		if got.Event != cesi.LogNothing || got.Name != "" || got.Level != text[:4] {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

func FuzzParseMainLogLine(f *testing.F) {
	f.Add("2026-11-26 21:22:54,123 INFO spawned: 'web' with pid 4711")
	f.Fuzz(func(t *testing.T, text string) {
		if line := ParseMainLogLine([]byte(text)); line.Event != cesi.LogNothing && line.Event != cesi.LogSpawnError && line.Name == "" {
			t.Errorf("%q tells of a process without a name: %+v", text, line)
		}
	})
}
