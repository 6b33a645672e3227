package cesi

import "errors"

// Kind is the kind of an error. One table of the server turns it into an HTTP status.
type Kind int

// The kinds of errors. Errors without a kind are Internal.
const (
	Internal     Kind = iota // a defect or a broken machine; its text is for the log only
	NotFound                 // no such node, process, user
	Invalid                  // the request makes no sense
	Unauthorized             // not logged in
	Forbidden                // logged in, but not permitted
	Conflict                 // already started, not running, already there
	Busy                     // another command on the same target is running
	Throttled                // too many failed tries
	TooOften                 // too many requests in a short time
	TooManyOpen              // too many logs or pages are open
	Unreachable              // a node could not be reached
	Timeout                  // a node did not answer in time
	Fault                    // the node answered with an XML-RPC fault
	Unavailable              // the database is in use by another program
)

// String names the kind for logs.
func (k Kind) String() string {
	names := [...]string{"internal", "not found", "invalid", "unauthorized", "forbidden",
		"conflict", "busy", "throttled", "too often", "too many open", "unreachable", "timeout", "fault", "unavailable"}
	if k < 0 || int(k) >= len(names) {
		return "internal"
	}
	return names[k]
}

// Cause names why a call to a node failed, in words for pages.
type Cause string

// The causes of a failed call other than a fault.
const (
	CauseRefused       Cause = "connection refused"
	CauseTimeout       Cause = "timeout"
	CauseUnauthorized  Cause = "unauthorized"
	CauseNameNotFound  Cause = "name not found"
	CauseNotSupervisor Cause = "not a supervisord"
	CauseShuttingDown  Cause = "shutting down"
	CauseBadReply      Cause = "bad reply"
	CauseFailedInside  Cause = "failed inside"   // it answers, but with its own error
	CauseTooLarge      Cause = "reply too large" // more than the client reads
	CauseNoInterface   Cause = "no rpcinterface"
	CauseTLS           Cause = "certificate not accepted"
	CauseScheme        Cause = "wrong scheme"     // TLS at a plain port, plain HTTP at a TLS port, a redirect
	CauseProxy         Cause = "refused by proxy" // a proxy answers instead
	CauseLocal         Cause = "failed at CeSI"   // a limit or rule of CeSI's own machine
	CauseUnreachable   Cause = "unreachable"      // no route, reset, no such socket, …
)

// FaultCode is the number of an XML-RPC fault of supervisord.
type FaultCode int

// The faults of supervisor/xmlrpc.py.
const (
	FaultUnknownMethod       FaultCode = 1
	FaultIncorrectParameters FaultCode = 2
	FaultBadArguments        FaultCode = 3
	FaultSignature           FaultCode = 4
	FaultShutdownState       FaultCode = 6
	FaultBadName             FaultCode = 10
	FaultBadSignal           FaultCode = 11
	FaultNoFile              FaultCode = 20
	FaultNotExecutable       FaultCode = 21
	FaultFailed              FaultCode = 30
	FaultAbnormalTermination FaultCode = 40
	FaultSpawnError          FaultCode = 50
	FaultAlreadyStarted      FaultCode = 60
	FaultNotRunning          FaultCode = 70
	FaultSuccess             FaultCode = 80
	FaultAlreadyAdded        FaultCode = 90
	FaultStillRunning        FaultCode = 91
	FaultCantReread          FaultCode = 92
)

// Error is a failure with a kind. Text is a sentence that users may read: it holds no
// secret and no internals. Err is the cause, for the log.
type Error struct {
	Kind  Kind
	Text  Text
	Cause Cause     // set if CeSI could not ask a node
	Fault FaultCode // set if Kind comes from a fault
	Err   error
}

// Error returns the text in English, followed by the text of the cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Text.String()
	}
	if e.Text.ID == "" {
		return e.Err.Error()
	}
	return e.Text.String() + ": " + e.Err.Error()
}

// Unwrap returns the cause of the error.
func (e *Error) Unwrap() error { return e.Err }

// Errorf returns an Error of the kind, with the text that T makes of format and args.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Text: T(format, args...)}
}

// Wrap returns an Error of the kind, with the text that T makes of format and args,
// and err as its cause.
func Wrap(kind Kind, err error, format string, args ...any) *Error {
	return &Error{Kind: kind, Text: T(format, args...), Err: err}
}

// KindOf returns the kind of the first Error in err's chain, else Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// CauseOf returns the cause of the first Error in err's chain, if any.
func CauseOf(err error) Cause {
	var e *Error
	if errors.As(err, &e) {
		return e.Cause
	}
	return ""
}

// FaultOf returns the fault of the first Error in err's chain, or 0.
func FaultOf(err error) FaultCode {
	var e *Error
	if errors.As(err, &e) {
		return e.Fault
	}
	return 0
}

// TextOf returns the text of err for users: the text of the first Error in its chain,
// or a general one for an Internal error, whose details belong in the log.
func TextOf(err error) Text {
	var e *Error
	if errors.As(err, &e) && e.Kind != Internal && e.Text.ID != "" {
		return e.Text
	}
	return T("Internal error; see CeSI's log.")
}
