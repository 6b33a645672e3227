// Package session finds out who sends a request, from a session's cookie or an API
// token. It logs browsers in and out, and bounds how often each user may do things.
package session

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
)

// Valid reports whether the session of a request is still valid, with the same role.
func (s *Sessions) Valid(ctx context.Context, r *http.Request) bool {
	v := Of(r)
	user, err := s.Auth.Session(ctx, v.Token)
	return err == nil && user.Role == v.User.Role && !user.MustChange
}

// Sessions finds out who sends a request, from cookie or API token, and starts and ends
// the sessions of browsers. Its fields must be set before its first use.
type Sessions struct {
	Auth *auth.Service
	Log  *slog.Logger
	// Prefix is the path under which the server is reached; empty for none.
	Prefix string
	// Installation is part of the cookies' names: browsers send a host's cookies to all
	// its ports.
	Installation string

	settings atomic.Pointer[Settings]
}

// Settings are the configuration of sessions that can change.
type Settings struct {
	TrustedProxies []netip.Prefix
	Lifetime       time.Duration // of a session's cookie
}

// Apply applies new settings; running requests keep the old ones.
func (s *Sessions) Apply(settings Settings) { s.settings.Store(&settings) }

// TrustedProxies are the proxies whose forwarded addresses count.
func (s *Sessions) TrustedProxies() []netip.Prefix { return s.settings.Load().TrustedProxies }

// StillAllowed checks again whether the request's user is logged in and has the
// permission: the session may have ended, or the role changed.
func (s *Sessions) StillAllowed(r *http.Request, permission cesi.Permission) bool {
	v := Visitor{Address: Of(r).Address, HTTPS: Of(r).HTTPS}
	if err := s.Identify(r, &v); err != nil || v.User == nil {
		return false
	}
	return !v.User.MustChange && v.User.Role.Can(permission)
}
