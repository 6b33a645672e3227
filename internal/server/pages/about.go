package pages

import (
	"cmp"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/view"
)

// ShowAbout shows the version of this program and its parts.
func (h *Handler) ShowAbout(w http.ResponseWriter, r *http.Request) error {
	facts := aboutFacts{
		Build: h.Build, Started: h.Started, Modules: modules(),
		ConfigFile: h.ConfigFile, Database: h.Database,
	}
	return h.Renderer.Render(w, http.StatusOK, "about", newAboutPage(h.Base(r), facts, h.Fleet.Snapshot()))
}

// modules are the Go modules in this program, path to version.
func modules() map[string]string {
	versions := make(map[string]string)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			versions[m.Path] = m.Version
		}
	}
	return versions
}

// Build identifies the program.
type Build struct {
	Version, Commit, Go string
}

// aboutPage shows the version of this CeSI and its parts.
type aboutPage struct {
	view.Base
	aboutFacts
	Uptime   cesi.Text
	Nodes    int
	Versions []versionCount
	Parts    []dependency
}

// aboutFacts are facts about the running program.
type aboutFacts struct {
	Build      Build
	Started    time.Time
	ConfigFile string // shown to administrators
	Database   string // shown to administrators
	// Modules are the Go modules in the program, path to version.
	Modules map[string]string
}

// versionCount is how many nodes run a version of supervisord.
type versionCount struct {
	Version, API string
	Nodes        int
}

func newAboutPage(base view.Base, facts aboutFacts, s *fleet.Snapshot) aboutPage {
	return aboutPage{
		Base: base.At("about", base.Say("About")), aboutFacts: facts,
		Uptime: cesi.DurationText(base.Now.Sub(facts.Started)),
		Nodes:  len(s.Nodes), Versions: countVersions(s), Parts: newDependencies(facts.Modules),
	}
}

// countVersions counts the nodes of each supervisord version, the commonest first.
// Nodes that never answered are not counted.
func countVersions(s *fleet.Snapshot) []versionCount {
	counts := make(map[[2]string]int)
	for _, n := range s.Nodes {
		if n.Supervisor.Version != "" {
			counts[[2]string{n.Supervisor.Version, n.Supervisor.APIVersion}]++
		}
	}
	var list []versionCount
	for v, n := range counts {
		list = append(list, versionCount{Version: v[0], API: v[1], Nodes: n})
	}
	slices.SortFunc(list, func(a, b versionCount) int {
		return cmp.Or(cmp.Compare(b.Nodes, a.Nodes), cesi.CompareNames(a.Version, b.Version), cesi.CompareNames(a.API, b.API))
	})
	return list
}

// dependency is a library or other work in the program that CeSI's authors did not
// write.
type dependency struct {
	Name             cesi.Text
	Version, Licence string
	File             string // static file with the licence's text
	URL              string // the place of its source and licence
}

// newDependencies lists the libraries of the pages and the linked Go modules.
func newDependencies(modules map[string]string) []dependency {
	parts := []dependency{
		{Name: cesi.Raw("Bootstrap"), Licence: "MIT", File: "vendor/LICENSE.bootstrap.txt"},
		{Name: cesi.Raw("Bootswatch"), Licence: "MIT", File: "vendor/LICENSE.bootswatch.txt"},
		{Name: cesi.Raw("Bootstrap Icons"), Licence: "MIT", File: "vendor/LICENSE.bootstrap-icons.txt"},
		{Name: cesi.T("Go and its standard library"), Licence: "BSD-3-Clause", URL: "https://go.dev/LICENSE"},
	}
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		parts = append(parts, dependency{
			Name: cesi.Raw(path), Version: modules[path], Licence: moduleLicence(path), URL: "https://pkg.go.dev/" + path + "?tab=licenses",
		})
	}
	return parts
}

// moduleLicence returns the SPDX name of a module's licence; empty if unknown.
func moduleLicence(path string) string {
	switch path {
	case "github.com/BurntSushi/toml", "github.com/dustin/go-humanize", "github.com/go-chi/chi/v5", "github.com/kolo/xmlrpc",
		"github.com/mattn/go-isatty", "github.com/mfridman/interpolate", "github.com/ncruces/go-strftime",
		"github.com/pressly/goose/v3", "github.com/yuin/goldmark", "go.uber.org/multierr":
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
