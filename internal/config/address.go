package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// address is a parsed host: a bare host or a URL.
type address struct {
	scheme string // "http" or "https"
	host   string // an IPv6 address without brackets
	port   int    // 0: the URL has no port, or host is not a URL
	isURL  bool
	path   string // escaped, without a final slash
}

// url returns the address in the form of cesi.Node.URL.
func (a address) url(port int) string {
	host := net.JoinHostPort(strings.ReplaceAll(a.host, "%", "%25"), strconv.Itoa(port)) // the "%" before a zone
	return a.scheme + "://" + host + a.path
}

// schemePort returns the default port of the scheme.
func (a address) schemePort() int {
	if a.scheme == "https" {
		return 443
	}
	return 80
}

// parseAddress reads a host. Its errors continue a sentence that begins with "host",
// and quote nothing that may hold a password.
func parseAddress(s string) (address, error) {
	isURL := strings.Contains(s, "://")
	u, err := url.Parse(s)
	if strings.Contains(s, "@") && (!isURL || err != nil || u.User != nil) {
		return address{}, errors.New("holds a user: put user and password into username and password")
	}
	switch {
	case !isURL:
		host, err := parseHost(s)
		return address{scheme: "http", host: host}, err
	case err != nil:
		return address{}, fmt.Errorf("%s is not a URL", quote(s))
	}
	return fromURL(s, u)
}

func fromURL(s string, u *url.URL) (address, error) {
	switch {
	case u.Scheme == "unix":
		return address{}, fmt.Errorf("%s is a socket: put its path into socket", quote(s))
	case u.Scheme != "http" && u.Scheme != "https":
		return address{}, fmt.Errorf("%s begins with neither http:// nor https://", quote(s))
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return address{}, fmt.Errorf(`%s has more behind its path: there is no "?" or "#" in a node's URL`, quote(s))
	}
	host, err := parseHost(u.Hostname())
	if err != nil {
		return address{}, err
	}
	a := address{scheme: u.Scheme, host: host, isURL: true, path: nodePath(u)}
	if u.Port() != "" {
		a.port, err = portNumber(entry{key: "port", text: u.Port()})
		if err != nil {
			return address{}, fmt.Errorf("%s: %w", quote(s), err)
		}
	}
	return a, nil
}

// nodePath returns the path under which the node is reached. Every supervisord answers
// at "/RPC2" below it, so a copied "/RPC2" is dropped.
func nodePath(u *url.URL) string {
	path := strings.TrimRight(u.EscapedPath(), "/")
	return strings.TrimRight(strings.TrimSuffix(path, "/RPC2"), "/")
}

// parseHost reads a name or an IP address. IPv6 may have brackets and a zone. It
// returns the host without brackets.
func parseHost(s string) (string, error) {
	bare, bracketed := s, false
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		bare, bracketed = s[1:len(s)-1], true
	}
	addr, err := netip.ParseAddr(bare)
	switch {
	case err == nil && (addr.Is6() || !bracketed):
		return bare, checkZone(addr.Zone())
	case strings.Count(s, ":") == 1 || strings.Contains(s, "]:"):
		return "", fmt.Errorf("%s holds a port: put it into port", quote(s))
	case bracketed || strings.Contains(s, ":"):
		return "", fmt.Errorf("%s is not an IPv6 address", quote(s))
	case s != "" && strings.Trim(s, "0123456789.") == "":
		return "", fmt.Errorf("%s is not an IPv4 address", quote(s))
	case !isHostName(s):
		return "", fmt.Errorf("%s is not a host's name", quote(s))
	}
	return s, nil
}

func checkZone(zone string) error {
	if zone != "" && !isHostName(zone) {
		return fmt.Errorf("has a zone that is no interface's name: %s", quote(zone))
	}
	return nil
}

func isHostName(s string) bool {
	const longest = 253
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r) {
			return false
		}
	}
	return s != "" && len(s) <= longest
}
