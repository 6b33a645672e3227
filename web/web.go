// Package web embeds the files for browsers: the templates of the pages, their texts in
// other languages, the manual, and the static files (style sheets, icons, scripts).
//
// It serves the static files and returns the templates; the server fills them in.
// The style sheets of styles and the modules of scripts are joined to one file each when
// they are served. static/vendor and static/icons.svg are made by assets.sh (make assets)
// and committed.
package web

import (
	"embed"
	"io/fs"
)

//go:embed templates static styles scripts locales docs
var files embed.FS

// Locales returns the catalogues of texts in languages other than English, and of the
// English plurals: TAG.json.
func Locales() fs.FS { return folder("locales") }

// Templates returns the templates: layouts/*.html, partials/*.html and
// pages/*.html.
func Templates() fs.FS { return folder("templates") }

// Manual returns the manual: LANGUAGE/NAME.md, such as en/install.md.
func Manual() fs.FS { return folder("docs") }

func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	return sub
}
