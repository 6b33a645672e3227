package supervisor_test

import (
	"context"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http/httptest"
)

// pemOf is a TLS server's certificate, as tls_ca would hold it.
func pemOf(s *httptest.Server) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}

func listenIPv6(ctx context.Context) (net.Listener, error) {
	return new(net.ListenConfig).Listen(ctx, "tcp", "[::1]:0")
}

// quietLog discards the complaints of servers about tests.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }
