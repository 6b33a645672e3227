package config

import (
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"

	"cesi/internal/cesi"
)

// seenNode is a node further up in the files.
type seenNode struct {
	name string
	at   place
}

// warnDuplicate warns of a second node that is the same supervisord. It compares only
// addresses, and resolves no names.
func (l *loader) warnDuplicate(s section, node cesi.Node, seen map[string]seenNode) {
	where := whereabouts(node)
	if where == "" {
		return
	}
	if first, twin := seen[where]; twin {
		l.report.warning(s.at, "%s is the same supervisord as node %s, in %s line %d",
			s.label(), quote(first.name), first.at.file, first.at.line)
		return
	}
	seen[where] = seenNode{node.Name, s.at}
}

// whereabouts returns the normal form of a node's address; empty if it has none.
func whereabouts(node cesi.Node) string {
	if node.Socket != "" {
		path, err := filepath.Abs(node.Socket)
		if err != nil {
			path = filepath.Clean(node.Socket)
		}
		return "unix://" + path
	}
	u, err := url.Parse(node.URL)
	if err != nil || u.Host == "" {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if addr, err := netip.ParseAddr(host); err == nil {
		host = addr.Unmap().String()
	}
	return u.Scheme + "://" + host + " " + u.Port() + u.EscapedPath()
}
