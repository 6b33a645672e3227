package request

import (
	"net/http"
)

// IsPartial reports whether a script of an open page sends the request, and puts the
// response into that page, instead of a browser that shows the response as a page.
func IsPartial(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }
