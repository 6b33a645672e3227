package session

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestClientAddress_OnlyFromTrustedProxies(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("10.0.0.0/8")}
	tests := []struct {
		name, peer string
		forwarded  []string
		want       string
	}{
		{"no proxy", "192.0.2.1:4000", nil, "192.0.2.1"},
		{"a stranger claims", "192.0.2.1:4000", []string{"198.51.100.7"}, "192.0.2.1"},
		{"nginx on this machine", "127.0.0.1:4000", []string{"198.51.100.7"}, "198.51.100.7"},
		{"the client claims, nginx appends", "127.0.0.1:4000", []string{"203.0.113.9, 198.51.100.7"}, "198.51.100.7"},
		{"two proxies of ours", "127.0.0.1:4000", []string{"198.51.100.7, 10.1.1.1"}, "198.51.100.7"},
		{"two header lines", "127.0.0.1:4000", []string{"203.0.113.9", "198.51.100.7"}, "198.51.100.7"},
		{"garbage ends the search", "127.0.0.1:4000", []string{"198.51.100.7, <script>, 10.1.1.1"}, "10.1.1.1"},
		{"only proxies", "127.0.0.1:4000", []string{"10.1.1.1"}, "10.1.1.1"},
		{"IPv6", "[::1]:4000", []string{"2001:db8::7"}, "2001:db8::7"},
		{"IPv4 in IPv6", "[::ffff:127.0.0.1]:4000", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = test.peer
			for _, value := range test.forwarded {
				r.Header.Add("X-Forwarded-For", value)
			}
			if got := ClientAddress(r, trusted); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
