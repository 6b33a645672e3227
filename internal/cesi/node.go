package cesi

import (
	"log/slog"
	"time"
)

// Secret is a text that must not leave the server: it is printed, logged and encoded as
// "[secret]". Only Reveal returns its content.
type Secret string

const redacted = "[secret]"

// Reveal returns the text. Use it only to authenticate.
func (s Secret) Reveal() string { return string(s) }

// String hides the text from fmt.
func (s Secret) String() string { return redacted }

// GoString hides the text from %#v.
func (s Secret) GoString() string { return redacted }

// LogValue hides the text from log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the text from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Node is one supervisord in the configuration: its address and how to log in. It is a
// value.
type Node struct {
	Name string
	// URL is http://host:port or https://host:port with an optional path prefix, and
	// without user, password, query and final slash. Empty if Socket is set.
	URL string
	// Socket is the path of a unix socket; empty if URL is set.
	Socket   string
	Username string // empty: no authentication
	Password Secret
	// Environments are the names of the node's environments, in the order of the
	// configuration.
	Environments []string
	// Timeout bounds one poll.
	Timeout time.Duration
	// TLSCA is the PEM text of the trusted authorities for an https URL; empty means
	// those of the system.
	TLSCA string
	// TLSSkipVerify accepts any certificate.
	TLSSkipVerify bool
	// Follow has the node's main log followed.
	Follow bool
}

// Address returns the address of the node for pages: host, port and path of its URL, or
// the path of its socket. It holds no credentials.
func (n Node) Address() string {
	if n.Socket != "" {
		return n.Socket
	}
	return n.URL
}

// SameConnection reports whether both are reached in the same way, in any environments.
func (n Node) SameConnection(o Node) bool {
	return n.URL == o.URL && n.Socket == o.Socket && n.Username == o.Username &&
		n.Password == o.Password && n.Timeout == o.Timeout && n.TLSCA == o.TLSCA &&
		n.TLSSkipVerify == o.TLSSkipVerify && n.Follow == o.Follow
}

// Environment is a named set of nodes.
type Environment struct {
	Name    string
	Members []string
}
