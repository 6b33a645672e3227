package supervisor

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeConfigs_EqualTextsShareMemory(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "<value><struct>")
		for member, text := range map[string]string{
			"name": fmt.Sprintf("worker_%02d", i), "group": "workers", "command": "python3 /srv/worker.py", "directory": "/srv", "uid": "www-data",
			"stdout_logfile": fmt.Sprintf("/var/log/%02d.log", i), "stderr_logfile": "none",
		} {
			fmt.Fprintf(&b, "<member><name>%s</name><value><string>%s</string></value></member>", member, text)
		}
		b.WriteString("<member><name>exitcodes</name><value><array><data><value><int>0</int></value><value><int>2</int></value></data></array></value></member></struct></value>")
	}
	reply := fmt.Appendf(nil, envelope, "<value><array><data>"+b.String()+"</data></array></value>")
	configs, err := (&Client{}).decodeConfigs(reply)
	if err != nil || len(configs) != 100 {
		t.Fatal(len(configs), err)
	}
	first := configs[0]
	for i, c := range configs {
		want := cesi.ProcessConfig{
			ProcessID: cesi.ProcessID{Group: "workers", Name: fmt.Sprintf("worker_%02d", i)}, Full: true, Command: "python3 /srv/worker.py",
			Placed: true, Directory: "/srv", UID: "www-data", ExitCodes: "0, 2", Stdout: cesi.LogConfig{File: fmt.Sprintf("/var/log/%02d.log", i)},
		}
		if diff := cmp.Diff(want, c); diff != "" {
			t.Fatal(diff)
		}
		for _, texts := range [][2]string{{first.Group, c.Group}, {first.Command, c.Command}, {first.Directory, c.Directory}, {first.UID, c.UID}, {first.ExitCodes, c.ExitCodes}} {
			if unsafe.StringData(texts[0]) != unsafe.StringData(texts[1]) {
				t.Errorf("%q of %s is copied", texts[1], c.Name)
			}
		}
	}
}

func TestTexts_AreBounded(t *testing.T) {
	known := make(texts)
	for i := range 3 * maxTexts {
		if text := fmt.Sprint(i); known.of([]byte(text)) != text || len(known) > maxTexts {
			t.Fatalf("%d of %d texts", len(known), i)
		}
	}
}
