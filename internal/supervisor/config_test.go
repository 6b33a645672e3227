package supervisor_test

import (
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

func TestConfigs_OfAProcess(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: `
[program:full]
command = tail -f "/dev/null" ; 你好
directory = /tmp
priority = 5
autostart = false
exitcodes = 0,2
startsecs = 3
startretries = 4
stopsignal = USR1
stopwaitsecs = 6
killasgroup = true
redirect_stderr = true
environment = SECRET="hunter2"
stdout_logfile = %(here)s/out
stdout_logfile_maxbytes = 1MB
stdout_logfile_backups = 2
stderr_logfile = NONE
[program:plain]
command = tail -f /dev/null
user = root
autostart = false
`})
	configs, err := dial(t, s.Node("n")).Configs(within(t, 10*time.Second))
	if err != nil || len(configs) != 2 {
		t.Fatal(configs, err)
	}
	want := cesi.ProcessConfig{
		ProcessID: id(t, "full"), GroupPriority: 5, Priority: 5, Full: true, Placed: true,
		Command: `tail -f "/dev/null"`, Directory: "/tmp", ExitCodes: "0, 2",
		StartSecs: 3, StartRetries: 4, StopSignal: 10, StopWaitSecs: 6, KillAsGroup: true, RedirectStderr: true,
		Stdout: cesi.LogConfig{File: s.Path("out"), MaxBytes: 1 << 20, Backups: 2},
		Stderr: cesi.LogConfig{MaxBytes: 50 << 20, Backups: 10},
	}
	uid := "0"
	if !configs[0].Placed { // supervisord before 4.2.5
		want.Placed, want.Directory, uid = false, "", ""
	}
	if diff := cmp.Diff(want, configs[0]); diff != "" {
		t.Error(diff)
	}
	if plain := configs[1]; plain.UID != uid || plain.Directory != "" || plain.Autostart {
		t.Errorf("%+v", plain)
	}
}
