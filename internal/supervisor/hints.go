package supervisor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"cesi/internal/cesi"
)

// classify names the cause of a failed call, with a sentence that says what to do.
func (c *Client) classify(ctx context.Context, err error) (cesi.Kind, cesi.Cause, cesi.Text) {
	var status *statusError
	if errors.As(err, &status) {
		cause, text := c.statusHint(status)
		return cesi.Unreachable, cause, text
	}
	if cause, text := replyHint(err); cause != "" {
		return cesi.Unreachable, cause, text
	}
	if cause, text := nameHint(err); cause != "" {
		return cesi.Unreachable, cause, text
	}
	var timeout net.Error
	if ctx.Err() != nil || errors.As(err, &timeout) && timeout.Timeout() {
		return cesi.Timeout, cesi.CauseTimeout, timeoutHint(err)
	}
	for _, hint := range []func(error) (cesi.Cause, cesi.Text){c.localHint, c.connectHint, certificateHint, tlsHint, protocolHint} {
		if cause, text := hint(err); cause != "" {
			return cesi.Unreachable, cause, text
		}
	}
	return cesi.Unreachable, cesi.CauseUnreachable, cesi.T("It can't be reached, for a reason that CeSI does not know: see CeSI's log.")
}

// replyHint explains a reply that is not XML-RPC, or is incomplete.
func replyHint(err error) (cesi.Cause, cesi.Text) {
	switch {
	case errors.Is(err, errEmpty):
		return cesi.CauseBadReply, cesi.T("Its reply is empty (HTTP 200): a proxy in front of it has to pass POST /RPC2 on, and with it the reply.")
	case errors.Is(err, errWebPage):
		return cesi.CauseNotSupervisor, cesi.T("What answers there sends a web page instead of XML-RPC: check host, port and path; the log-in page of a proxy looks like this too.")
	case errors.Is(err, errOtherXML):
		return cesi.CauseNotSupervisor, cesi.T("What answers there sends XML that is not XML-RPC: check host, port and path.")
	case errors.Is(err, errNotXMLRPC):
		return cesi.CauseNotSupervisor, cesi.T("What answers there sends something that is not XML: check host, port and path.")
	case errors.Is(err, errTooLarge):
		return cesi.CauseTooLarge, cesi.T("Its reply is larger than 16 MiB.")
	case errors.Is(err, errHeader), strings.Contains(err.Error(), "server response headers exceeded"):
		return cesi.CauseTooLarge, cesi.T("The header of its reply is larger than 64 KiB.")
	case errors.Is(err, errCut):
		return cesi.CauseBadReply, cesi.T("Its reply ends too early: a proxy in front of it cut it short, or supervisord ended while it sent.")
	default:
		return "", cesi.Text{}
	}
}

func nameHint(err error) (cesi.Cause, cesi.Text) {
	var dns *net.DNSError
	switch {
	case !errors.As(err, &dns):
		return "", cesi.Text{}
	case dns.IsNotFound:
		return cesi.CauseNameNotFound, cesi.T("The name %q was not found: check host in cesi.conf.", dns.Name)
	default:
		return cesi.CauseNameNotFound, cesi.T("The name %q could not be looked up: the name server of this machine does not answer, or fails.", dns.Name)
	}
}

func timeoutHint(err error) cesi.Text {
	switch {
	case errors.Is(err, errHandshake):
		return cesi.T("It took the connection, but did not end the TLS handshake in time: supervisord itself does not speak TLS; without a proxy for that, write http:// instead of https:// in cesi.conf.")
	case errors.Is(err, errNotConnected):
		return cesi.T("No connection came about in time: is the host up, and does every firewall let CeSI through?")
	default:
		return cesi.T("It took the connection, but did not answer in time: supervisord may be stuck or overloaded.")
	}
}

// localHint explains failures of CeSI's own machine.
func (c *Client) localHint(err error) (cesi.Cause, cesi.Text) {
	switch {
	case errors.Is(err, syscall.EMFILE):
		return cesi.CauseLocal, cesi.T("CeSI has too many files and connections open: raise its limit (ulimit -n, or minfds of the supervisord that runs it).")
	case errors.Is(err, syscall.ENFILE):
		return cesi.CauseLocal, cesi.T("The machine of CeSI has too many files open: raise fs.file-max there.")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return cesi.CauseLocal, cesi.T("The machine of CeSI has no local address or port left for the connection.")
	case errors.Is(err, syscall.ENOBUFS), errors.Is(err, syscall.ENOMEM):
		return cesi.CauseLocal, cesi.T("The machine of CeSI has no memory left for the connection.")
	case errors.Is(err, syscall.EACCES) && c.node.Socket == "", errors.Is(err, syscall.EPERM) && c.node.Socket == "":
		return cesi.CauseLocal, cesi.T("The machine of CeSI forbids the connection: check its firewall.")
	default:
		return "", cesi.Text{}
	}
}

// connectHint explains a connection that failed, or ended before the reply.
func (c *Client) connectHint(err error) (cesi.Cause, cesi.Text) {
	socket := c.node.Socket
	switch {
	case errors.Is(err, syscall.ECONNREFUSED) && socket != "":
		return cesi.CauseRefused, cesi.T("Nobody listens at %s: is supervisord running?", socket)
	case errors.Is(err, syscall.ECONNREFUSED):
		return cesi.CauseRefused, cesi.T("Nothing listens there: is supervisord running, and its [inet_http_server] port the one configured here?")
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ENOTDIR):
		return cesi.CauseUnreachable, cesi.T("There is no socket %s: is supervisord running?", socket)
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return cesi.CauseUnreachable, cesi.T("CeSI may not open %s: check its owner and mode, and those of its folders.", socket)
	case errors.Is(err, syscall.EPROTOTYPE), errors.Is(err, syscall.EINVAL) && socket != "":
		return cesi.CauseUnreachable, cesi.T("%s is not a socket that supervisord could listen at: check the path.", socket)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTDOWN):
		return cesi.CauseUnreachable, cesi.T("There is no way to the host: check its address, and the routes and firewalls in between.")
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return cesi.CauseUnreachable, cesi.T("It reset the connection before it answered: a firewall or a proxy may refuse CeSI, or the port is another server's.")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), strings.Contains(err.Error(), "server closed idle connection"):
		return cesi.CauseUnreachable, cesi.T("It closed the connection without an answer: check whether the port is supervisord's, and whether a proxy in between may reach it.")
	default:
		return "", cesi.Text{}
	}
}

// certificateHint says what is wrong with a certificate.
func certificateHint(err error) (cesi.Cause, cesi.Text) {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, new(x509.SystemRootsError)):
		return cesi.CauseTLS, cesi.T("This machine knows no certificate authority: install its ca-certificates, or name the authority with tls_ca.")
	case errors.As(err, &unknown):
		return cesi.CauseTLS, cesi.T("Its certificate is of an authority that this machine does not know: name it with tls_ca.")
	case errors.As(err, &host):
		return cesi.CauseTLS, cesi.T("Its certificate is not for %q: write a name in cesi.conf that it is for, or have it issued for this one.", host.Host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && time.Now().Before(invalid.Cert.NotBefore):
		return cesi.CauseTLS, cesi.T("Its certificate is valid only from %s on: check the clock of this machine.", invalid.Cert.NotBefore.UTC().Format(time.DateOnly))
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return cesi.CauseTLS, cesi.T("Its certificate expired on %s: renew it, or check the clock of this machine.", invalid.Cert.NotAfter.UTC().Format(time.DateOnly))
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		return cesi.CauseTLS, cesi.T("Its certificate was not issued for servers: have it issued with the use serverAuth.")
	case errors.As(err, &invalid), errors.As(err, new(*tls.CertificateVerificationError)):
		return cesi.CauseTLS, cesi.T("Its certificate was not accepted: check tls_ca, and how the certificate was issued.")
	default:
		return "", cesi.Text{}
	}
}

// tlsHint explains missing TLS, and TLS errors other than those of certificates.
func tlsHint(err error) (cesi.Cause, cesi.Text) {
	text := err.Error()
	switch {
	case strings.Contains(text, "HTTP response to HTTPS"), errors.As(err, new(tls.RecordHeaderError)):
		return cesi.CauseScheme, cesi.T("It does not speak TLS: write http:// instead of https:// in cesi.conf.")
	case strings.Contains(text, `malformed HTTP response "\x15\x03`):
		return cesi.CauseScheme, speaksTLS()
	case strings.Contains(text, "tls: certificate required"), strings.Contains(text, "tls: bad certificate"):
		return cesi.CauseTLS, cesi.T("It wants a certificate of CeSI, which has none: let what speaks TLS there ask for none.")
	case strings.Contains(text, "tls: unrecognized name"):
		return cesi.CauseTLS, cesi.T("It has no certificate for the name in cesi.conf: check host.")
	case strings.Contains(text, "protocol version"):
		return cesi.CauseTLS, cesi.T("It and CeSI have no version of TLS in common: CeSI needs TLS 1.2 or 1.3.")
	case strings.Contains(text, "tls: handshake failure"):
		return cesi.CauseTLS, cesi.T("It refused the TLS handshake: it may want a certificate of CeSI, which has none, or a cipher that CeSI lacks.")
	case strings.Contains(text, "tls: "):
		return cesi.CauseTLS, cesi.T("TLS with it fails: see CeSI's log, and that of what speaks TLS there.")
	default:
		return "", cesi.Text{}
	}
}

// protocolHint explains servers of another protocol than HTTP.
func protocolHint(err error) (cesi.Cause, cesi.Text) {
	text := err.Error()
	switch {
	case strings.Contains(text, `malformed HTTP response "SSH-`):
		return cesi.CauseNotSupervisor, cesi.T("An SSH server answers there, not supervisord: check the port.")
	case strings.Contains(text, "readLoopPeekFailLocked: %!w(<nil>)"): // of net/http, when a text comes before the request is sent
		return cesi.CauseNotSupervisor, cesi.T("What answers there speaks before it is asked, as SSH and mail servers do: check the port.")
	case strings.Contains(text, "malformed"), strings.Contains(text, "invalid header"), strings.Contains(text, "unsupported transfer encoding"),
		strings.Contains(text, "bad Content-Length"), strings.Contains(text, "invalid chunk"):
		return cesi.CauseNotSupervisor, cesi.T("What answers there does not speak HTTP as expected: check the port.")
	default:
		return "", cesi.Text{}
	}
}

func speaksTLS() cesi.Text {
	return cesi.T("It speaks TLS: write https:// instead of http:// in cesi.conf.")
}

// statusHint explains an HTTP status other than 200.
func (c *Client) statusHint(status *statusError) (cesi.Cause, cesi.Text) {
	switch {
	case status.tls:
		return cesi.CauseScheme, speaksTLS()
	case status.location != "":
		return cesi.CauseScheme, cesi.T("It redirects to %s: name that address in cesi.conf, with its scheme.", status.location)
	case status.path != "":
		return cesi.CauseNotSupervisor, cesi.T("It redirects to the path %q of the same host: check the path in cesi.conf; a proxy has to pass /RPC2 on without a log-in page.", status.path)
	case status.code == http.StatusUnauthorized:
		return c.loginHint(status)
	case status.code >= 500:
		return serverErrorHint(status.code)
	}
	switch code := status.code; code {
	case http.StatusBadRequest:
		return cesi.CauseProxy, cesi.T("It takes the call for a bad request (HTTP 400): a proxy in front of it may want another host name.")
	case http.StatusForbidden:
		return cesi.CauseProxy, cesi.T("It refuses this machine (HTTP 403): a proxy in front of it may admit only some addresses.")
	case http.StatusNotFound, http.StatusGone:
		return cesi.CauseNotSupervisor, cesi.T("There is no /RPC2 at that address (HTTP %d): check the path in cesi.conf.", code)
	case http.StatusMethodNotAllowed:
		return cesi.CauseNotSupervisor, cesi.T("What answers there does not take calls (HTTP %d): check the port; a proxy has to pass POST on.", code)
	case http.StatusProxyAuthRequired:
		return cesi.CauseProxy, cesi.T("A proxy in between wants a log-in of its own (HTTP 407): let it admit CeSI without.")
	case http.StatusLengthRequired:
		return cesi.CauseProxy, cesi.T("The call arrived without Content-Length (HTTP 411): a proxy in front of it has to pass requests on whole, not in chunks.")
	case http.StatusRequestEntityTooLarge:
		return cesi.CauseProxy, cesi.T("A proxy in front of it takes no call of this size (HTTP 413): raise its limit, in nginx client_max_body_size.")
	case http.StatusTooManyRequests:
		return cesi.CauseProxy, cesi.T("A proxy in front of it limits how often it may be asked (HTTP 429): raise its limit for CeSI, or the poll interval.")
	default:
		return cesi.CauseNotSupervisor,
			cesi.T("What answers there does not act as supervisord does: HTTP status %d at %s. Check host, port and path.", code, c.node.Address())
	}
}

// loginHint explains HTTP 401.
func (c *Client) loginHint(status *statusError) (cesi.Cause, cesi.Text) {
	switch {
	case status.scheme != "" && !strings.EqualFold(status.scheme, "Basic"):
		return cesi.CauseProxy, cesi.T("It wants a log-in of the kind %q, which CeSI does not have: a proxy in front of it has to ask for Basic, or for none.", status.scheme)
	case c.node.Username == "":
		return cesi.CauseUnauthorized, cesi.T("It wants a user and a password: set username and password in cesi.conf.")
	default:
		return cesi.CauseUnauthorized, cesi.T("It wants another user or password: check username and password.")
	}
}

// serverErrorHint explains a status of 500 or more.
func serverErrorHint(code int) (cesi.Cause, cesi.Text) {
	switch code {
	case http.StatusInternalServerError:
		return cesi.CauseFailedInside, cesi.T("supervisord has an internal error (HTTP 500): see its log.")
	case http.StatusNotImplemented:
		return cesi.CauseNotSupervisor, cesi.T("What answers there does not take calls (HTTP %d): check the port; a proxy has to pass POST on.", code)
	case http.StatusBadGateway:
		return cesi.CauseProxy, cesi.T("The proxy in front of it can't reach it (HTTP 502): is supervisord running, and at the address that the proxy has?")
	case http.StatusServiceUnavailable:
		return cesi.CauseProxy, cesi.T("The proxy in front of it has no server for it, or too much to do (HTTP 503): see the proxy's log.")
	case http.StatusGatewayTimeout:
		return cesi.CauseProxy, cesi.T("The proxy in front of it had no answer from it in time (HTTP 504): supervisord may be stuck, or the proxy waits too short a time, in nginx proxy_read_timeout.")
	default:
		return cesi.CauseProxy, cesi.T("A proxy in front of it fails (HTTP %d): see the proxy's log.", code)
	}
}
