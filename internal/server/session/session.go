// Package session finds out who sends a request, from a session's cookie or an API
// token. It logs browsers in and out, and bounds how often each user may do things.
package session

import (
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
)

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
// permission.
func (s *Sessions) StillAllowed(r *http.Request, permission cesi.Permission) bool {
	user := s.Current(r)
	return user != nil && user.Role.Can(permission)
}

// Current looks up the user of a request again: the session may have ended since it came,
// or the role changed. It returns nil for no user, and for one who has to change the
// password first.
func (s *Sessions) Current(r *http.Request) *cesi.User {
	v := Visitor{Address: Of(r).Address, HTTPS: Of(r).HTTPS}
	if err := s.Identify(r, &v); err != nil || v.User == nil || v.User.MustChange {
		return nil
	}
	return v.User
}
