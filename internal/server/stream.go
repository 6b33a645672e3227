package server

import (
	"context"
	"net/http"
	"time"

	"cesi/internal/cesi"
)

// unhurried gives an answer that took its time to prepare, since a node did, all
// the time that answers get to be sent. What can't set deadlines has none.
func unhurried(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportPatience))
}

// untilClosing returns a context that ends with the request or when the server
// shuts down.
func (rd *requestReader) untilClosing(r *http.Request) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(rd.Closing, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// mayStill asks again whether who sent the request is logged in and has the
// permission: a session may have ended, a role may have changed.
func (s *sessions) mayStill(r *http.Request, permission cesi.Permission) bool {
	v := visitor{address: visitorOf(r).address, https: visitorOf(r).https}
	if err := s.recognize(r, &v); err != nil || v.user == nil {
		return false
	}
	return !v.user.MustChange && v.user.Role.Can(permission)
}
