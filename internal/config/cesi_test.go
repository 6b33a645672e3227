package config

import (
	"log/slog"
	"net/netip"
	"testing"
	"time"
)

func TestLoad_CesiSection(t *testing.T) {
	want := defaults("cesi.conf")
	want.Host = "::1"
	want.Port = 8080
	want.Name = "Fleet"
	want.Theme = "darkly"
	want.Database = "/var/lib/cesi.db"
	want.ActivityLog = "activity.log"
	want.AdminUsername = "root"
	want.AdminPassword = `p;"#%`
	want.URL = "https://cesi.example.com/a/b"
	want.URLPrefix = "/a/b"
	want.TrustedProxies = []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8::/32"),
		netip.MustParsePrefix("192.0.2.2/32"),
	}
	want.PollInterval = 500 * time.Millisecond
	want.ActionTimeout = 2 * time.Minute
	want.SessionLifetime = 12 * time.Hour
	want.SessionIdle = 90 * time.Minute
	want.ActivityRetention = 90 * 24 * time.Hour
	want.HistoryRetention = 36 * time.Hour
	want.LogLevel = slog.LevelDebug
	want.LogFormat = "json"
	want.Language = "zh-CN"

	same(t, mustLoad(t, `[cesi]
host = [::1]
port = 8080
name = Fleet
theme = Darkly
database = sqlite:////var/lib/cesi.db
activity_log = activity.log
admin_username = root
admin_password = p;"#%
url = https://cesi.example.com
url_prefix = a/b/
trusted_proxies = 10.1.2.3/8, 192.0.2.1 2001:db8::/32 ::ffff:192.0.2.2
poll_interval = 0.5
timeout = 3
action_timeout = 2m
session_lifetime = 12h
session_idle = 1h30m
activity_retention = 90d
history_retention = 1.5d
log_level = DEBUG
log_format = JSON
language = zh_CN
`), want)
}

func TestCesi_EmptyValueIsDefault(t *testing.T) {
	want := defaults("cesi.conf")
	want.TrustedProxies = nil // the only one whose empty value has a meaning: trust no proxy

	text := "[cesi]\n"
	for _, key := range keys((&loader{}).cesiSettings()) {
		text += key + " =\n"
	}
	same(t, mustLoad(t, text), want)
}

func TestURLPrefix_IsNormalised(t *testing.T) {
	for value, want := range map[string]string{
		"/cesi": "/cesi", "cesi": "/cesi", "/cesi/": "/cesi", "/": "", "/a/b_c~d.e-f": "/a/b_c~d.e-f",
	} {
		t.Run(value, func(t *testing.T) {
			same(t, mustLoad(t, "[cesi]\nurl_prefix = "+value).URLPrefix, want)
		})
	}
}

func TestURL_IsAddressOfFirstPage(t *testing.T) {
	for _, test := range []struct{ url, prefix, want string }{
		{"https://cesi.example.com", "", "https://cesi.example.com"},
		{"HTTPS://cesi.example.com:8443/", "", "https://cesi.example.com:8443"},
		{"http://[::1]:5000", "", "http://[::1]:5000"},
		{"http://10.0.0.1", "/cesi", "http://10.0.0.1/cesi"},
		{"https://example.com/cesi/", "cesi/", "https://example.com/cesi"},
		{"https://example.com/tools/cesi", "/cesi", "https://example.com/tools/cesi"},
		{"", "/cesi", ""},
	} {
		t.Run(test.url+" "+test.prefix, func(t *testing.T) {
			for _, text := range []string{
				"[cesi]\nurl = " + test.url + "\nurl_prefix = " + test.prefix,
				"[cesi]\nurl_prefix = " + test.prefix + "\nurl = " + test.url,
			} {
				same(t, mustLoad(t, text).URL, test.want)
			}
		})
	}
}

func TestURL_PathEndsInURLPrefix(t *testing.T) {
	for _, test := range []struct{ url, prefix, want string }{
		{"https://x/cesi", "", `cesi.conf:2: [cesi]: url "https://x/cesi" has a path, but url_prefix is empty: set url_prefix to the path`},
		{"https://x/cesi", "/ui", `cesi.conf:2: [cesi]: the path of url "https://x/cesi" does not end in url_prefix "/ui"`},
		{"https://x/mycesi", "/cesi", `cesi.conf:2: [cesi]: the path of url "https://x/mycesi" does not end in url_prefix "/cesi"`},
		{"https://x/a/../b", "/a/../b", `cesi.conf:3: [cesi]: url_prefix "/a/../b" is not a path such as /cesi`},
	} {
		t.Run(test.url+" "+test.prefix, func(t *testing.T) {
			same(t, problemsOf(t, "[cesi]\nurl = "+test.url+"\nurl_prefix = "+test.prefix), []string{test.want})
		})
	}
}

func TestLogLevel_Values(t *testing.T) {
	for value, want := range map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "": slog.LevelInfo,
		"warn": slog.LevelWarn, "Warning": slog.LevelWarn, "error": slog.LevelError,
	} {
		t.Run(value, func(t *testing.T) {
			same(t, mustLoad(t, "[cesi]\nlog_level = "+value).LogLevel, want)
		})
	}
}

func TestDatabase_PathOrSQLiteURL(t *testing.T) {
	for value, want := range map[string]string{
		"users.db": "users.db", "sqlite:///users.db": "users.db", "sqlite:////var/users.db": "/var/users.db",
	} {
		t.Run(value, func(t *testing.T) {
			same(t, mustLoad(t, "[cesi]\ndatabase = "+value).Database, want)
		})
	}
}

func TestTheme_EveryBootswatchTheme(t *testing.T) {
	same(t, len(Themes()), 26)
	for _, theme := range append(Themes(), "default", "cesi", "Superhero") {
		same(t, warningsOf(t, "[cesi]\ntheme = "+theme), []string{})
	}
	same(t, mustLoad(t, "[cesi]\ntheme = default").Theme, "")
	same(t, mustLoad(t, "[cesi]\ntheme = flaty").Theme, "")
	same(t, warningsOf(t, "[cesi]\ntheme = flaty"), []string{
		`cesi.conf:2: [cesi]: unknown theme "flaty", so the default is used; did you mean "flatly"?`})
}

func TestCesi_InvalidValues(t *testing.T) {
	for _, test := range []struct{ line, want string }{
		{"port = 0", `port "0" is not between 1 and 65535`},
		{"port = -1", `port "-1" is not between 1 and 65535`},
		{"port = 99999999999999999999", `port "99999999999999999999" is not between 1 and 65535`},
		{"port = 5000.0", `port "5000.0" is not a number`},
		{"host = 0.0.0.0:5000", `host "0.0.0.0:5000" holds a port: put it into port`},
		{"host = http://x", `host "http://x" holds a port: put it into port`},
		{"host = a b", `host "a b" is not a host's name`},
		{"database = mysql://u:p@h/d", `database is a URL; only SQLite is supported: a path, or sqlite:///PATH`},
		{"database = sqlite://", `database has to be a file: a path, or sqlite:///PATH`},
		{"database = sqlite:///:memory:", `database has to be a file: a path, or sqlite:///PATH`},
		{"admin_username = a b", `admin_username "a b": a user's name has letters, digits and . _ - @ + only, not ' '`},
		{"url_prefix = https://x/cesi", `url_prefix "https://x/cesi" is not a path such as /cesi`},
		{"url_prefix = /a/../b", `url_prefix "/a/../b" is not a path such as /cesi`},
		{"url_prefix = /a//b", `url_prefix "/a//b" is not a path such as /cesi`},
		{"url_prefix = /a?b", `url_prefix "/a?b" is not a path such as /cesi`},
		{"url = cesi.example.com", `url "cesi.example.com" begins with neither http:// nor https://`},
		{"url = ftp://cesi.example.com", `url "ftp://cesi.example.com" begins with neither http:// nor https://`},
		{"url = 10.0.0.1:5000", `url "10.0.0.1:5000" is not a URL such as https://cesi.example.com`},
		{"url = https://", `url "https://" has no host`},
		{"url = https://:443", `url "https://:443" has no host`},
		{"url = https://joe:secret@cesi.example.com", `url holds a user: only the host belongs there`},
		{"url = https://joe:secret%zz@x:y", `url holds a user: only the host belongs there`},
		{"url = https://cesi.example.com?a=b", `url "https://cesi.example.com?a=b" has a "?" or a "#": the address ends with its path`},
		{"url = https://cesi.example.com#top", `url "https://cesi.example.com#top" has a "?" or a "#": the address ends with its path`},
		{"url = https://a!b", `url: "a!b" is not a host's name`},
		{"url = https://300.0.0.1", `url: "300.0.0.1" is not an IPv4 address`},
		{"url = https://x:0", `url "https://x:0": port "0" is not between 1 and 65535`},
		{"trusted_proxies = 10.0.0.1, nginx", `trusted_proxies: "nginx" is neither an IP address nor a CIDR such as 10.0.0.0/8`},
		{"trusted_proxies = 10.0.0.0/33", `trusted_proxies: "10.0.0.0/33" is neither an IP address nor a CIDR such as 10.0.0.0/8`},
		{"trusted_proxies = fe80::1%eth0", `trusted_proxies: "fe80::1%eth0" is neither an IP address nor a CIDR such as 10.0.0.0/8`},
		{"poll_interval = 0.1", `poll_interval "0.1" is not between 0.2 and 3600 seconds`},
		{"poll_interval = 3601", `poll_interval "3601" is not between 0.2 and 3600 seconds`},
		{"poll_interval = NaN", `poll_interval "NaN" is not between 0.2 and 3600 seconds`},
		{"poll_interval = 1e300", `poll_interval "1e300" is not between 0.2 and 3600 seconds`},
		{"poll_interval = often", `poll_interval "often" is not a duration such as "5" (seconds) or "2m"`},
		{"timeout = 121", `timeout "121" is not between 0.1 and 120 seconds`},
		{"action_timeout = 0", `action_timeout "0" is not between 1 and 86400 seconds`},
		{"session_lifetime = 168", `session_lifetime "168" needs a unit: s, m, h or d`},
		{"session_lifetime = 0s", `session_lifetime "0s" is not between 1s and 3650d`},
		{"session_idle = 24", `session_idle "24" needs a unit: s, m, h or d`},
		{"session_idle = 0.5s", `session_idle "0.5s" is not between 1s and 3650d; 0 is for no limit`},
		{"activity_retention = 99999999999d", `activity_retention "99999999999d" is not between 1m and 36500d`},
		{"history_retention = a month", `history_retention "a month" is not a duration such as "12h" or "30d"`},
		{"log_level = loud", `log_level "loud" is none of debug, info, warn, error`},
		{"log_format = xml", `log_format "xml" is neither text nor json`},
		{"language = chinese", `language "chinese" is neither auto nor a language such as en or zh-CN`},
	} {
		t.Run(test.line, func(t *testing.T) {
			same(t, problemsOf(t, "[cesi]\n"+test.line), []string{"cesi.conf:2: [cesi]: " + test.want})
		})
	}
}

func TestCesi_BoundsAreValid(t *testing.T) {
	for _, line := range []string{
		"port = 1", "port = 65535", "poll_interval = 0.2", "poll_interval = 3600", "poll_interval = 200ms",
		"timeout = 0.1", "timeout = 120", "action_timeout = 1", "action_timeout = 86400",
		"session_lifetime = 1s", "session_lifetime = 3650d", "session_idle = 0", "session_idle = 1s", "session_idle = 3650d", "history_retention = 1m", "activity_retention = 36500d",
	} {
		t.Run(line, func(t *testing.T) {
			same(t, problemsOf(t, "[cesi]\n"+line), []string{})
		})
	}
}

func TestProblem_LongValueIsCut(t *testing.T) {
	long := "节" // counted in characters, not in bytes
	for range 7 {
		long += long
	}
	same(t, problemsOf(t, "[cesi]\nport = "+long), []string{
		"cesi.conf:2: [cesi]: port \"" + long[:60*len("节")] + "…\" is not a number"})
}
