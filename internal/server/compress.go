package server

import (
	"net/http"

	"cesi/web"

	"github.com/go-chi/chi/v5/middleware"
)

// compress packs pages and the API's answers for those who understand gzip.
// Static files are packed already; streams, downloads and exports have other
// types and go out as they are written.
//
// What is packed together with what somebody else chose can be guessed from its
// size (BREACH): so a page that another site has the browser open is sent as it
// is. Browsers tell by Sec-Fetch-Site, on HTTPS, where alone it matters. No page
// holds a secret that stays the same: there are no tokens in forms, passwords of
// nodes are never shown, and a new password or API token is shown once.
func compress(next http.Handler) http.Handler {
	const level = 5 // of 9: about as small as 9, in half the time
	packed := middleware.Compress(level, "text/html", "application/json")(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Sec-Fetch-Site") {
		case "cross-site", "same-site":
			next.ServeHTTP(w, r)
			return
		}
		if !web.AcceptsGzip(r) { // a finer look than the middleware's own
			next.ServeHTTP(w, r)
			return
		}
		packed.ServeHTTP(w, r)
	})
}
