package session

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"cesi/internal/cesi"
)

// IsAPI reports whether a request is for the API, which replies with JSON and accepts
// API tokens.
func IsAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path+"/", "/api/") }

// ActorOf returns the actor of the request, for the activity log. The address is
// followed by the API token, if one was used.
func ActorOf(r *http.Request) cesi.Actor {
	v := Of(r)
	address := v.Address
	if v.Bearer != "" {
		address += " (token " + v.Bearer + ")"
	}
	return cesi.Actor{User: v.User.Name, Role: v.User.Role, Address: address}
}

// SessionCookie returns the name of the cookie with a session's token. It differs by
// installation, since browsers send a host's cookies to all its ports. With HTTPS and
// no prefix, it begins with __Host-, so that browsers refuse one that another host of
// the domain, or a connection without TLS, sets (RFC 6265bis, section 4.1.3.2).
func (s *Sessions) SessionCookie(https bool) string { return s.cookieName("cesi_session_", https) }

// DeviceCookie returns the name of the cookie that marks a browser of an earlier login;
// see auth.Service.NewDevice.
func (s *Sessions) DeviceCookie(https bool) string { return s.cookieName("cesi_device_", https) }

func (s *Sessions) cookieName(kind string, https bool) string {
	name := kind + s.Installation
	if https && s.Prefix == "" {
		return "__Host-" + name
	}
	return name
}

// Visitor is the sender of a request, as found in the request.
type Visitor struct {
	User    *cesi.User // nil: not logged in
	Token   string     // of the session; empty with an API token
	Bearer  string     // the name of the API token
	Address string     // without port
	HTTPS   bool       // the browser's own connection is encrypted
}

type visitorKey struct{}

// With returns a context for requests of a visitor.
func With(ctx context.Context, v Visitor) context.Context {
	return context.WithValue(ctx, visitorKey{}, v)
}

// Of returns the sender of a request; a zero Visitor if it was not identified.
func Of(r *http.Request) Visitor {
	v, _ := r.Context().Value(visitorKey{}).(Visitor)
	return v
}

// ForGroup returns a request of a group of users: those with a role and a language.
func ForGroup(r *http.Request, role cesi.Role, language string) *http.Request {
	return r.WithContext(With(r.Context(), Visitor{User: &cesi.User{Role: role, Language: language}}))
}

// Identify finds the visitor by an API token or, without one, by the session's cookie.
// An ended session is no error: the visitor is then not logged in.
func (s *Sessions) Identify(r *http.Request, v *Visitor) error {
	if text, found := tokenText(r); found {
		token, err := s.Auth.Token(r.Context(), text, v.Address)
		if err != nil {
			return err
		}
		v.User, v.Bearer = &token.Owner, token.Name
		return nil
	}
	cookie, err := r.Cookie(s.SessionCookie(v.HTTPS))
	if err != nil || !needsSession(r.URL.Path) {
		return nil
	}
	user, err := s.Auth.Session(r.Context(), cookie.Value)
	if err == nil {
		v.User, v.Token = &user, cookie.Value
		return nil
	}
	if cesi.KindOf(err) == cesi.Unauthorized {
		return nil
	}
	return err
}

// tokenText returns the API token of a request. Only the API accepts one. The header
// X-API-Key is for the case that Authorization has the password of a proxy.
func tokenText(r *http.Request) (string, bool) {
	if !IsAPI(r) {
		return "", false
	}
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token), true
	}
	keys := r.Header.Values("X-API-Key")
	if len(keys) == 0 {
		return "", false
	}
	return strings.TrimSpace(keys[0]), true
}

// needsSession avoids a query for paths that need no user.
func needsSession(path string) bool {
	return !strings.HasPrefix(path, "/static/") && path != "/healthz" && path != "/readyz"
}

// ClientAddress returns the rightmost X-Forwarded-For entry that is not a trusted
// proxy, if the peer is a trusted proxy; else the peer.
func ClientAddress(r *http.Request, trusted []netip.Prefix) string {
	peer := PeerAddress(r)
	if !IsTrusted(peer, trusted) {
		return peer.String()
	}
	client := peer
	entries := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, entry := range slices.Backward(entries) {
		address, err := netip.ParseAddr(strings.TrimSpace(entry))
		if err != nil {
			break
		}
		client = address.Unmap().WithZone("")
		if !IsTrusted(client, trusted) {
			break
		}
	}
	return client.String()
}

// PeerAddress returns the address of the other end of the connection; a zero Addr if
// there is none.
func PeerAddress(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap().WithZone("")
}

// IsTrusted reports whether an address is one of the trusted proxies.
func IsTrusted(address netip.Addr, trusted []netip.Prefix) bool {
	return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(address) })
}

// IsHTTPS reports whether the browser's own connection is encrypted: to this server, or
// to a trusted proxy.
func IsHTTPS(r *http.Request, trusted []netip.Prefix) bool {
	if r.TLS != nil {
		return true
	}
	return IsTrusted(PeerAddress(r), trusted) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// setSession sets a session's cookie in the browser.
func (s *Sessions) setSession(w http.ResponseWriter, r *http.Request, token string) {
	https := Of(r).HTTPS
	http.SetCookie(w, &http.Cookie{
		Name: s.SessionCookie(https), Value: token, Path: s.Prefix + "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: https,
		MaxAge: int(s.settings.Load().Lifetime.Seconds()),
	})
}

// clearSession removes the cookie.
func (s *Sessions) clearSession(w http.ResponseWriter, r *http.Request) {
	https := Of(r).HTTPS
	http.SetCookie(w, &http.Cookie{
		Name: s.SessionCookie(https), Path: s.Prefix + "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: https, MaxAge: -1,
	})
}
