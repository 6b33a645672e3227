package server

import (
	"cmp"
	"slices"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/view"
	"cesi/internal/words"
)

// aboutPage says what this CeSI is and what it is made of.
type aboutPage struct {
	view.Base
	aboutFacts
	Uptime   words.Phrase
	Nodes    int
	Versions []versionCount
	Parts    []includedPart
}

// aboutFacts are what only the running program knows.
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
		Uptime: view.FormatElapsed(base.Now.Sub(facts.Started)),
		Nodes:  len(s.Nodes), Versions: countVersions(s), Parts: newIncludedParts(facts.Modules),
	}
}

// countVersions counts the nodes of each supervisord version, the commonest
// first. Nodes that never answered are not among them.
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
