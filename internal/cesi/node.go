package cesi

import (
	"log/slog"
	"slices"
	"time"
)

// Secret is a text that must not leave the server: it prints, logs and encodes
// as "[secret]". Reveal is the only way to its content.
type Secret string

const redacted = "[secret]"

// Reveal returns the text itself. Use it only to authenticate.
func (s Secret) Reveal() string { return string(s) }

// String hides the text from fmt.
func (s Secret) String() string { return redacted }

// GoString hides the text from %#v.
func (s Secret) GoString() string { return redacted }

// LogValue hides the text from log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the text from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Node is one supervisord as the configuration describes it: where it is and
// how to log in to it. It is a value; two that are Equal need no reconnect.
type Node struct {
	Name string
	// URL is http://host:port or https://host:port with an optional path prefix,
	// never with user, password, query or trailing slash. Empty when Socket is set.
	URL string
	// Socket is the path of a unix socket; empty when URL is set.
	Socket   string
	Username string // empty: no authentication
	Password Secret
	// Environments are the names of the environments the node is in, in the order
	// the configuration names them.
	Environments []string
	// Timeout bounds one poll.
	Timeout time.Duration
	// TLSCA is the PEM text of the authorities to trust for an https URL; empty
	// means the system's.
	TLSCA string
	// TLSSkipVerify accepts any certificate.
	TLSSkipVerify bool
}

// Address names the place of the node for people: its URL's host, port and
// path, or its socket's path. It holds no credentials.
func (n Node) Address() string {
	if n.Socket != "" {
		return n.Socket
	}
	return n.URL
}

// Equal reports whether both describe the same supervisord, reached the same
// way and in the same environments.
func (n Node) Equal(o Node) bool {
	if !slices.Equal(n.Environments, o.Environments) {
		return false
	}
	return n.Name == o.Name && n.SameConnection(o)
}

// SameConnection reports whether both are reached in the same way, whatever
// their environments.
func (n Node) SameConnection(o Node) bool {
	return n.URL == o.URL && n.Socket == o.Socket && n.Username == o.Username &&
		n.Password == o.Password && n.Timeout == o.Timeout && n.TLSCA == o.TLSCA &&
		n.TLSSkipVerify == o.TLSSkipVerify
}

// Environment is a named set of nodes.
type Environment struct {
	Name    string
	Members []string
}
