package server

import (
	"net/http"

	"cesi/web"

	"github.com/go-chi/chi/v5/middleware"
)

// compress compresses pages and the API's replies for clients that accept gzip. Static
// files are compressed already; streams, downloads and exports have other types and are
// sent uncompressed.
//
// If a page contains text chosen by an attacker, the compressed size can reveal other
// parts of the page (BREACH). So a page requested by another site is sent uncompressed.
// Browsers send Sec-Fetch-Site only on HTTPS, and only there it matters. No page holds
// a secret that stays the same: forms have no tokens, passwords of nodes are never
// shown, and a new password or API token is shown once.
func compress(next http.Handler) http.Handler {
	const level = 5 // of 9: about as small as 9, in half the time
	packed := middleware.Compress(level, "text/html", "application/json")(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Sec-Fetch-Site") {
		case "cross-site", "same-site":
			next.ServeHTTP(w, r)
			return
		}
		if !web.AcceptsGzip(r) { // more precise than the middleware's own check
			next.ServeHTTP(w, r)
			return
		}
		packed.ServeHTTP(w, r)
	})
}
