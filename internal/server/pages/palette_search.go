package pages

import (
	"slices"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/manual"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// Scores of the kinds: they order equally good matches. The match counts more than the
// kind.
const (
	scorePage        = 50
	scoreEnvironment = 40
	scoreGroup       = 30
	scoreNode        = 20
	scoreProcess     = 0 // and up to 10 more for trouble
	scoreHelpPage    = 10
	scoreHelpSection = 0
	perMatch         = 100
	scoreAction      = 100_000 // a verb was typed
)

// paletteSearch searches what the user may see and do.
type paletteSearch struct {
	base     view.Base
	snapshot *fleet.Snapshot
	manual   manual.Edition
	back     string // local path to which a command leads back
}

// find returns the results for a text, best first; for an empty text the pages.
func (p paletteSearch) find(text string) []paletteItem {
	w := parseQuery(text)
	if len(w) == 0 {
		return best(p.pages(w))
	}
	return best(p.actions(text), p.pages(w), p.environments(w), p.groups(w), p.nodes(w), p.processes(w), p.help(w))
}

func (p paletteSearch) pages(w query) (found results) {
	for _, page := range palettePages(p.base) {
		if sum, ok := w.score(page.Title.String(), p.base.Localizer.Localize(page.Title)); ok {
			found.add(sum*perMatch+scorePage, func() paletteItem { return page.item() })
		}
	}
	return found
}

// help finds pages and sections of the manual, by their titles or by the name of the
// manual. A match counts half, so that it comes after one in the fleet.
func (p paletteSearch) help(w query) (found results) {
	name := cesi.T("Manual")
	own := p.base.Localizer.Localize(name)
	for _, page := range p.manual {
		if sum, ok := w.score(page.Title, name.String(), own); ok {
			found.add(sum*perMatch/2+scoreHelpPage, func() paletteItem {
				return paletteItem{Icon: "manual", Label: cesi.Raw(page.Title), Detail: name, Link: page.Path()}
			})
		}
		for _, section := range page.Sections {
			if sum, ok := w.score(section.Title, page.Title, name.String(), own); ok {
				found.add(sum*perMatch/2+scoreHelpSection, func() paletteItem {
					return paletteItem{Icon: "manual", Label: cesi.Raw(section.Title), Detail: cesi.Raw(page.Title), Link: page.PathTo(section)}
				})
			}
		}
	}
	return found
}

func (p paletteSearch) environments(w query) (found results) {
	for _, e := range p.snapshot.Environments {
		if sum, ok := w.score(e.Name); ok {
			found.add(sum*perMatch+scoreEnvironment, func() paletteItem { return newEnvironmentItem(e) })
		}
	}
	return found
}

func (p paletteSearch) groups(w query) (found results) {
	for _, g := range p.snapshot.Groups() {
		if sum, ok := w.score(g.Name); ok {
			found.add(sum*perMatch+scoreGroup, func() paletteItem { return newGroupItem(g) })
		}
	}
	return found
}

func (p paletteSearch) nodes(w query) (found results) {
	for _, n := range p.snapshot.Nodes {
		if sum, ok := w.score(n.Name); ok {
			found.add(sum*perMatch+scoreNode, func() paletteItem { return newNodeItem(n) })
		}
	}
	return found
}

func (p paletteSearch) processes(w query) (found results) {
	for _, n := range p.snapshot.Nodes {
		by := newProcessRating(w, n)
		for i := range n.Processes {
			process := &n.Processes[i]
			if score, ok := by.score(process); ok && found.takes(score) {
				found.add(score, func() paletteItem { return newProcessItem(n, process) })
			}
		}
	}
	return found
}

// processRating scores the processes of one node. The node's and the group's name count
// too, but less than the process's own.
type processRating struct {
	query
	node [maxQueryWords]int  // how well the node's name matches each word
	full [maxQueryWords]bool // whether the word is for "group:name"
}

func newProcessRating(w query, n *fleet.Node) processRating {
	r := processRating{query: w}
	name := strings.ToLower(n.Name)
	for i, word := range w {
		r.node[i], r.full[i] = match(name, word)/2, strings.Contains(word, ":")
	}
	return r
}

func (r processRating) score(p *fleet.Process) (int, bool) {
	sum := 0
	name, group := strings.ToLower(p.Name), strings.ToLower(p.Group)
	for i, word := range r.query {
		rating := max(match(name, word), match(group, word)/2, r.node[i])
		if r.full[i] {
			rating = max(rating, match(group+":"+name, word))
		}
		if rating == 0 {
			return 0, false
		}
		sum += rating
	}
	return sum*perMatch + scoreProcess + int(p.Severity()), true
}

// actions returns the commands for a text such as "restart api on web-1". A verb alone
// is for processes that need attention.
func (p paletteSearch) actions(text string) (found results) {
	action, rest, is := actionIn(p.base, text)
	if !is {
		return nil
	}
	w := parseQuery(rest)
	if i := slices.Index(w, "on"); i > 0 {
		w = slices.Delete(w, i, i+1)
	}
	for _, n := range p.snapshot.Nodes {
		if n.Status == fleet.Up {
			p.actOnProcesses(&found, action, w, n)
		}
	}
	if len(w) > 0 {
		p.actOnMany(&found, action, w)
	}
	return found
}

// actOnProcesses offers the action for the node's processes that have it in their rows.
func (p paletteSearch) actOnProcesses(found *results, action cesi.Action, w query, n *fleet.Node) {
	by := newProcessRating(w, n)
	for i := range n.Processes {
		process := &n.Processes[i]
		score, ok := by.score(process)
		if !ok || len(w) == 0 && process.Severity() == 0 || !found.takes(score+scoreAction) {
			continue
		}
		for _, a := range view.NewRowActions(*process, true) {
			if a.Action == action && !a.Disabled {
				found.add(score+scoreAction, func() paletteItem { return p.newActionItem(n, process, a) })
			}
		}
	}
}

// actOnMany offers the confirmation of the action on all of a node, a group or an
// environment, unless that is a single process.
func (p paletteSearch) actOnMany(found *results, action cesi.Action, w query) {
	ask := func(label cesi.Text, question string) func() paletteItem {
		return func() paletteItem { return paletteItem{Action: action, Label: label, Link: question} }
	}
	for _, n := range p.snapshot.Nodes {
		if sum, ok := w.score(n.Name); ok && n.Status == fleet.Up && len(n.Processes) > 1 {
			found.add(sum*perMatch+scoreAction+scoreNode, ask(view.ActionOfNode(action, n.Name), request.NodeQuestion(n.Name, action, p.back)))
		}
	}
	for _, g := range p.snapshot.Groups() {
		if sum, ok := w.score(g.Name); ok && g.Counts.Total > 1 {
			scope := request.ScopeOf(fleet.ScopeGroup, g.Name, "")
			found.add(sum*perMatch+scoreAction+scoreGroup, ask(view.ActionOfGroup(action, g.Name), scope.QuestionPath(action, p.back)))
		}
	}
	for _, e := range p.snapshot.Environments {
		if sum, ok := w.score(e.Name); ok {
			scope := request.ScopeOf(fleet.ScopeEnvironment, e.Name, "")
			found.add(sum*perMatch+scoreAction+scoreEnvironment, ask(view.ActionOfEnvironment(action, e.Name), scope.QuestionPath(action, p.back)))
		}
	}
}
