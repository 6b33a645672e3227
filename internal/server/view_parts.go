package server

import (
	"maps"
	"slices"

	"cesi/internal/words"
)

// includedPart is somebody else's work that is part of the program.
type includedPart struct {
	Name             words.Phrase
	Version, Licence string
	File             string // static file with the licence's text
	URL              string // where its source and licence are
}

// newIncludedParts lists what the pages are made with and the Go modules that
// are linked in.
func newIncludedParts(modules map[string]string) []includedPart {
	parts := []includedPart{
		{Name: words.Verbatim("Bootstrap"), Licence: "MIT", File: "vendor/LICENSE.bootstrap.txt"},
		{Name: words.Verbatim("Bootswatch"), Licence: "MIT", File: "vendor/LICENSE.bootswatch.txt"},
		{Name: words.Verbatim("Bootstrap Icons"), Licence: "MIT", File: "vendor/LICENSE.bootstrap-icons.txt"},
		{Name: words.Of("Go and its standard library"), Licence: "BSD-3-Clause", URL: "https://go.dev/LICENSE"},
	}
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		parts = append(parts, includedPart{
			Name: words.Verbatim(path), Version: modules[path], Licence: moduleLicence(path), URL: "https://pkg.go.dev/" + path + "?tab=licenses",
		})
	}
	return parts
}

// moduleLicence returns the SPDX name of a module's licence; empty where it is
// not known here.
func moduleLicence(path string) string {
	switch path {
	case "github.com/BurntSushi/toml", "github.com/dustin/go-humanize", "github.com/go-chi/chi/v5", "github.com/kolo/xmlrpc",
		"github.com/mattn/go-isatty", "github.com/mfridman/interpolate", "github.com/ncruces/go-strftime",
		"github.com/pressly/goose/v3", "go.uber.org/multierr":
		return "MIT"
	case "github.com/sethvargo/go-retry", "gopkg.in/ini.v1":
		return "Apache-2.0"
	case "github.com/google/uuid", "github.com/remyoudompheng/bigfft",
		"golang.org/x/crypto", "golang.org/x/net", "golang.org/x/sync", "golang.org/x/sys", "golang.org/x/term",
		"golang.org/x/text", "modernc.org/libc", "modernc.org/mathutil", "modernc.org/memory", "modernc.org/sqlite":
		return "BSD-3-Clause"
	default:
		return ""
	}
}
