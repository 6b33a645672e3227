package config

import (
	"strings"
	"testing"
)

func TestDuplicates_SameSupervisordIsAWarning(t *testing.T) {
	for _, test := range []struct {
		name, first, second string
		twins               bool
	}{
		{"host and URL", "host = 127.0.0.1\nport = 19101", "host = http://127.0.0.1:19101", true},
		{"case", "host = Web1", "host = web1\nport = 9001", true},
		{"IPv6", "host = [2001:db8:0::1]", "host = 2001:DB8::1", true},
		{"IPv4 as IPv6", "host = ::ffff:10.0.0.1", "host = 10.0.0.1", true},
		{"the RPC interface's path", "host = https://gw/web1/RPC2", "host = https://GW:443/web1/", true},
		{"sockets", "socket = /run/x/../supervisor.sock", "socket = unix:///run/supervisor.sock", true},
		{"other user", "host = a\nusername = u", "host = a", true},
		{"other port", "host = a", "host = a\nport = 9002", false},
		{"other host", "host = a", "host = b", false},
		{"other path", "host = https://gw/web1", "host = https://gw/web2", false},
		{"path in other case", "host = https://gw/web1", "host = https://gw/Web1", false},
		{"other socket", "socket = /run/a", "socket = /run/b", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var want []string
			if test.twins {
				want = []string{`cesi.conf:10: node "b" is the same supervisord as node "a", in cesi.conf line 1`}
			}
			text := "[node:a]\n" + test.first + "\n"
			text += strings.Repeat("\n", 9-strings.Count(text, "\n")) + "[node:b]\n" + test.second + "\n"
			same(t, warningsOf(t, text), want)
		})
	}
}

func TestDuplicates_NodesWithoutHostAreNone(t *testing.T) {
	same(t, findingsOf(t, "[node:a]\n[node:b]\n"), []string{
		`cesi.conf:1: node "a": host is missing`,
		`cesi.conf:2: node "b": host is missing`,
	})
}
