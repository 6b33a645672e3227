package server

import (
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"cesi/internal/auth"
)

// sessions knows who sends a request, by cookie or API token, and begins and ends
// the sessions of browsers. Its fields are set before its first use.
type sessions struct {
	Auth *auth.Service
	Log  *slog.Logger
	// Prefix is the path under which the server is reached; empty for none.
	Prefix string
	// Installation is part of the cookies' names: browsers give a host's cookies to
	// every port of it.
	Installation string

	settings atomic.Pointer[SessionSettings]
}

// SessionSettings are the part of the configuration that sessions follow.
type SessionSettings struct {
	TrustedProxies []netip.Prefix
	Lifetime       time.Duration // of a session, for its cookie
}

// Apply takes up new settings; requests under way keep the old ones.
func (s *sessions) Apply(settings SessionSettings) { s.settings.Store(&settings) }

// TrustedProxies are the proxies whose forwarded addresses count.
func (s *sessions) TrustedProxies() []netip.Prefix { return s.settings.Load().TrustedProxies }
