package server

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
)

// sessionCookie returns the name of the cookie that holds a session's token. It
// differs by installation, since browsers give a host's cookies to every port of
// it. With HTTPS and no prefix, its own prefix has browsers refuse one that
// another host of the domain, or a connection without TLS, sets (RFC 6265bis,
// section 4.1.3.2).
func (s *sessions) sessionCookie(https bool) string { return s.cookieName("cesi_session_", https) }

// deviceCookie returns the name of the cookie that says who has logged in in this
// browser before; see auth.Service.NewDevice.
func (s *sessions) deviceCookie(https bool) string { return s.cookieName("cesi_device_", https) }

func (s *sessions) cookieName(kind string, https bool) string {
	name := kind + s.Installation
	if https && s.Prefix == "" {
		return "__Host-" + name
	}
	return name
}

// visitor is who sends a request, as far as the request itself tells.
type visitor struct {
	user    *cesi.User // nil: nobody is logged in
	token   string     // of the session; empty where an API token was used
	bearer  string     // the name of the API token that was used
	address string     // without port
	https   bool       // the browser's own connection is encrypted
}

type visitorKey struct{}

func visitorOf(r *http.Request) visitor {
	v, _ := r.Context().Value(visitorKey{}).(visitor)
	return v
}

// introduce finds out who sends a request. Only what needs a login fails for
// want of one, but an API token that is no good fails everywhere: whoever sends
// one means to be somebody.
func (s *Server) introduce(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		trusted := s.sessions.TrustedProxies()
		v := visitor{address: clientAddress(r, trusted), https: isHTTPS(r, trusted)}
		s.warnOfProxy(r, trusted)
		if err := s.sessions.recognize(r, &v); err != nil {
			if request.Status(err) == http.StatusUnauthorized {
				w.Header().Set("WWW-Authenticate", "Bearer")
			}
			s.fail(w, r, err)
			return
		}
		if v.user != nil && s.opts.LoggedIn != nil {
			s.opts.LoggedIn(r.Context())
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitorKey{}, v)))
	})
}

// recognize tells the visitor by an API token or, without one, by the session's
// cookie. A session that is over leaves nobody; it is no error.
func (s *sessions) recognize(r *http.Request, v *visitor) error {
	if text, found := tokenText(r); found {
		token, err := s.Auth.Token(r.Context(), text, v.address)
		if err != nil {
			return err
		}
		v.user, v.bearer = &token.Owner, token.Name
		return nil
	}
	cookie, err := r.Cookie(s.sessionCookie(v.https))
	if err != nil || !needsSession(r.URL.Path) {
		return nil
	}
	user, err := s.Auth.Session(r.Context(), cookie.Value)
	if err == nil {
		v.user, v.token = &user, cookie.Value
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
	if !isAPI(r) {
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

// clientAddress is the rightmost X-Forwarded-For entry that is no trusted
// proxy, if the peer itself is one; else the peer.
func clientAddress(r *http.Request, trusted []netip.Prefix) string {
	peer := peerAddress(r)
	if !isTrusted(peer, trusted) {
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
		if !isTrusted(client, trusted) {
			break
		}
	}
	return client.String()
}

func peerAddress(r *http.Request) netip.Addr {
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

func isTrusted(address netip.Addr, trusted []netip.Prefix) bool {
	return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(address) })
}

func isHTTPS(r *http.Request, trusted []netip.Prefix) bool {
	if r.TLS != nil {
		return true
	}
	return isTrusted(peerAddress(r), trusted) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// setSession gives the browser a session's cookie.
func (s *sessions) setSession(w http.ResponseWriter, r *http.Request, token string) {
	https := visitorOf(r).https
	http.SetCookie(w, &http.Cookie{
		Name: s.sessionCookie(https), Value: token, Path: s.Prefix + "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: https,
		MaxAge: int(s.settings.Load().Lifetime.Seconds()),
	})
}

// clearSession takes the cookie back.
func (s *sessions) clearSession(w http.ResponseWriter, r *http.Request) {
	https := visitorOf(r).https
	http.SetCookie(w, &http.Cookie{
		Name: s.sessionCookie(https), Path: s.Prefix + "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: https, MaxAge: -1,
	})
}
