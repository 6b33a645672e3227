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

// IsAPI reports whether a request is for the API, which answers with JSON and takes
// API tokens.
func IsAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path+"/", "/api/") }

// ActorOf is who makes the request, for the activity log. Behind the address
// stands the API token that was used, if one was.
func ActorOf(r *http.Request) cesi.Actor {
	v := Of(r)
	address := v.Address
	if v.Bearer != "" {
		address += " (token " + v.Bearer + ")"
	}
	return cesi.Actor{User: v.User.Name, Role: v.User.Role, Address: address}
}

// SessionCookie returns the name of the cookie that holds a session's token. It
// differs by installation, since browsers give a host's cookies to every port of
// it. With HTTPS and no prefix, its own prefix has browsers refuse one that
// another host of the domain, or a connection without TLS, sets (RFC 6265bis,
// section 4.1.3.2).
func (s *Sessions) SessionCookie(https bool) string { return s.cookieName("cesi_session_", https) }

// DeviceCookie returns the name of the cookie that says who has logged in in this
// browser before; see auth.Service.NewDevice.
func (s *Sessions) DeviceCookie(https bool) string { return s.cookieName("cesi_device_", https) }

func (s *Sessions) cookieName(kind string, https bool) string {
	name := kind + s.Installation
	if https && s.Prefix == "" {
		return "__Host-" + name
	}
	return name
}

// Visitor is who sends a request, as far as the request itself tells.
type Visitor struct {
	User    *cesi.User // nil: nobody is logged in
	Token   string     // of the session; empty where an API token was used
	Bearer  string     // the name of the API token that was used
	Address string     // without port
	HTTPS   bool       // the browser's own connection is encrypted
}

type visitorKey struct{}

// With returns a context of requests that a visitor sends.
func With(ctx context.Context, v Visitor) context.Context {
	return context.WithValue(ctx, visitorKey{}, v)
}

// Of returns who sends a request; a zero Visitor where nobody has identified it.
func Of(r *http.Request) Visitor {
	v, _ := r.Context().Value(visitorKey{}).(Visitor)
	return v
}

// Identify tells the visitor by an API token or, without one, by the session's
// cookie. A session that is over leaves nobody; it is no error.
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

// tokenText is the API token that a request carries. Only the API takes one. The
// header X-API-Key is for where Authorization holds a proxy's own password.
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

// needsSession spares the database where nobody asks who is there.
func needsSession(path string) bool {
	return !strings.HasPrefix(path, "/static/") && path != "/healthz" && path != "/readyz"
}

// ClientAddress is the rightmost X-Forwarded-For entry that is no trusted
// proxy, if the peer itself is one; else the peer.
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

// PeerAddress returns the address of the connection's other end; a zero Addr where
// it has none.
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

// IsHTTPS reports whether the browser's own connection is encrypted: to here, or to
// a trusted proxy.
func IsHTTPS(r *http.Request, trusted []netip.Prefix) bool {
	if r.TLS != nil {
		return true
	}
	return IsTrusted(PeerAddress(r), trusted) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// setSession gives the browser a session's cookie.
func (s *Sessions) setSession(w http.ResponseWriter, r *http.Request, token string) {
	https := Of(r).HTTPS
	http.SetCookie(w, &http.Cookie{
		Name: s.SessionCookie(https), Value: token, Path: s.Prefix + "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: https,
		MaxAge: int(s.settings.Load().Lifetime.Seconds()),
	})
}

// clearSession takes the cookie back.
func (s *Sessions) clearSession(w http.ResponseWriter, r *http.Request) {
	https := Of(r).HTTPS
	http.SetCookie(w, &http.Cookie{
		Name: s.SessionCookie(https), Path: s.Prefix + "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: https, MaxAge: -1,
	})
}
