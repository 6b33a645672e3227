package supervisor_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/i18n"
	"cesi/internal/supervisor"
	"cesi/internal/supervisor/supervisortest"
	"cesi/web"
)

// hintTest is one reason why a node can't be read.
type hintTest struct {
	node     cesi.Node
	patience time.Duration // 0: 10 s
	cause    cesi.Cause
	want     string // part of the sentence
	fails    error  // of a connection, in place of a server
}

func TestHints_SentenceForEachCause(t *testing.T) {
	t.Parallel()
	bundle, err := i18n.New(web.Locales())
	if err != nil {
		t.Fatal(err)
	}
	chinese := bundle.Choose("zh-CN")
	said, told := make(map[string]string), make(map[string]string)
	for name, test := range hintTests(t) {
		t.Run(name, func(t *testing.T) {
			err := errOf(t, test)
			sentence := cesi.TextOf(err).String()
			if cesi.CauseOf(err) != test.cause || !strings.Contains(sentence, test.want) {
				t.Fatalf("got %q (%v), want %q: %q", cesi.CauseOf(err), err, test.cause, test.want)
			}
			in := chinese.Localize(cesi.TextOf(err))
			if in == sentence {
				t.Errorf("no Chinese of %q", sentence)
			}
			for list, text := range map[*map[string]string]string{&said: sentence, &told: in} {
				if other, found := (*list)[text]; found && !sameHint(name, other) {
					t.Errorf("%q is said of %s too", text, other)
				}
				(*list)[text] = name
			}
		})
	}
}

// sameHint reports whether two causes need the same repair.
func sameHint(a, b string) bool {
	kind := func(name string) string { kind, _, _ := strings.Cut(name, ","); return kind }
	return kind(a) == kind(b)
}

func errOf(t *testing.T, test hintTest) error {
	t.Helper()
	patience := test.patience
	if patience == 0 {
		patience = 10 * time.Second
	}
	test.node.Name = "n"
	c := dial(t, test.node)
	if test.fails != nil {
		return c.Explain(within(t, patience), test.fails)
	}
	_, err := c.Processes(within(t, patience))
	if waiting := c.StartProcess(within(t, patience), cesi.ProcessID{Group: "g", Name: "p"}); test.cause != cesi.CauseNoInterface {
		if got, want := cesi.TextOf(waiting).String(), cesi.TextOf(err).String(); got != want {
			t.Errorf("a start says %q, a poll %q", got, want)
		}
	}
	return err
}

func hintTests(t *testing.T) map[string]hintTest {
	tests := make(map[string]hintTest)
	for _, some := range []map[string]hintTest{hintsOfConnections(t), hintsOfSockets(t), hintsOfTLS(t), hintsOfStatuses(t), hintsOfReplies(t)} {
		for name, test := range some {
			tests[name] = test
		}
	}
	return tests
}

func hintsOfConnections(t *testing.T) map[string]hintTest {
	at := func(url string) cesi.Node { return cesi.Node{URL: url} }
	silent := listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	reset := listen(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1))
		_ = conn.(*net.TCPConn).SetLinger(0)
	})
	closing := listen(t, func(conn net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
	})
	failed := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	return map[string]hintTest{
		"a name that is not there":             {node: at("http://no-such-host.invalid:9001"), cause: cesi.CauseNameNotFound, want: `"no-such-host.invalid" was not found: check host`},
		"a name server that fails":             {fails: &net.DNSError{Name: "web1", Err: "server misbehaving", IsTemporary: true}, cause: cesi.CauseNameNotFound, want: "name server of this machine"},
		"a name server that fails, by silence": {fails: &net.DNSError{Name: "web1", Err: "i/o timeout", IsTimeout: true}, cause: cesi.CauseNameNotFound, want: "name server of this machine"},
		"refused":                              {node: at("http://127.0.0.1:1"), cause: cesi.CauseRefused, want: "Nothing listens there"},
		"no connection in time":                {node: at(fullListener(t)), patience: 300 * time.Millisecond, cause: cesi.CauseTimeout, want: "No connection came about"},
		"no answer in time":                    {node: at(silent), patience: 300 * time.Millisecond, cause: cesi.CauseTimeout, want: "took the connection, but did not answer"},
		"no TLS in time":                       {node: at(strings.Replace(silent, "http", "https", 1)), patience: 300 * time.Millisecond, cause: cesi.CauseTimeout, want: "supervisord itself does not speak TLS"},
		"reset":                                {node: at(reset), cause: cesi.CauseUnreachable, want: "reset the connection"},
		"closed":                               {node: at(closing), cause: cesi.CauseUnreachable, want: "closed the connection without an answer"},
		"no route":                             {fails: failed(syscall.EHOSTUNREACH), cause: cesi.CauseUnreachable, want: "no way to the host"},
		"no route, network":                    {fails: failed(syscall.ENETUNREACH), cause: cesi.CauseUnreachable, want: "no way to the host"},
		"too many open files":                  {fails: failed(syscall.EMFILE), cause: cesi.CauseLocal, want: "raise its limit (ulimit -n"},
		"too many open files on the machine":   {fails: failed(syscall.ENFILE), cause: cesi.CauseLocal, want: "fs.file-max"},
		"no port left":                         {fails: failed(syscall.EADDRNOTAVAIL), cause: cesi.CauseLocal, want: "no local address or port left"},
		"no memory":                            {fails: failed(syscall.ENOBUFS), cause: cesi.CauseLocal, want: "no memory left"},
		"a firewall here":                      {fails: failed(syscall.EPERM), cause: cesi.CauseLocal, want: "check its firewall"},
		"SSH":                                  {node: at(listenAndSay(t, "SSH-2.0-OpenSSH_9.2\r\n", "")), cause: cesi.CauseNotSupervisor, want: "An SSH server"},
		"another protocol":                     {node: at(listenAndSay(t, "-ERR unknown command 'POST'\r\n", "")), cause: cesi.CauseNotSupervisor, want: "does not speak HTTP as expected: check the port"},
		"what nobody knows":                    {fails: fmt.Errorf("odd"), cause: cesi.CauseUnreachable, want: "that CeSI does not know"},
	}
}

// fullListener returns the URL of a listener that accepts no more connections.
func fullListener(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprint("127.0.0.1:", name.(*syscall.SockaddrInet4).Port)
	for range 8 {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		cancel()
		if err != nil {
			return "http://" + address
		}
		t.Cleanup(func() { conn.Close() })
	}
	t.Fatal("the listener takes every connection")
	return ""
}

func hintsOfSockets(t *testing.T) map[string]hintTest {
	dir := t.TempDir()
	file, datagram, left := filepath.Join(dir, "file"), filepath.Join(dir, "datagram"), filepath.Join(dir, "left.sock")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	packets, err := new(net.ListenConfig).ListenPacket(t.Context(), "unixgram", datagram)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { packets.Close() })
	abandoned, err := net.ListenUnix("unix", &net.UnixAddr{Name: left, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	abandoned.SetUnlinkOnClose(false)
	abandoned.Close()
	at := func(path string) cesi.Node { return cesi.Node{Socket: path} }
	denied := &net.OpError{Op: "dial", Net: "unix", Err: os.NewSyscallError("connect", syscall.EACCES)} // root is never denied
	return map[string]hintTest{
		"no socket":                               {node: at(filepath.Join(dir, "none.sock")), cause: cesi.CauseUnreachable, want: "There is no socket " + dir},
		"no socket, below a file":                 {node: at(file + "/none.sock"), cause: cesi.CauseUnreachable, want: "There is no socket " + dir},
		"a socket left behind":                    {node: at(left), cause: cesi.CauseRefused, want: "Nobody listens at " + left},
		"a socket not to be opened":               {node: at(file), fails: denied, cause: cesi.CauseUnreachable, want: "CeSI may not open " + file},
		"a socket of another kind":                {node: at(datagram), cause: cesi.CauseUnreachable, want: datagram + " is not a socket that supervisord"},
		"a socket of another kind, name too long": {node: at("/" + strings.Repeat("s", 200)), cause: cesi.CauseUnreachable, want: "is not a socket that supervisord"},
	}
}

func hintsOfTLS(t *testing.T) map[string]hintTest {
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = quietLog()
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	start := func(change func(*tls.Config)) cesi.Node {
		s := httptest.NewUnstartedServer(http.NotFoundHandler())
		s.Config.ErrorLog = quietLog()
		s.TLS = &tls.Config{}
		change(s.TLS)
		s.StartTLS()
		t.Cleanup(s.Close)
		return cesi.Node{URL: s.URL, TLSSkipVerify: true}
	}
	day := 24 * time.Hour
	redirect := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://u:p@web.example/x", http.StatusMovedPermanently)
	}))
	t.Cleanup(redirect.Close)
	return map[string]hintTest{
		"http to TLS":                   {node: cesi.Node{URL: strings.Replace(secure.URL, "https", "http", 1)}, cause: cesi.CauseScheme, want: "https:// instead of http://"},
		"http to TLS, an alert":         {node: cesi.Node{URL: listenAndSay(t, "\x15\x03\x01\x00\x02\x02\x46\r\n", "")}, cause: cesi.CauseScheme, want: "https:// instead of http://"},
		"https to plain":                {node: cesi.Node{URL: strings.Replace(plain.URL, "http", "https", 1)}, cause: cesi.CauseScheme, want: "http:// instead of https://"},
		"a redirect to https":           {node: cesi.Node{URL: redirect.URL}, cause: cesi.CauseScheme, want: "redirects to https://web.example:"},
		"an unknown authority":          {node: cesi.Node{URL: secure.URL}, cause: cesi.CauseTLS, want: "does not know: name it with tls_ca"},
		"another name":                  {node: cesi.Node{URL: strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), TLSCA: pemOf(secure)}, cause: cesi.CauseTLS, want: `is not for "localhost"`},
		"an expired certificate":        {node: certified(t, -2*day, -day, x509.ExtKeyUsageServerAuth), cause: cesi.CauseTLS, want: "expired on " + time.Now().Add(-day).UTC().Format(time.DateOnly)},
		"a certificate too early":       {node: certified(t, day, 2*day, x509.ExtKeyUsageServerAuth), cause: cesi.CauseTLS, want: "valid only from " + time.Now().Add(day).UTC().Format(time.DateOnly)},
		"a client's certificate":        {node: certified(t, -day, day, x509.ExtKeyUsageClientAuth), cause: cesi.CauseTLS, want: "not issued for servers"},
		"a certificate of another sort": {fails: &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.TooManyIntermediates}}, cause: cesi.CauseTLS, want: "how the certificate was issued"},
		"no authority at all":           {fails: &tls.CertificateVerificationError{Err: x509.SystemRootsError{}}, cause: cesi.CauseTLS, want: "ca-certificates"},
		"old TLS":                       {node: start(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 }), cause: cesi.CauseTLS, want: "TLS 1.2 or 1.3"},
		"a wish for a certificate":      {node: start(func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }), cause: cesi.CauseTLS, want: "wants a certificate of CeSI"},
		"another virtual host": {node: start(func(c *tls.Config) {
			c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return &tls.Config{}, nil }
		}), cause: cesi.CauseTLS, want: "no certificate for the name"},
		"a handshake refused": {node: start(func(c *tls.Config) { c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12 }), cause: cesi.CauseTLS, want: "refused the TLS handshake"},
		"TLS that fails": {node: start(func(c *tls.Config) {
			c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, io.ErrNoProgress }
		}), cause: cesi.CauseTLS, want: "TLS with it fails"},
	}
}

// certified returns a node with a certificate that is valid from now+from to now+until.
func certified(t *testing.T, from, until time.Duration, use x509.ExtKeyUsage) cesi.Node {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "n"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(until), ExtKeyUsage: []x509.ExtKeyUsage{use},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = quietLog()
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return cesi.Node{URL: s.URL, TLSCA: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

// answering returns a node whose calls the handler answers.
func answering(t *testing.T, f http.HandlerFunc) cesi.Node {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return cesi.Node{URL: s.URL}
}

func hintsOfStatuses(t *testing.T) map[string]hintTest {
	status := func(code int, body string) cesi.Node {
		return answering(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, body, code) })
	}
	login := func(scheme string) cesi.Node {
		return answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", scheme)
			w.WriteHeader(http.StatusUnauthorized)
		})
	}
	known := login(`Basic realm="default"`)
	known.Username, known.Password = "u", "p"
	return map[string]hintTest{
		"http to TLS, nginx": {node: status(400, "The plain HTTP request was sent to HTTPS port"), cause: cesi.CauseScheme, want: "https:// instead of http://"},
		"a redirect": {node: answering(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/login?next=secret", http.StatusFound)
		}), cause: cesi.CauseNotSupervisor, want: `redirects to the path "/login" of the same host`},
		"400":          {node: status(400, "Bad Request"), cause: cesi.CauseProxy, want: "HTTP 400"},
		"401":          {node: known, cause: cesi.CauseUnauthorized, want: "another user or password"},
		"401, no user": {node: login(`Basic realm="default"`), cause: cesi.CauseUnauthorized, want: "set username and password"},
		"401, Digest":  {node: login(`Digest realm="x"`), cause: cesi.CauseProxy, want: `of the kind "Digest"`},
		"403":          {node: status(403, ""), cause: cesi.CauseProxy, want: "admit only some addresses"},
		"404":          {node: status(404, ""), cause: cesi.CauseNotSupervisor, want: "no /RPC2 at that address (HTTP 404): check the path"},
		"405":          {node: status(405, ""), cause: cesi.CauseNotSupervisor, want: "(HTTP 405): check the port; a proxy has to pass POST on"},
		"407":          {node: status(407, ""), cause: cesi.CauseProxy, want: "a log-in of its own (HTTP 407)"},
		"411":          {node: status(411, ""), cause: cesi.CauseProxy, want: "without Content-Length (HTTP 411)"},
		"413":          {node: status(413, ""), cause: cesi.CauseProxy, want: "client_max_body_size"},
		"418":          {node: status(418, ""), cause: cesi.CauseNotSupervisor, want: "HTTP status 418 at http://127.0.0.1"},
		"429":          {node: status(429, ""), cause: cesi.CauseProxy, want: "limits how often"},
		"500":          {node: status(500, ""), cause: cesi.CauseFailedInside, want: "see its log"},
		"501":          {node: status(501, ""), cause: cesi.CauseNotSupervisor, want: "(HTTP 501): check the port"},
		"502":          {node: status(502, ""), cause: cesi.CauseProxy, want: "is supervisord running, and at the address"},
		"503":          {node: status(503, ""), cause: cesi.CauseProxy, want: "no server for it, or too much to do"},
		"504":          {node: status(504, ""), cause: cesi.CauseProxy, want: "proxy_read_timeout"},
		"520":          {node: status(520, ""), cause: cesi.CauseProxy, want: "fails (HTTP 520)"},
	}
}

func hintsOfReplies(t *testing.T) map[string]hintTest {
	say := func(kind, body string) cesi.Node {
		return answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(w, body)
		})
	}
	fault := func(code int, text string) cesi.Node {
		return say("text/xml", fmt.Sprintf("<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>%d</int></value></member>"+
			"<member><name>faultString</name><value><string>%s</string></value></member></struct></value></fault></methodResponse>", code, text))
	}
	return map[string]hintTest{
		"an empty reply":         {node: say("text/xml", ""), cause: cesi.CauseBadReply, want: "Its reply is empty (HTTP 200)"},
		"an empty reply, spaces": {node: say("text/xml", " \r\n"), cause: cesi.CauseBadReply, want: "Its reply is empty (HTTP 200)"},
		"a web page":             {node: say("text/html; charset=utf-8", "<html>hello</html>"), cause: cesi.CauseNotSupervisor, want: "sends a web page"},
		"a web page, as XML":     {node: say("text/xml", "<!DOCTYPE html>\n<HTML><body>hello"), cause: cesi.CauseNotSupervisor, want: "sends a web page"},
		"other XML":              {node: say("text/xml", "<?xml version='1.0'?><rss><channel/></rss>"), cause: cesi.CauseNotSupervisor, want: "XML that is not XML-RPC"},
		"JSON":                   {node: say("application/json", `{"error":"no such API"}`), cause: cesi.CauseNotSupervisor, want: "not XML: check host"},
		"a cut reply":            {node: say("text/xml", "<methodResponse><params><param><value><array><data><value><struct><member><name>na"), cause: cesi.CauseBadReply, want: "ends too early"},
		"a cut reply, by length": {node: answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "<methodResponse>")
		}), cause: cesi.CauseBadReply, want: "ends too early"},
		"a reply of another sense": {node: say("text/xml", "<methodResponse><fault></fault></methodResponse>"), cause: cesi.CauseBadReply, want: "can't be understood"},
		"no interface":             {node: fault(1, "UNKNOWN_METHOD"), cause: cesi.CauseNoInterface, want: "no [rpcinterface:supervisor] section: add it"},
		"on its way down":          {node: fault(6, "SHUTDOWN_STATE"), cause: cesi.CauseShuttingDown, want: "shutting down or restarting"},
		"too large a reply":        {fails: supervisor.ErrTooLarge, cause: cesi.CauseTooLarge, want: "larger than 16 MiB"},
		"too large a header":       {fails: supervisor.ErrHeader, cause: cesi.CauseTooLarge, want: "larger than 64 KiB"},
	}
}

// TestHints_ServerThatSpeaksFirst is not a row of the table: whether the text comes
// before the request is sent depends on timing.
func TestHints_ServerThatSpeaksFirst(t *testing.T) {
	t.Parallel()
	url := listen(t, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.2\r\n")
		_, _ = io.Copy(io.Discard, conn)
	})
	if _, err := dial(t, cesi.Node{Name: "n", URL: url}).Processes(within(t, 10*time.Second)); !strings.Contains(cesi.TextOf(err).String(), "check the port") {
		t.Error(err)
	}
}

// TestHints_HTTPSToSupervisord: supervisord takes the TLS handshake for a request,
// waits for its end, and never answers.
func TestHints_HTTPSToSupervisord(t *testing.T) {
	t.Parallel()
	node := supervisortest.Start(t, supervisortest.Options{}).Node("n")
	node.URL = strings.Replace(node.URL, "http://", "https://", 1)
	_, err := dial(t, node).Processes(within(t, time.Second))
	if cesi.CauseOf(err) != cesi.CauseTimeout || !strings.Contains(cesi.TextOf(err).String(), "http:// instead of https://") {
		t.Error(err)
	}
}

// TestHints_SameForLogStreams checks that a log stream gives the same hints as a call.
func TestHints_SameForLogStreams(t *testing.T) {
	t.Parallel()
	redirect := answering(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://web.example/", http.StatusMovedPermanently)
	})
	silent := cesi.Node{URL: listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })}
	full := cesi.Node{URL: fullListener(t)}
	for name, test := range map[string]struct {
		node cesi.Node
		want string
	}{
		"redirect": {redirect, "redirects to https://web.example"},
		"silent":   {silent, "took the connection"},
		"full":     {full, "No connection came about"},
	} {
		test.node.Name, test.node.Timeout = "n", 300*time.Millisecond
		stream, err := dial(t, test.node).FollowLog(t.Context(), cesi.LogName{Stream: cesi.MainLog})
		if err == nil {
			stream.Close()
		}
		if !strings.Contains(cesi.TextOf(err).String(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}
