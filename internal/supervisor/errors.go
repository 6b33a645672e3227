package supervisor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"cesi/internal/cesi"
)

var (
	errTooLarge  = errors.New("the reply is larger than 16 MiB")
	errHeader    = errors.New("the reply's header is larger than 64 KiB")
	errNotXMLRPC = errors.New("the reply is no XML-RPC")
)

// statusError is an HTTP status other than 200.
type statusError struct {
	code     int
	location string // scheme and host of a redirect
	tls      bool   // it is the answer to HTTP at a TLS port
}

func (e *statusError) Error() string { return fmt.Sprintf("HTTP status %d", e.code) }

// explain turns a failure on the way to a good reply into a named one. The
// sentence says what to check; neither it nor the cause holds a credential.
func (c *Client) explain(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return cesi.Wrap(cesi.Unreachable, context.Canceled, "The call was broken off.")
	}
	kind, cause, sentence := c.classify(ctx, err)
	e := cesi.Wrap(kind, err, "%s", sentence)
	e.Cause = cause
	return e
}

func (c *Client) classify(ctx context.Context, err error) (cesi.Kind, cesi.Cause, string) {
	var status *statusError
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &status):
		return c.classifyStatus(status)
	case errors.Is(err, errNotXMLRPC):
		return cesi.Unreachable, cesi.CauseNotSupervisor, "What answers there is no supervisord: it sends a web page."
	case errors.Is(err, errTooLarge):
		return cesi.Unreachable, cesi.CauseTooLarge, "Its reply is larger than 16 MiB."
	case errors.Is(err, errHeader), strings.Contains(err.Error(), "server response headers exceeded"):
		return cesi.Unreachable, cesi.CauseTooLarge, "The header of its reply is larger than 64 KiB."
	case ctx.Err() != nil || errors.As(err, &timeout) && timeout.Timeout():
		return cesi.Timeout, cesi.CauseTimeout, "It did not answer in time: is the host up, and supervisord not stuck?"
	case errors.As(err, &dns):
		return cesi.Unreachable, cesi.CauseNameNotFound, fmt.Sprintf("The name %q was not found.", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return cesi.Unreachable, cesi.CauseRefused, c.refused()
	case isTLS(err):
		return cesi.Unreachable, cesi.CauseTLS, certificateSentence(err)
	case strings.Contains(err.Error(), "HTTP response to HTTPS"), errors.As(err, new(tls.RecordHeaderError)):
		return cesi.Unreachable, cesi.CauseNotSupervisor, "It does not speak TLS: write http:// instead of https:// in cesi.conf."
	case strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`):
		return cesi.Unreachable, cesi.CauseNotSupervisor, sayHTTPS
	case strings.Contains(err.Error(), `malformed HTTP response "SSH-`):
		return cesi.Unreachable, cesi.CauseNotSupervisor, "An SSH server answers there, not supervisord: check the port."
	case strings.Contains(err.Error(), "readLoopPeekFailLocked: %!w(<nil>)"): // net/http's, when a text comes before the request is sent
		return cesi.Unreachable, cesi.CauseNotSupervisor, "What answers there speaks before it is asked, as SSH and mail servers do: check the port."
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return cesi.Unreachable, cesi.CauseBadReply, "It broke its reply off."
	default:
		return c.classifyOther(err)
	}
}

const sayHTTPS = "It speaks TLS: write https:// instead of http:// in cesi.conf."

func (c *Client) classifyStatus(status *statusError) (cesi.Kind, cesi.Cause, string) {
	code := status.code
	switch {
	case status.tls:
		return cesi.Unreachable, cesi.CauseNotSupervisor, sayHTTPS
	case status.location != "":
		return cesi.Unreachable, cesi.CauseNotSupervisor, fmt.Sprintf("It redirects to %s: name that address in cesi.conf, with its scheme.", status.location)
	}
	switch code {
	case http.StatusUnauthorized:
		return cesi.Unreachable, cesi.CauseUnauthorized, "It wants another user or password: check username and password."
	case http.StatusForbidden:
		return cesi.Unreachable, cesi.CauseNotSupervisor, "It refuses this machine (HTTP 403): a proxy in front of it may admit only some addresses."
	case http.StatusNotFound:
		return cesi.Unreachable, cesi.CauseNotSupervisor, "There is no /RPC2 at that address (HTTP 404)."
	case http.StatusMethodNotAllowed, http.StatusLengthRequired, http.StatusRequestEntityTooLarge:
		return cesi.Unreachable, cesi.CauseNotSupervisor, fmt.Sprintf("What answers there does not take calls (HTTP %d): a proxy has to pass POST on.", code)
	case http.StatusInternalServerError:
		return cesi.Unreachable, cesi.CauseFailedInside, "supervisord failed inside (HTTP 500); its own log says why."
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return cesi.Unreachable, cesi.CauseUnreachable, fmt.Sprintf("The proxy in front of it can't reach it (HTTP %d).", code)
	default:
		return cesi.Unreachable, cesi.CauseNotSupervisor,
			fmt.Sprintf("What answers there is no supervisord: HTTP status %d at %s.", code, c.node.Address())
	}
}

// newStatusError reads what a reply other than 200 tells of its reason.
func newStatusError(response *http.Response) *statusError {
	e := &statusError{code: response.StatusCode}
	if to, err := response.Location(); err == nil && to.Host != "" && to.Host != response.Request.URL.Host ||
		err == nil && to.Scheme != response.Request.URL.Scheme {
		e.location = string(clippedTo([]byte(to.Scheme+"://"+to.Host), 200))
	}
	if e.code == http.StatusBadRequest {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10))
		body := strings.ToLower(string(text))
		e.tls = strings.Contains(body, "request to an https server") || strings.Contains(body, "to https port") || strings.Contains(body, "ssl-enabled server port")
	}
	return e
}

// certificateSentence says what is wrong with a certificate.
func certificateSentence(err error) string {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		return "Its certificate is of an authority that this machine does not know: name it with tls_ca."
	case errors.As(err, &host):
		return "Its certificate is for another name than the one in cesi.conf."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "Its certificate has expired or is not valid yet; or the clock of this machine is wrong."
	default:
		return "Its certificate was not accepted: check tls_ca, and the name in the certificate."
	}
}

// noInterface is the error of a supervisord that lacks the methods that all have.
func noInterface(err error) error {
	e := cesi.Wrap(cesi.Unreachable, err, "supervisord has no [rpcinterface:supervisor] section.")
	e.Cause, e.Fault = cesi.CauseNoInterface, cesi.FaultUnknownMethod
	return e
}

func (c *Client) classifyOther(err error) (cesi.Kind, cesi.Cause, string) {
	switch {
	case errors.Is(err, syscall.ENOENT):
		return cesi.Unreachable, cesi.CauseUnreachable, fmt.Sprintf("There is no socket %s: is supervisord running?", c.node.Socket)
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return cesi.Unreachable, cesi.CauseUnreachable, fmt.Sprintf("CeSI may not open %s: check its owner and mode.", c.node.Address())
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return cesi.Unreachable, cesi.CauseUnreachable, "There is no way to the host."
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return cesi.Unreachable, cesi.CauseUnreachable, "It closed the connection."
	case strings.Contains(err.Error(), "malformed HTTP"), strings.Contains(err.Error(), "HTTP response to HTTPS"),
		strings.Contains(err.Error(), "invalid header"), strings.Contains(err.Error(), "headers exceeded"):
		return cesi.Unreachable, cesi.CauseNotSupervisor, "What answers there is no supervisord: it does not speak HTTP as expected."
	default:
		return cesi.Unreachable, cesi.CauseUnreachable, "It can't be reached."
	}
}

func (c *Client) refused() string {
	if c.node.Socket != "" {
		return fmt.Sprintf("Nobody listens at %s: is supervisord running?", c.node.Socket)
	}
	return "Nothing listens there: is supervisord running, and its [inet_http_server] port the one configured here?"
}

func isTLS(err error) bool {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	var alert tls.AlertError
	return errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) ||
		errors.As(err, &verify) || errors.As(err, &alert)
}

// badReply is the error of a reply that is not what was asked for.
func badReply(err error) error {
	e := cesi.Wrap(cesi.Unreachable, err, "Its reply can't be understood.")
	e.Cause = cesi.CauseBadReply
	return e
}

// faultError turns a fault into an error of the kind that fits it, in
// supervisord's words.
func faultError(f fault) error {
	code := cesi.FaultCode(f.Code)
	text := f.String
	if isUnknownMethod(text) {
		code = cesi.FaultUnknownMethod
	}
	e := &cesi.Error{Kind: cesi.Fault, Message: text, Fault: code}
	switch code {
	case cesi.FaultBadName:
		e.Kind = cesi.NotFound
	case cesi.FaultAlreadyStarted, cesi.FaultNotRunning, cesi.FaultAlreadyAdded, cesi.FaultStillRunning:
		e.Kind = cesi.Conflict
	case cesi.FaultShutdownState:
		e.Kind, e.Cause, e.Message = cesi.Unreachable, cesi.CauseShuttingDown, "supervisord is shutting down or restarting."
	}
	if e.Message == "" {
		e.Message = fmt.Sprintf("fault %d", f.Code)
	}
	return e
}

// statusFault is the error of one process in a call on many.
func statusFault(status int, description string) error {
	return faultError(fault{Code: status, String: description})
}

// isUnknownMethod recognizes how other implementations say that they lack a
// method: ochinchina/supervisord answers with gorilla/rpc's words.
func isUnknownMethod(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "can't find method") || strings.Contains(text, "can't find service") ||
		strings.Contains(text, "unknown method")
}
