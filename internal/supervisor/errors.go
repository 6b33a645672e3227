package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"cesi/internal/cesi"
)

var (
	errTooLarge  = errors.New("the reply is larger than 16 MiB")
	errHeader    = errors.New("the reply's header is larger than 64 KiB")
	errNotXMLRPC = errors.New("the reply is no XML-RPC")
	errWebPage   = fmt.Errorf("%w but a web page", errNotXMLRPC)
	errOtherXML  = fmt.Errorf("%w but other XML", errNotXMLRPC)
	errEmpty     = fmt.Errorf("%w: it is empty", errNotXMLRPC)

	// errNotConnected is wrapped if no connection was made.
	errNotConnected = errors.New("no connection")
	// errHandshake is wrapped if a TLS handshake failed.
	errHandshake = errors.New("TLS handshake")
)

// statusError is an HTTP status other than 200.
type statusError struct {
	code     int
	location string // scheme and host of a redirect to another server
	path     string // of a redirect on the same server
	scheme   string // the kind of log-in that is wanted
	tls      bool   // it is the answer to HTTP at a TLS port
}

func (e *statusError) Error() string { return fmt.Sprintf("HTTP status %d", e.code) }

// explain turns an error of a call into a named one. Its sentence says what to check.
// Neither the sentence nor the cause holds a credential.
func (c *Client) explain(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return cesi.Wrap(cesi.Unreachable, context.Canceled, "The call was cancelled.")
	}
	kind, cause, text := c.classify(ctx, err)
	return &cesi.Error{Kind: kind, Text: text, Cause: cause, Err: err}
}

// newStatusError reads the reason from a reply with a status other than 200.
func newStatusError(response *http.Response) *statusError {
	e := &statusError{code: response.StatusCode}
	from := response.Request.URL
	switch to, err := response.Location(); {
	case err != nil || e.code < 300 || e.code > 399:
	case to.Host != from.Host || to.Scheme != from.Scheme:
		e.location = string(clippedTo([]byte(to.Scheme+"://"+to.Host), 200))
	default:
		e.path = string(clippedTo([]byte(to.Path), 200))
	}
	if e.code == http.StatusUnauthorized {
		scheme, _, _ := strings.Cut(response.Header.Get("WWW-Authenticate"), " ")
		e.scheme = string(clippedTo([]byte(scheme), 40))
	}
	if e.code == http.StatusBadRequest {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10))
		body := strings.ToLower(string(text))
		e.tls = strings.Contains(body, "request to an https server") || strings.Contains(body, "to https port") || strings.Contains(body, "ssl-enabled server port")
	}
	return e
}

// noInterface is the error of a supervisord without the standard methods.
func noInterface(err error) error {
	e := cesi.Wrap(cesi.Unreachable, err, "supervisord has no [rpcinterface:supervisor] section: add it as in the sample configuration of supervisor, and restart supervisord.")
	e.Cause, e.Fault = cesi.CauseNoInterface, cesi.FaultUnknownMethod
	return e
}

// badReply is the error of a reply of an unexpected form.
func badReply(err error) error {
	e := cesi.Wrap(cesi.Unreachable, err, "Its reply can't be understood.")
	e.Cause = cesi.CauseBadReply
	return e
}

// faultError turns a fault into an error of the matching kind, with supervisord's
// words.
func faultError(f fault) error {
	code := cesi.FaultCode(f.Code)
	text := f.String
	if isUnknownMethod(text) {
		code = cesi.FaultUnknownMethod
	}
	e := &cesi.Error{Kind: cesi.Fault, Text: cesi.Raw(text), Fault: code}
	switch code {
	case cesi.FaultBadName:
		e.Kind = cesi.NotFound
	case cesi.FaultAlreadyStarted, cesi.FaultNotRunning, cesi.FaultAlreadyAdded, cesi.FaultStillRunning:
		e.Kind = cesi.Conflict
	case cesi.FaultShutdownState:
		e.Kind, e.Cause, e.Text = cesi.Unreachable, cesi.CauseShuttingDown, cesi.T("supervisord is shutting down or restarting.")
	}
	if e.Text.ID == "" {
		e.Text = cesi.T("fault %s", strconv.Itoa(f.Code)) // without separators
	}
	return e
}

// statusFault is the error of one process in a call on many.
func statusFault(status int, description string) error {
	return faultError(fault{Code: status, String: description})
}

// isUnknownMethod recognises how other implementations report a missing method:
// ochinchina/supervisord uses the words of gorilla/rpc.
func isUnknownMethod(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "can't find method") || strings.Contains(text, "can't find service") ||
		strings.Contains(text, "unknown method")
}
