package request

import (
	"errors"
	"net/http"
	"strconv"

	"cesi/internal/auth"
	"cesi/internal/cesi"
)

// Status maps the kind of an error to an HTTP status. It is the only such table.
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

// BodyError returns an error that names the limit, if a body is over it.
func BodyError(err error) error {
	var limit *http.MaxBytesError
	if errors.As(err, &limit) {
		return cesi.Errorf(cesi.Invalid, "the request is larger than %d bytes", limit.Limit)
	}
	return cesi.Wrap(cesi.Invalid, err, "the request could not be read")
}

// ErrCrossSite is the reason of a refusal that does not depend on the role.
var ErrCrossSite = errors.New("cross-site request")

// SetRetryAfter says when to try again, if the request was throttled.
func SetRetryAfter(w http.ResponseWriter, err error) {
	var throttled *auth.ThrottledError
	if errors.As(err, &throttled) {
		w.Header().Set("Retry-After", strconv.Itoa(int(throttled.RetryAfter.Seconds())+1))
	}
}
