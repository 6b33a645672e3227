// Package config turns cesi.conf into a Config: it reads the file and what it
// includes, fills in the defaults, checks every value, and reports all problems
// at once, each with its file and line. It also watches the files for changes.
//
// It decides what a key means, not what becomes of it: it opens no socket and
// no database, knows no user but the first administrator's name, and logs
// nothing. What a value leads to is up to the rooms that take a Config.
package config

import (
	"log/slog"
	"net/netip"
	"time"

	"cesi/internal/cesi"
)

// Config is a checked configuration with its defaults filled in. It is a value
// to read: what changes the files makes a new one.
type Config struct {
	Path         string             // the main file, as it was given
	Nodes        []cesi.Node        // in the order of the files
	Environments []cesi.Environment // in order of first mention, as are their members

	Host          string // to listen on; an IPv6 address has no brackets
	Port          int    // 1 – 65535
	Name          string // the dashboard's title
	Theme         string // a Bootswatch theme; empty: our own scheme
	Database      string // path of the SQLite file, relative to the working directory; never empty
	ActivityLog   string // path of the activity log's mirror; empty: none
	AdminUsername string // of the first administrator; a valid user name
	AdminPassword cesi.Secret

	// URL is the public address, for links in messages, with URLPrefix and without a
	// slash at its end, such as "https://cesi.example.com/cesi"; empty: not known.
	URL            string
	URLPrefix      string // such as "/cesi", without a slash at its end; empty: none
	TrustedProxies []netip.Prefix

	PollInterval  time.Duration // from one poll of a node to the next: 0.2 – 3600 s
	ActionTimeout time.Duration // for one start or stop: 1 – 86400 s

	SessionLifetime   time.Duration
	SessionIdle       time.Duration // without use, 0 is for no limit
	ActivityRetention time.Duration
	HistoryRetention  time.Duration

	LogLevel  slog.Level
	LogFormat string // "text" or "json"
	Language  string // "auto", or a language tag such as "en" or "zh-CN"

	// Warnings are what is odd about the files without being wrong, in their order.
	Warnings []Problem

	made inputs // what the files held when this was read from them
}

// defaults returns what holds where the file at path says nothing.
func defaults(path string) *Config {
	return &Config{
		Path:          path,
		Host:          "localhost",
		Port:          5000,
		Name:          "CeSI",
		Database:      "cesi.db",
		AdminUsername: "admin",
		TrustedProxies: []netip.Prefix{
			netip.MustParsePrefix("127.0.0.0/8"),
			netip.MustParsePrefix("::1/128"),
		},
		PollInterval:      2 * time.Second,
		ActionTimeout:     300 * time.Second,
		SessionLifetime:   168 * time.Hour,
		SessionIdle:       24 * time.Hour,
		ActivityRetention: 365 * day,
		HistoryRetention:  30 * day,
		LogFormat:         "text",
		Language:          "auto",
	}
}

// NeedsRestart names the keys that differ from old and that a running server
// can't take up, in the order database, host, port, url_prefix.
func (c *Config) NeedsRestart(old *Config) []string {
	var keys []string
	for _, k := range []struct {
		name    string
		differs bool
	}{
		{"database", c.Database != old.Database},
		{"host", c.Host != old.Host},
		{"port", c.Port != old.Port},
		{"url_prefix", c.URLPrefix != old.URLPrefix},
	} {
		if k.differs {
			keys = append(keys, k.name)
		}
	}
	return keys
}
