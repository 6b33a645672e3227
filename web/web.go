// Package web holds what is sent to browsers as it is: the templates of the
// pages and the static files (style sheets, icons, one script), all embedded.
//
// It serves the static files and hands out the templates; what is put into them
// is the server's business. static/vendor and static/icons.svg are made by
// assets.sh (make assets) and committed.
package web

import (
	"embed"
	"io/fs"
)

//go:embed templates static
var files embed.FS

// Templates returns the templates: layouts/*.html, partials/*.html and
// pages/*.html.
func Templates() fs.FS {
	sub, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	return sub
}
