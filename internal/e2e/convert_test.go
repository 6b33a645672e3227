package e2e

import (
	"strings"
	"testing"
)

func TestConvert_FileOfCeSi2PassesCheck(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	in.write(t, "cesi.conf.toml", `[cesi]
database = "sqlite:////opt/cesi/users.db"
activity_log = "activity.log"
admin_username = "admin"
admin_password = "a # good ; one"

[[nodes]]
name = "web"
environment = "production"
username = "cesi"
password = ";p#a%s's"
host = "10.0.0.1"
port = "9001"
`)
	both, code := runCesi(t, "", "convert", in.path("cesi.conf.toml"))
	if code != 0 {
		t.Fatalf("exit %d:\n%s", code, both)
	}
	var ini []string
	for line := range strings.Lines(both) {
		if !strings.HasPrefix(line, "note: ") {
			ini = append(ini, line)
		}
	}
	in.write(t, "new.conf", strings.Join(ini, ""))
	if out, code := runCesi(t, "", "check", "-c", in.path("new.conf")); code != 0 || strings.Contains(out, "warning") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if !strings.Contains(both, "note: [cesi]: its admin_password is left out") {
		t.Errorf("it does not say what is left out:\n%s", both)
	}
}

func TestConvert_WrongInputFails(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	for want, args := range map[int][]string{1: {"convert", in.conf}, 2: {"convert"}} {
		if out, code := runCesi(t, "", args...); code != want {
			t.Errorf("%v: exit %d, want %d:\n%s", args, code, want, out)
		}
	}
}
