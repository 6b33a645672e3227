package stream

import (
	"net/http"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/server/session"
)

// reader is the user who receives a stream. A session may end, and a role change, while
// the stream goes on.
type reader struct {
	sessions *session.Sessions
	request  *http.Request
	allowed  func(*cesi.User) bool
	every    time.Duration // between two checks
	checked  time.Time
}

// newReader returns the reader of a request, who has just been checked.
func (h *Handler) newReader(r *http.Request, every time.Duration, allowed func(*cesi.User) bool) *reader {
	return &reader{sessions: h.Sessions, request: r, allowed: allowed, every: every, checked: time.Now()}
}

// newLogReader returns a reader of logs.
func (h *Handler) newLogReader(r *http.Request) *reader {
	return h.newReader(r, recheckEvery, func(user *cesi.User) bool { return user.Role.Can(cesi.ReadLogs) })
}

// mayContinue reports whether the reader may still have the stream. It is cheap: it looks
// only if the last check is old.
func (p *reader) mayContinue() bool {
	now := time.Now()
	if now.Sub(p.checked) < p.every {
		return true
	}
	p.checked = now
	user := p.sessions.Current(p.request)
	return user != nil && p.allowed(user)
}
