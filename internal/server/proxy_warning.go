package server

import (
	"net/http"
	"net/netip"
	"slices"
	"sync"

	"cesi/internal/server/session"
)

// maxProxyWarnings bounds the peers of which the log warns: any client can pretend to
// be a proxy.
const maxProxyWarnings = 8

// proxyWarnings remembers the peers of which the log has warned.
type proxyWarnings struct {
	mu   sync.Mutex
	said []netip.Addr
}

// warnUntrustedProxy logs, once for each peer, that a peer outside of trusted_proxies forwards
// requests: its own address is then used for all its users, in the activity log and for
// throttling.
func (s *Server) warnUntrustedProxy(r *http.Request, trusted []netip.Prefix) {
	if r.Header.Get("X-Forwarded-For") == "" {
		return
	}
	peer := session.PeerAddress(r)
	if session.IsTrusted(peer, trusted) || !s.proxies.first(peer) {
		return
	}
	s.opts.Log.Warn("requests come from a proxy that is not in trusted_proxies: its address counts for everybody who uses it; add it to trusted_proxies if it is yours",
		"proxy", peer.String())
}

// first reports whether the log has to warn of the peer now.
func (p *proxyWarnings) first(peer netip.Addr) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.said) >= maxProxyWarnings || slices.Contains(p.said, peer) {
		return false
	}
	p.said = append(p.said, peer)
	return true
}
