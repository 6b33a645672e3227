package supervisor_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
)

func TestHints_NameWhatTheReplyTells(t *testing.T) {
	t.Parallel()
	answer := func(f http.HandlerFunc) string {
		s := httptest.NewServer(f)
		t.Cleanup(s.Close)
		return s.URL
	}
	status := func(code int, body string) string {
		return answer(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, body, code) })
	}
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	plain := answer(http.NotFound)
	for name, test := range map[string]struct{ url, want string }{
		"http to TLS":         {strings.Replace(secure.URL, "https", "http", 1), "https:// instead of http://"},
		"http to nginx's TLS": {status(400, "The plain HTTP request was sent to HTTPS port"), "https:// instead of http://"},
		"http to a TLS alert": {listenAndSay(t, "\x15\x03\x01\x00\x02\x02\x46\r\n", ""), "https:// instead of http://"},
		"https to plain":      {strings.Replace(plain, "http", "https", 1), "http:// instead of https://"},
		"a redirect": {answer(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://u:p@web.example/x", http.StatusMovedPermanently)
		}), "redirects to https://web.example:"},
		"an unknown authority": {secure.URL, "does not know"},
		"403":                  {status(403, ""), "HTTP 403"},
		"404":                  {plain, "no /RPC2"},
		"405":                  {status(405, ""), "pass POST on"},
		"SSH":                  {listenAndSay(t, "SSH-2.0-OpenSSH_9.2\r\n", ""), "An SSH server"},
		"what speaks first": {listen(t, func(conn net.Conn) {
			_, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.2\r\n")
			_, _ = io.Copy(io.Discard, conn)
		}), "check the port"},
		"no interface": {answer(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>1</int></value></member><member><name>faultString</name><value><string>UNKNOWN_METHOD</string></value></member></struct></value></fault></methodResponse>")
		}), "[rpcinterface:supervisor]"},
	} {
		c := dial(t, cesi.Node{Name: "n", URL: test.url})
		_, err := c.Processes(within(t, 10*time.Second))
		if !strings.Contains(cesi.Sentence(err), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

func TestHints_CertificateOfAnotherName(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	c := dial(t, cesi.Node{Name: "n", URL: strings.Replace(s.URL, "127.0.0.1", "localhost", 1), TLSCA: pemOf(s)})
	if _, err := c.Processes(within(t, 10*time.Second)); !strings.Contains(cesi.Sentence(err), "for another name") {
		t.Error(err)
	}
}
