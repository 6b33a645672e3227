// Package session knows who sends a request: by the cookie of a session or by an API
// token. It logs browsers in and out, and bounds what each user may do in a time.
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

// Valid reports whether the session of a request still holds, in the same role.
func (s *Sessions) Valid(ctx context.Context, r *http.Request) bool {
	v := Of(r)
	user, err := s.Auth.Session(ctx, v.Token)
	return err == nil && user.Role == v.User.Role && !user.MustChange
}

// Sessions knows who sends a request, by cookie or API token, and begins and ends
// the sessions of browsers. Its fields are set before its first use.
type Sessions struct {
	Auth *auth.Service
	Log  *slog.Logger
	// Prefix is the path under which the server is reached; empty for none.
	Prefix string
	// Installation is part of the cookies' names: browsers give a host's cookies to
	// every port of it.
	Installation string

	settings atomic.Pointer[Settings]
}

// Settings are the part of the configuration that sessions follow.
type Settings struct {
	TrustedProxies []netip.Prefix
	Lifetime       time.Duration // of a session, for its cookie
}

// Apply takes up new settings; requests under way keep the old ones.
func (s *Sessions) Apply(settings Settings) { s.settings.Store(&settings) }

// TrustedProxies are the proxies whose forwarded addresses count.
func (s *Sessions) TrustedProxies() []netip.Prefix { return s.settings.Load().TrustedProxies }

// StillAllowed asks again whether who sent the request is logged in and has the
// permission: a session may have ended, a role may have changed.
func (s *Sessions) StillAllowed(r *http.Request, permission cesi.Permission) bool {
	v := Visitor{Address: Of(r).Address, HTTPS: Of(r).HTTPS}
	if err := s.Identify(r, &v); err != nil || v.User == nil {
		return false
	}
	return !v.User.MustChange && v.User.Role.Can(permission)
}
