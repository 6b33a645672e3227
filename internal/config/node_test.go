package config

import (
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
)

func TestNode_URLOfHostAndPort(t *testing.T) {
	for _, test := range []struct{ name, lines, want string }{
		{"name", "host = web1.example.com", "http://web1.example.com:9001"},
		{"name of other script", "host = 服务器.cn", "http://服务器.cn:9001"},
		{"name with underscore", "host = web_1", "http://web_1:9001"},
		{"port", "host = web1\nport = 9002", "http://web1:9002"},
		{"port first", "port = 9002\nhost = web1", "http://web1:9002"},
		{"empty port", "host = web1\nport =", "http://web1:9001"},
		{"IPv4", "host = 10.0.0.1", "http://10.0.0.1:9001"},
		{"IPv6", "host = 2001:db8::1", "http://[2001:db8::1]:9001"},
		{"IPv6 in brackets", "host = [2001:db8::1]\nport = 9002", "http://[2001:db8::1]:9002"},
		{"IPv6 with zone", "host = fe80::1%eth0", "http://[fe80::1%25eth0]:9001"},
		{"IPv6 with zone in brackets", "host = [fe80::1%eth0]", "http://[fe80::1%25eth0]:9001"},
		{"https", "host = https://gw.example.com/web1", "https://gw.example.com:443/web1"},
		{"http", "host = http://gw", "http://gw:80"},
		{"scheme in capitals", "host = HTTPS://gw", "https://gw:443"},
		{"URL with port", "host = https://gw:8443/web1/", "https://gw:8443/web1"},
		{"URL and port", "host = https://gw/web1\nport = 8443", "https://gw:8443/web1"},
		{"URL with the same port", "host = https://gw:8443\nport = 8443", "https://gw:8443"},
		{"URL with IPv6", "host = http://[::1]:9001", "http://[::1]:9001"},
		{"URL with zone", "host = http://[fe80::1%25eth0]", "http://[fe80::1%25eth0]:80"},
		{"URL with escapes", "host = http://gw/a%2Fb/c%20d", "http://gw:80/a%2Fb/c%20d"},
		{"URL with an at sign in its path", "host = http://gw/a@b", "http://gw:80/a@b"},
		{"URL of the RPC interface", "host = http://web1:9001/x/RPC2/", "http://web1:9001/x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := mustLoad(t, "[node:a]\n"+test.lines)
			same(t, c.Nodes, []cesi.Node{{Name: "a", URL: test.want, Timeout: 5 * time.Second, Follow: true}})
			same(t, texts(c.Warnings), []string{})
		})
	}
}

func TestNode_SocketIsRelativeToTheFile(t *testing.T) {
	for value, want := range map[string]string{
		"/run/supervisor.sock":        "/run/supervisor.sock",
		"unix:///run/supervisor.sock": "/run/supervisor.sock",
		"run/supervisor.sock":         "conf/run/supervisor.sock",
	} {
		t.Run(value, func(t *testing.T) {
			folder(t, map[string]string{"conf/cesi.conf": "[node:a]\nsocket = " + value})
			c, err := Load("conf/cesi.conf")
			if err != nil {
				t.Fatal(err)
			}
			same(t, c.Nodes, []cesi.Node{{Name: "a", Socket: want, Timeout: 5 * time.Second, Follow: true}})
		})
	}
}

func TestNode_InvalidValues(t *testing.T) {
	const user = `host holds a user: put user and password into username and password`
	for _, test := range []struct {
		name, lines string
		line        int
		want        string
	}{
		{"no host", "username = x", 1, "host is missing"},
		{"empty host", "host =", 1, "host is missing"},
		{"host and socket", "host = a\nsocket = /a", 1, "host and socket are both set"},
		{"empty socket URL", "socket = unix://", 2, `socket "unix://" is not a path`},
		{"port in letters", "host = a\nport = 90o1", 3, `port "90o1" is not a number`},
		{"port too large", "host = a\nport = 65536", 3, `port "65536" is not between 1 and 65535`},
		{"port in the host", "host = a:9001", 2, `host "a:9001" holds a port: put it into port`},
		{"port behind IPv6", "host = [::1]:9001", 2, `host "[::1]:9001" holds a port: put it into port`},
		{"two ports", "host = http://a:1\nport = 2", 1, `host "http://a:1" and port 2 name two ports`},
		{"broken IPv4", "host = 10.0.0.256", 2, `host "10.0.0.256" is not an IPv4 address`},
		{"broken IPv6", "host = 1::2::3", 2, `host "1::2::3" is not an IPv6 address`},
		{"name in brackets", "host = [web1]", 2, `host "[web1]" is not an IPv6 address`},
		{"strange zone", "host = fe80::1%a/b", 2, `host has a zone that is no interface's name: "a/b"`},
		{"path without scheme", "host = gw/web1", 2, `host "gw/web1" is not a host's name`},
		{"white space", "host = web 1", 2, `host "web 1" is not a host's name`},
		{"too long", "host = " + strings.Repeat("a", 254), 2, `host "` + strings.Repeat("a", 60) + `…" is not a host's name`},
		{"other scheme", "host = ftp://a", 2, `host "ftp://a" begins with neither http:// nor https://`},
		{"socket as host", "host = unix:///a", 2, `host "unix:///a" is a socket: put its path into socket`},
		{"query", "host = http://a/?b", 2, `host "http://a/?b" has more behind its path: there is no "?" or "#" in a node's URL`},
		{"fragment", "host = http://a/#b", 2, `host "http://a/#b" has more behind its path: there is no "?" or "#" in a node's URL`},
		{"port of URL in letters", "host = http://a:b", 2, `host "http://a:b" is not a URL`},
		{"port of URL too large", "host = http://a:70000", 2, `host "http://a:70000": port "70000" is not between 1 and 65535`},
		{"URL without host", "host = http:///a", 2, `host "" is not a host's name`},
		{"user in URL", "host = https://user:pw@a", 2, user},
		{"user without scheme", "host = user:pw@a", 2, user},
		{"user in broken URL", "host = https://user:p%zz@a", 2, user},
		{"timeout too short", "host = a\ntimeout = 0.09", 3, `timeout "0.09" is not between 0.1 and 120 seconds`},
		{"timeout too long", "host = a\ntimeout = 3m", 3, `timeout "3m" is not between 0.1 and 120 seconds`},
		{"no boolean", "host = https://a\ntls_skip_verify = maybe", 3, `tls_skip_verify "maybe" is neither true nor false`},
		{"no environment", "host = a\nenvironment = a/b", 3, `environment "a/b" is not a name`},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := Problem{File: "cesi.conf", Line: test.line, Text: `node "a": ` + test.want}
			same(t, problemsOf(t, "[node:a]\n"+test.lines), []string{want.String()})
		})
	}
}

func TestNode_Names(t *testing.T) {
	for _, name := range []string{"web1", "web-1.example_2", "节点", "é", "e\u0301", "कि", "٣", "..."} {
		t.Run(name, func(t *testing.T) {
			same(t, mustLoad(t, "[node:"+name+"]\nhost = a").Nodes[0].Name, name)
		})
	}
	const rule = `: a node's name has letters, digits, ".", "_" and "-" only, and is not "." or ".."`
	for name, want := range map[string]string{
		".":    `node "."` + rule,
		"..":   `node ".."` + rule,
		"a b":  `node "a b"` + rule + ": write [node:a-b], and a-b in members",
		"a/b":  `node "a/b"` + rule,
		"a:b":  `node "a:b"` + rule,
		"a\"b": `node "a\"b"` + rule,
		"":     `[node:] has no name`,
	} {
		t.Run(name, func(t *testing.T) {
			same(t, problemsOf(t, "[node:"+name+"]\nhost = a"), []string{"cesi.conf:1: " + want})
		})
	}
}

func TestNode_OverridesDefaults(t *testing.T) {
	c := mustLoad(t, `[cesi]
timeout = 1
[node:plain]
host = a
[node:own]
host = b
username =
password =
port = 9003
timeout = 4
environment =
[node:url]
host = https://gw/c
tls_skip_verify = no
[node:secure]
host = https://gw/d
[node]
username = joe
password = pw
port = 9002
timeout = 3
environment = prod, eu
tls_skip_verify = yes
`)
	prod := []string{"prod", "eu"}
	same(t, c.Nodes, []cesi.Node{
		{Name: "plain", URL: "http://a:9002", Username: "joe", Password: "pw", Environments: prod, Timeout: 3 * time.Second, Follow: true},
		{Name: "own", URL: "http://b:9003", Timeout: 4 * time.Second, Follow: true},
		{Name: "url", URL: "https://gw:443/c", Username: "joe", Password: "pw", Environments: prod, Timeout: 3 * time.Second, Follow: true},
		{Name: "secure", URL: "https://gw:443/d", Username: "joe", Password: "pw", Environments: prod, Timeout: 3 * time.Second, TLSSkipVerify: true, Follow: true},
	})
	same(t, texts(c.Warnings), []string{})
}

func TestNode_Follow(t *testing.T) {
	for text, want := range map[string][]bool{
		"[node:a]\nhost = a\n[node:b]\nhost = b\nfollow = no\n":                       {true, false},
		"[node]\nfollow = no\n[node:a]\nhost = a\n[node:b]\nhost = b\nfollow = yes\n": {false, true},
	} {
		c := mustLoad(t, text)
		same(t, []bool{c.Nodes[0].Follow, c.Nodes[1].Follow}, want)
	}
	same(t, len(problemsOf(t, "[node:a]\nhost = a\nfollow = maybe\n")), 1)
}

func TestNode_TimeoutOfCesiSection(t *testing.T) {
	c := mustLoad(t, "[node:a]\nhost = a\n[cesi]\ntimeout = 0.5\n")
	same(t, c.Nodes[0].Timeout, 500*time.Millisecond)
}

func TestNode_InvalidDefaultIsReportedOnce(t *testing.T) {
	same(t, problemsOf(t, "[node]\nport = x\nhost = a\nsocket =\n[node:a]\nhost = a\n[node:b]\nhost = b\n"), []string{
		`cesi.conf:2: [node]: port "x" is not a number`,
		`cesi.conf:3: [node]: host belongs into a [node:NAME] section: there is no default for it`,
		`cesi.conf:4: [node]: socket belongs into a [node:NAME] section: there is no default for it`,
	})
}

func TestNode_UnusedKeyIsAWarning(t *testing.T) {
	same(t, warningsOf(t, `[node:a]
host = a
password = p
tls_skip_verify = yes
[node:b]
socket = /b
port = 9001
`), []string{
		`cesi.conf:3: node "a": password has no effect without username`,
		`cesi.conf:4: node "a": tls_skip_verify has no effect without an https:// URL as host`,
		`cesi.conf:7: node "b": port has no effect beside socket`,
	})
}
