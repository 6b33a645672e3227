// Package config turns cesi.conf into a Config: it reads the file and the files that it
// includes, fills in defaults, checks every value, and reports all problems at once,
// each with file and line. It also watches the files for changes.
//
// It decides what a key means. It opens no socket and no database, knows no user except
// the name of the first administrator, and logs nothing. The packages that get a Config
// use its values.
package config

import (
	"log/slog"
	"net/netip"
	"time"

	"cesi/internal/cesi"
)

// Config is a checked configuration with its defaults filled in. It is read-only: a
// changed file makes a new one.
type Config struct {
	Path         string             // the main file, as named by the caller
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

	// URL is the public address, for links in messages. It includes URLPrefix and has
	// no final slash, such as "https://cesi.example.com/cesi"; empty: not known.
	URL            string
	URLPrefix      string // such as "/cesi", without a final slash; empty: none
	TrustedProxies []netip.Prefix

	PollInterval  time.Duration // from one poll of a node to the next: 0.2 – 3600 s
	ActionTimeout time.Duration // for one start or stop: 1 – 86400 s

	SessionLifetime   time.Duration
	SessionIdle       time.Duration // unused; 0 is no limit
	ActivityRetention time.Duration
	HistoryRetention  time.Duration

	LogLevel  slog.Level
	LogFormat string // "text" or "json"
	Language  string // "auto", or a language tag such as "en" or "zh-CN"

	// Warnings are things that are odd but not wrong, in the order of the files.
	Warnings []Problem

	made inputs // the content of the files that this was read from
}

// defaults returns the configuration of an empty file at path.
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

// NeedsRestart returns the keys that differ from old and need a restart, in the order
// database, host, port, url_prefix.
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
