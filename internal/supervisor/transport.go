package supervisor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"time"

	"cesi/internal/cesi"
)

// maxHeader bounds the header of one reply, in bytes.
const maxHeader = 64 << 10

// newTransport returns the connections to one address of a node. It ignores the proxy
// of the environment, since the calls that use no http.Transport (connect) can't use
// one, does not compress, and bounds headers.
func newTransport(node cesi.Node, dial func(ctx context.Context, network, address string) (net.Conn, error)) (*http.Transport, error) {
	t := &http.Transport{
		DialContext:            dial,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        time.Minute,
		MaxResponseHeaderBytes: maxHeader,
		ForceAttemptHTTP2:      false,
	}
	if node.TLSSkipVerify || node.TLSCA != "" {
		t.TLSClientConfig = &tls.Config{InsecureSkipVerify: node.TLSSkipVerify}
	}
	if node.TLSCA != "" {
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM([]byte(node.TLSCA)) {
			return nil, cesi.Errorf(cesi.Invalid, "node %q: its tls_ca holds no certificate", node.Name)
		}
		t.TLSClientConfig.RootCAs = pool
	}
	return t, nil
}

// dial connects to a socket or a numeric address. Its errors wrap errNotConnected.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := &net.Dialer{KeepAlive: 30 * time.Second}
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotConnected, err)
	}
	return acknowledgeAtOnce(conn), nil
}
