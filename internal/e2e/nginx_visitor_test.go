package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// visitor is the network side of a browser on another machine than nginx's: it resolves
// the site's name to nginx's address, and records what it saw.
type visitor struct {
	proxy  *proxy
	origin string
	// from is the visitor's own address; empty is this machine's.
	from string
	// direct is a cesi's address, to go around nginx.
	direct string
	header http.Header // sent along

	last     string // path that the last answer came from
	protocol string
	cookie   *http.Cookie // of the session, the last that was set
}

// RoundTrip implements http.RoundTripper. Over plain HTTP browsers don't say
// Sec-Fetch-Site, only Origin.
func (v *visitor) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Del("Sec-Fetch-Site")
	if r.Method == http.MethodPost {
		r.Header.Set("Origin", v.origin)
	}
	for name, values := range v.header {
		r.Header[name] = values
	}
	transport := &http.Transport{
		DialContext: v.dial, ForceAttemptHTTP2: true, DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{RootCAs: v.proxy.cert.pool},
	}
	response, err := transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	v.last, v.protocol = r.URL.Path, response.Proto
	for _, cookie := range response.Cookies() {
		if strings.Contains(cookie.Name, "cesi_session_") {
			v.cookie = cookie
		}
	}
	return response, nil
}

func (v *visitor) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := new(net.Dialer)
	if v.from != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(v.from)}
	}
	switch {
	case v.direct != "":
		address = v.direct
	case strings.HasSuffix(address, ":443"), address == site+strings.TrimPrefix(v.proxy.tls, "127.0.0.1"):
		address = v.proxy.tls
	default:
		address = v.proxy.http
	}
	return dialer.DialContext(ctx, network, address)
}

// certificate is one that signed itself.
type certificate struct {
	file, keyFile string
	pool          *x509.CertPool
}

func newCertificate(t *testing.T, host string) *certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	text, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyText, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	c := &certificate{pool: x509.NewCertPool()}
	c.file = writePEM(t, "CERTIFICATE", text)
	c.keyFile = writePEM(t, "PRIVATE KEY", keyText)
	cert, err := x509.ParseCertificate(text)
	if err != nil {
		t.Fatal(err)
	}
	c.pool.AddCert(cert)
	return c
}

func writePEM(t *testing.T, kind string, bytes []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func attributeOf(name string) func(int, *goquery.Selection) string {
	return func(_ int, s *goquery.Selection) string { return s.AttrOr(name, "") }
}

// reached reports whether a link begins with a path.
func reached(links map[string]bool, path string) bool {
	for link := range links {
		if strings.HasPrefix(link, path) {
			return true
		}
	}
	return false
}
