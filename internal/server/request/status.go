package request

import (
	"errors"
	"net/http"
	"strconv"

	"cesi/internal/auth"
	"cesi/internal/cesi"
)

// Status is the one table from a kind of failure to an HTTP status.
func Status(err error) int {
	switch cesi.KindOf(err) {
	case cesi.NotFound:
		return http.StatusNotFound
	case cesi.Invalid:
		return http.StatusBadRequest
	case cesi.Unauthorized:
		return http.StatusUnauthorized
	case cesi.Forbidden:
		return http.StatusForbidden
	case cesi.Conflict, cesi.Busy:
		return http.StatusConflict
	case cesi.Throttled, cesi.TooOften, cesi.TooManyOpen:
		return http.StatusTooManyRequests
	case cesi.Unreachable:
		return http.StatusBadGateway
	case cesi.Timeout:
		return http.StatusGatewayTimeout
	case cesi.Fault:
		return http.StatusUnprocessableEntity
	case cesi.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// BodyError turns the error of a body over its limit into one that says so.
func BodyError(err error) error {
	var limit *http.MaxBytesError
	if errors.As(err, &limit) {
		return cesi.Errorf(cesi.Invalid, "the request is larger than %d bytes", limit.Limit)
	}
	return cesi.Wrap(cesi.Invalid, err, "the request could not be read")
}

// ErrCrossSite is why a request was refused that its sender's role may well allow.
var ErrCrossSite = errors.New("cross-site request")

// SetRetryAfter says when to try again, where that is why it failed.
func SetRetryAfter(w http.ResponseWriter, err error) {
	var throttled *auth.ThrottledError
	if errors.As(err, &throttled) {
		w.Header().Set("Retry-After", strconv.Itoa(int(throttled.RetryAfter.Seconds())+1))
	}
}
