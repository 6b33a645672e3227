package server

import (
	"net/http"

	"cesi/internal/cesi"
)

// mayStill asks again whether who sent the request is logged in and has the
// permission: a session may have ended, a role may have changed.
func (s *sessions) mayStill(r *http.Request, permission cesi.Permission) bool {
	v := visitor{address: visitorOf(r).address, https: visitorOf(r).https}
	if err := s.recognize(r, &v); err != nil || v.user == nil {
		return false
	}
	return !v.user.MustChange && v.user.Role.Can(permission)
}
