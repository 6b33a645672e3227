package pages

import (
	"testing"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

func TestProcessSettings_UnknownIsNotShown(t *testing.T) {
	for name, test := range map[string]struct {
		config *cesi.ProcessConfig
		want   map[string]string // a setting, and its value or remark
	}{
		"3.x":        {&cesi.ProcessConfig{Autostart: true}, map[string]string{"autostart": "true"}},
		"4.0":        {&cesi.ProcessConfig{Full: true, Command: "cat"}, map[string]string{"autostart": "false", "command": "cat"}},
		"4.2.5":      {&cesi.ProcessConfig{Full: true, Placed: true, Command: "cat", Directory: "/srv", UID: "33"}, map[string]string{"autostart": "false", "command": "cat", "directory": "/srv", "user": "33"}},
		"4.2.5, own": {&cesi.ProcessConfig{Full: true, Placed: true, Command: "cat"}, map[string]string{"autostart": "false", "command": "cat", "directory": "supervisord's own", "user": "supervisord's own"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]string{}
			for _, s := range newSettings(test.config) {
				switch s.Name {
				case "autostart", "command", "directory", "user":
					got[s.Name] = s.Value.String() + s.Note.String()
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
