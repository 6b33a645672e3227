package request

import (
	"testing"
)

func TestNext_LocalPathsOnly(t *testing.T) {
	tests := []struct{ prefix, path, want string }{
		{"", "/nodes/web-1?x=1", "/nodes/web-1?x=1"},
		{"", "", "/"},
		{"", "nodes", "/"},
		{"", "//evil.example/", "/"},
		{"", "/\\evil.example", "/"},
		{"", "/\t/evil.example", "/"},
		{"", "https://evil.example/", "/"},
		{"", "javascript:alert(1)", "/"},
		{"", "/nodes/a%2Fb", "/nodes/a%2Fb"},
		{"/cesi", "/cesi/nodes", "/nodes"},
		{"/cesi", "/nodes", "/nodes"},
		{"/cesi", "/cesi//evil.example", "/evil.example"},
	}
	for _, test := range tests {
		t.Run(test.prefix, func(t *testing.T) {
			requests := &Reader{Prefix: test.prefix}
			if got := requests.LocalPath(test.path); got != test.want {
				t.Errorf("prefix %q, %q: got %q, want %q", test.prefix, test.path, got, test.want)
			}
		})
	}
}
