package server

import (
	"net/http"

	"cesi/internal/cesi"
)

const (
	// maxQueryValue bounds each value of a query, in bytes: no real name, time or
	// search is longer, and SQLite refuses patterns of 50,000.
	maxQueryValue = 2000
	// maxQueryPath bounds values that are addresses of pages with their own queries.
	maxQueryPath = 8000
)

// boundQuery refuses queries with a value that is too long.
func (s *Server) boundQuery(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" {
			if err := checkQuery(r); err != nil {
				s.fail(w, r, err)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

func checkQuery(r *http.Request) error {
	for name, values := range r.URL.Query() {
		limit := maxQueryValue
		if name == "at" || name == "next" || name == "from" {
			limit = maxQueryPath
		}
		for _, value := range values {
			if len(value) > limit || len(name) > maxQueryValue {
				return cesi.Errorf(cesi.Invalid, "%.20q in this address is too long: %d bytes are the most", name, limit)
			}
		}
	}
	return nil
}
