package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"cesi/internal/cesi"
)

const (
	keyAdminPassword = "admin_password"
	keyURL           = "url"
	keyURLPrefix     = "url_prefix"
)

// cesiSettings returns the keys of [cesi].
func (l *loader) cesiSettings() []setting[Config] {
	lifetime := span{min: time.Second, max: 3650 * day, words: "1s and 3650d"}
	retention := span{min: time.Minute, max: 36500 * day, words: "1m and 36500d"}
	return []setting[Config]{
		{key: "host", set: setListenHost},
		{key: "port", set: func(c *Config, e entry) (err error) { c.Port, err = portNumber(e); return }},
		{key: "name", set: text(func(c *Config) *string { return &c.Name })},
		{key: "theme", set: l.setTheme},
		{key: "database", set: setDatabase},
		{key: "activity_log", set: text(func(c *Config) *string { return &c.ActivityLog })},
		{key: "admin_username", set: setAdminUsername},
		{key: keyAdminPassword, set: func(c *Config, e entry) error { c.AdminPassword = cesi.Secret(e.text); return nil }},
		{key: keyURL, set: setURL},
		{key: keyURLPrefix, set: setURLPrefix},
		{key: "trusted_proxies", set: setTrustedProxies, emptyCounts: true},
		{key: "poll_interval", set: within(
			span{min: 200 * time.Millisecond, max: time.Hour, words: "0.2 and 3600 seconds", seconds: true},
			func(c *Config) *time.Duration { return &c.PollInterval })},
		{key: "timeout", set: within(timeoutSpan(), func(*Config) *time.Duration { return &l.nodeTimeout })},
		{key: "action_timeout", set: within(
			span{min: time.Second, max: day, words: "1 and 86400 seconds", seconds: true},
			func(c *Config) *time.Duration { return &c.ActionTimeout })},
		{key: "session_lifetime", set: within(lifetime, func(c *Config) *time.Duration { return &c.SessionLifetime })},
		{key: "session_idle", set: setSessionIdle},
		{key: "activity_retention", set: within(retention, func(c *Config) *time.Duration { return &c.ActivityRetention })},
		{key: "history_retention", set: within(retention, func(c *Config) *time.Duration { return &c.HistoryRetention })},
		{key: "log_level", set: setLogLevel},
		{key: "log_format", set: setLogFormat},
		{key: "language", set: setLanguage},
		{key: "debug", gone: true}, // debug and auto_reload were Flask's, in CeSI 2.0 to 2.3
		{key: "auto_reload", gone: true},
	}
}

// timeoutSpan bounds the timeout of one poll, in [cesi] and for a node.
func timeoutSpan() span {
	return span{min: 100 * time.Millisecond, max: 120 * time.Second, words: "0.1 and 120 seconds", seconds: true}
}

// text sets a field to the value, unchanged.
func text[T any](field func(*T) *string) func(*T, entry) error {
	return func(to *T, e entry) error {
		*field(to) = e.text
		return nil
	}
}

// within sets a field to a duration that is within bounds.
func within[T any](bounds span, field func(*T) *time.Duration) func(*T, entry) error {
	return func(to *T, e entry) error {
		d, err := duration(e, bounds)
		if err == nil {
			*field(to) = d
		}
		return err
	}
}

// setSessionIdle reads a duration, or 0 for no limit.
func setSessionIdle(c *Config, e entry) error {
	if e.text == "0" {
		c.SessionIdle = 0
		return nil
	}
	bounds := span{min: time.Second, max: 3650 * day, words: "1s and 3650d; 0 is for no limit"}
	return within(bounds, func(c *Config) *time.Duration { return &c.SessionIdle })(c, e)
}

func setListenHost(c *Config, e entry) error {
	host, err := parseHost(e.text)
	if err != nil {
		return fmt.Errorf("%s %w", e.key, err)
	}
	c.Host = host
	return nil
}

// setTheme only warns of an unknown theme: a matter of looks must not stop the
// dashboard.
func (l *loader) setTheme(c *Config, e entry) error {
	theme := strings.ToLower(e.text)
	switch {
	case theme == "default" || theme == "cesi":
		c.Theme = ""
	case slices.Contains(Themes(), theme):
		c.Theme = theme
	default:
		l.report.warning(e.at, "[cesi]: unknown theme %s, so the default is used%s", quote(e.text), suggest(theme, Themes()))
	}
	return nil
}

// setDatabase reads a path, or the URL that SQLAlchemy has for a path. Errors do not
// quote the value: the URL of another database holds a password.
func setDatabase(c *Config, e entry) error {
	path := strings.TrimPrefix(e.text, "sqlite:///")
	if scheme, _, isURL := strings.Cut(path, "://"); isURL && scheme != "sqlite" {
		return fmt.Errorf("%s is a URL; only SQLite is supported: a path, or sqlite:///PATH", e.key)
	}
	if path == "" || path == ":memory:" || path == "sqlite://" {
		return fmt.Errorf("%s has to be a file: a path, or sqlite:///PATH", e.key)
	}
	c.Database = path
	return nil
}

func setAdminUsername(c *Config, e entry) error {
	if err := cesi.ValidateUserName(e.text); err != nil {
		return fmt.Errorf("%s %s: %s", e.key, quote(e.text), cesi.TextOf(err))
	}
	c.AdminUsername = e.text
	return nil
}

// setURLPrefix normalises "cesi", "/cesi" and "/cesi/" to "/cesi".
func setURLPrefix(c *Config, e entry) error {
	path := strings.Trim(e.text, "/")
	if path == "" {
		c.URLPrefix = ""
		return nil
	}
	word := regexp.MustCompile(`^[A-Za-z0-9._~-]+$`)
	for part := range strings.SplitSeq(path, "/") {
		if part == "." || part == ".." || !word.MatchString(part) {
			return fmt.Errorf("%s %s is not a path such as /cesi", e.key, quote(e.text))
		}
	}
	c.URLPrefix = "/" + path
	return nil
}

// setURL reads the address that users type into their browsers. Errors do not quote a
// URL with a user: a password may follow.
func setURL(c *Config, e entry) error {
	u, err := url.Parse(e.text)
	switch {
	case strings.Contains(e.text, "@"):
		return fmt.Errorf("%s holds a user: only the host belongs there", e.key)
	case err != nil:
		return fmt.Errorf("%s %s is not a URL such as https://cesi.example.com", e.key, quote(e.text))
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%s %s begins with neither http:// nor https://", e.key, quote(e.text))
	case strings.ContainsAny(e.text, "?#"):
		return fmt.Errorf(`%s %s has a "?" or a "#": the address ends with its path`, e.key, quote(e.text))
	case u.Hostname() == "":
		return fmt.Errorf("%s %s has no host", e.key, quote(e.text))
	}
	if _, err := parseHost(u.Hostname()); err != nil {
		return fmt.Errorf("%s: %w", e.key, err)
	}
	if u.Port() != "" {
		if _, err := portNumber(entry{key: "port", text: u.Port()}); err != nil {
			return fmt.Errorf("%s %s: %w", e.key, quote(e.text), err)
		}
	}
	c.URL = strings.TrimRight(u.String(), "/")
	return nil
}

// completeURL adds url_prefix to a url without a path. A path has to end in url_prefix,
// since CeSI answers only there.
func (l *loader) completeURL(s section) {
	e, found := s.get(keyURL)
	prefix, wanted := s.get(keyURLPrefix)
	u, err := url.Parse(l.config.URL)
	refused := l.config.URL == "" || wanted && l.config.URLPrefix == "" && strings.Trim(prefix.text, "/") != ""
	if !found || err != nil || refused {
		return
	}
	switch {
	case u.Path == "":
		l.config.URL += l.config.URLPrefix
	case l.config.URLPrefix == "":
		l.report.problem(e.at, "%s: url %s has a path, but url_prefix is empty: set url_prefix to the path", s.label(), quote(e.text))
	case !strings.HasSuffix(u.Path, l.config.URLPrefix):
		l.report.problem(e.at, "%s: the path of url %s does not end in url_prefix %s", s.label(), quote(e.text), quote(l.config.URLPrefix))
	}
}

// setTrustedProxies replaces the default. An empty value trusts no proxy.
func setTrustedProxies(c *Config, e entry) error {
	var trusted []netip.Prefix
	for _, item := range words(e.text) {
		prefix, err := parsePrefix(item)
		if err != nil {
			return fmt.Errorf("%s: %s is neither an IP address nor a CIDR such as 10.0.0.0/8", e.key, quote(item))
		}
		trusted = append(trusted, prefix)
	}
	c.TrustedProxies = trusted
	return nil
}

func parsePrefix(s string) (netip.Prefix, error) {
	if strings.Contains(s, "/") {
		prefix, err := netip.ParsePrefix(s)
		return prefix.Masked(), err
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	if addr.Zone() != "" {
		return netip.Prefix{}, errors.New("a zone is no part of a prefix")
	}
	addr = addr.Unmap()
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}

func setLogLevel(c *Config, e entry) error {
	switch strings.ToLower(e.text) {
	case "debug":
		c.LogLevel = slog.LevelDebug
	case "info":
		c.LogLevel = slog.LevelInfo
	case "warn", "warning":
		c.LogLevel = slog.LevelWarn
	case "error":
		c.LogLevel = slog.LevelError
	default:
		return fmt.Errorf("%s %s is none of debug, info, warn, error", e.key, quote(e.text))
	}
	return nil
}

func setLogFormat(c *Config, e entry) error {
	format := strings.ToLower(e.text)
	if format != "text" && format != "json" {
		return fmt.Errorf("%s %s is neither text nor json", e.key, quote(e.text))
	}
	c.LogFormat = format
	return nil
}

// setLanguage checks only the form: this package does not know which languages exist.
func setLanguage(c *Config, e entry) error {
	tag := strings.ReplaceAll(e.text, "_", "-")
	if strings.EqualFold(tag, "auto") {
		c.Language = "auto"
		return nil
	}
	if !regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`).MatchString(tag) {
		return fmt.Errorf("%s %s is neither auto nor a language such as en or zh-CN", e.key, quote(e.text))
	}
	c.Language = tag
	return nil
}
