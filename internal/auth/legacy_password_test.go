package auth

import (
	"strings"
	"testing"
)

func TestLegacyPassword_StaysValid(t *testing.T) {
	t.Parallel()
	const werkzeug = "pbkdf2:sha256:1000$salt$" // and the hash of nothing in particular
	long := strings.Repeat("long ", 20)
	for name, c := range map[string]struct {
		kept       string
		inClear    bool
		usable     bool
		mustChange bool
	}{
		"in clear":         {"the old password", true, true, false},
		"short, in clear":  {"admin", true, true, true},
		"long, in clear":   {long, true, true, false},
		"none":             {"", true, false, false},
		"a hash":           {werkzeug + "00", false, true, false},
		"no hash":          {"plain text", false, false, false},
		"an unknown hash":  {"md5$salt$00", false, false, false},
		"no hash in there": {"", false, false, false},
	} {
		stored, mustChange, err := LegacyPassword(t.Context(), c.kept, c.inClear)
		if err != nil || (stored != "") != c.usable || mustChange != c.mustChange {
			t.Errorf("%s: %q, %v, %v", name, stored, mustChange, err)
			continue
		}
		if !c.usable || !c.inClear {
			continue
		}
		if strings.Contains(stored, c.kept) {
			t.Errorf("%s: it is stored in clear", name)
		}
		p := newPasswords(0)
		if right, err := p.matches(t.Context(), stored, c.kept); err != nil || !right {
			t.Errorf("%s: it is not right: %v", name, err)
		}
	}
}
