package request

import (
	"net/http"
)

// IsPartial reports whether a page's script asks, which puts the answer into the
// page that is there, instead of a browser that shows the answer as a page.
func IsPartial(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }
