package cesi_test

import (
	"strings"
	"testing"

	"cesi/internal/cesi"
)

func TestCheckClear(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ stdout, stderr, says string }{
		{"/var/log/out", "/var/log/err", ""},
		{"/var/log/out", "", ""},
		{"", "/var/log/err", ""},
		{"/var/log/out", "syslog", ""},
		{"/dev/shm/out", "", ""},
		{"", "", "no log in a file"},
		{"syslog", "", "no log in a file"},
		{"/dev/stdout", "", "its stdout goes to /dev/stdout"},
		{"/var/log/out", "/dev/../dev/fd/2", "its stderr goes to"},
		{"/var/log/out", "/dev/null", "its stderr goes to /dev/null"},
		{"/proc/1/fd/1", "/var/log/err", "its stdout goes to /proc/1/fd/1"},
	} {
		t.Run(test.stdout, func(t *testing.T) {
			err := cesi.Process{StdoutLogfile: test.stdout, StderrLogfile: test.stderr}.CheckClear()
			if (err == nil) != (test.says == "") || err != nil && (cesi.KindOf(err) != cesi.Conflict || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("%q and %q: %v", test.stdout, test.stderr, err)
			}
		})
	}
}
