package server

import (
	"net/http"
	"net/netip"
	"slices"
	"sync"

	"cesi/internal/server/session"
)

// maxProxyWarnings bounds of how many peers the log warns: anybody can pretend to
// be a proxy.
const maxProxyWarnings = 8

// proxyWarnings remembers of which peers the log has warned.
type proxyWarnings struct {
	mu   sync.Mutex
	said []netip.Addr
}

// warnOfProxy logs, once a peer, that one which is not in trusted_proxies speaks
// for others: its own address counts for them all, in the activity log and where
// failed log-ins are slowed down.
func (s *Server) warnOfProxy(r *http.Request, trusted []netip.Prefix) {
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

// first reports whether the log is to warn of the peer now.
func (p *proxyWarnings) first(peer netip.Addr) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.said) >= maxProxyWarnings || slices.Contains(p.said, peer) {
		return false
	}
	p.said = append(p.said, peer)
	return true
}
