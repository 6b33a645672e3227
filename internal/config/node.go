package config

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"cesi/internal/cesi"
)

const keyPassword = "password"

// draft is a node that is being read.
type draft struct {
	node         cesi.Node
	address      address
	port         int // the node's own; 0: none
	defaultPort  int // if the node has no port and no URL
	environments []string
}

// nodeSettings returns the keys of a [node:NAME] section.
func (l *loader) nodeSettings() []setting[draft] {
	return []setting[draft]{
		{key: "username", set: text(func(d *draft) *string { return &d.node.Username }), emptyCounts: true},
		{key: keyPassword, set: setPassword, emptyCounts: true},
		{key: "password_file", set: l.setPasswordFile},
		{key: "host", set: setHost},
		{key: "port", set: func(d *draft, e entry) (err error) { d.port, err = portNumber(e); return }},
		{key: "socket", set: setSocket},
		{key: "environment", set: setEnvironments, emptyCounts: true},
		{key: "timeout", set: within(timeoutSpan(), func(d *draft) *time.Duration { return &d.node.Timeout })},
		{key: "follow", set: func(d *draft, e entry) (err error) { d.node.Follow, err = boolean(e); return }},
		{key: "tls_ca", set: l.setAuthorities, emptyCounts: true},
		{key: "tls_skip_verify", set: func(d *draft, e entry) (err error) { d.node.TLSSkipVerify, err = boolean(e); return }},
	}
}

// defaultSettings returns the keys of [node]: those of a node without its address.
func (l *loader) defaultSettings() []setting[draft] {
	settings := l.nodeSettings()
	for i, s := range settings {
		if s.key == "host" || s.key == "socket" {
			settings[i].set = func(*draft, entry) error {
				return fmt.Errorf("%s belongs into a [node:NAME] section: there is no default for it", s.key)
			}
			settings[i].emptyCounts = true
		}
	}
	return settings
}

// settle applies a section's entries to a draft, after checking which of them may be
// combined.
func (l *loader) settle(s section, settings []setting[draft], d *draft) {
	if file, ok := s.get("password_file"); ok {
		if _, both := s.get(keyPassword); both {
			l.report.problem(file.at, "%s: password and password_file are both set", s.label())
		}
		s = s.without(keyPassword) // the password of the file counts, also if this one is empty
	}
	l.warnOfEscapes(s)
	apply(l.report, settings, s, d)
}

// node reads a node's section, beginning with the defaults. It also returns the
// environments that the node names.
func (l *loader) node(s section, base draft) (cesi.Node, []string) {
	d := base
	d.node.Name = s.name
	l.settle(s, l.nodeSettings(), &d)
	if err := d.setAddress(s); err != nil {
		l.report.problem(s.at, "%s: %s", s.label(), err)
	}
	l.warnUnused(s, &d)
	return d.node, d.environments
}

// setAddress makes the node's URL of its host and port.
func (d *draft) setAddress(s section) error {
	host, hasHost := s.get("host")
	_, hasSocket := s.get("socket")
	switch {
	case hasHost && hasSocket:
		return errors.New("host and socket are both set")
	case hasSocket:
		return nil
	case !hasHost:
		return errors.New("host is missing")
	case d.address.host == "": // it was invalid, and that is already reported
		return nil
	case d.address.port != 0 && d.port != 0 && d.address.port != d.port:
		return fmt.Errorf("host %s and port %d name two ports", quote(host.text), d.port)
	}
	d.node.URL = d.address.url(d.choosePort())
	return nil
}

func (d *draft) choosePort() int {
	switch {
	case d.address.port != 0:
		return d.address.port
	case d.port != 0:
		return d.port
	case d.address.isURL:
		return d.address.schemePort()
	}
	return d.defaultPort
}

// warnUnused warns of the node's own keys that have no effect, and removes the TLS
// defaults from a node without TLS.
func (l *loader) warnUnused(s section, d *draft) {
	if port, ok := s.get("port"); ok && d.node.Socket != "" {
		l.report.warning(port.at, "%s: port has no effect beside socket", s.label())
	}
	for _, key := range []string{keyPassword, "password_file"} {
		if e, ok := s.get(key); ok && d.node.Username == "" {
			l.report.warning(e.at, "%s: %s has no effect without username", s.label(), key)
		}
	}
	if d.address.scheme == "https" {
		return
	}
	for _, key := range []string{"tls_ca", "tls_skip_verify"} {
		if e, ok := s.get(key); ok {
			l.report.warning(e.at, "%s: %s has no effect without an https:// URL as host", s.label(), key)
		}
	}
	d.node.TLSCA, d.node.TLSSkipVerify = "", false
}

func setPassword(d *draft, e entry) error {
	d.node.Password = cesi.Secret(e.text)
	return nil
}

func setHost(d *draft, e entry) error {
	a, err := parseAddress(e.text)
	if err != nil {
		return fmt.Errorf("%s %w", e.key, err)
	}
	d.address = a
	return nil
}

// setSocket reads a path, or the unix:// URL that supervisorctl has for a path.
func setSocket(d *draft, e entry) error {
	path := strings.TrimPrefix(e.text, "unix://")
	if path == "" {
		return fmt.Errorf("%s %s is not a path", e.key, quote(e.text))
	}
	d.node.Socket = resolvePath(e.at.file, path)
	return nil
}

func setEnvironments(d *draft, e entry) error {
	d.environments = list(e.text)
	for _, name := range d.environments {
		if !isEnvironmentName(name) {
			return fmt.Errorf("%s %s is not a name", e.key, quote(name))
		}
	}
	return nil
}
