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

// Of things that match equally well, those that stand for more come first. What
// matches counts more than what it is.
const (
	ratePage        = 50
	rateEnvironment = 40
	rateGroup       = 30
	rateNode        = 20
	rateProcess     = 0 // and up to 10 by how bad it is
	rateHelpPage    = 10
	rateHelpSection = 0
	perMatch        = 100
	rateAction      = 100_000 // whoever types a verb means it
)

// paletteSearch looks through what its reader may see and do.
type paletteSearch struct {
	base     view.Base
	snapshot *fleet.Snapshot
	manual   manual.Edition
	back     string // local path that a command leads back to
}

// find answers what was typed, best first. Nothing typed: the pages.
func (p paletteSearch) find(text string) []paletteItem {
	w := parseQuery(text)
	if len(w) == 0 {
		return best(p.pages(w))
	}
	return best(p.actions(text), p.pages(w), p.environments(w), p.groups(w), p.nodes(w), p.processes(w), p.help(w))
}

func (p paletteSearch) pages(w query) (found results) {
	for _, page := range palettePages(p.base) {
		if sum, ok := w.rate(page.Title.String(), p.base.Speaker.Localize(page.Title)); ok {
			found.add(sum*perMatch+ratePage, func() paletteItem { return page.item() })
		}
	}
	return found
}

// help finds the pages of the manual and their sections, by their titles or by the
// name of the manual. A match counts half, so that it comes after one in the fleet.
func (p paletteSearch) help(w query) (found results) {
	name := cesi.T("Manual")
	own := p.base.Speaker.Localize(name)
	for _, page := range p.manual {
		if sum, ok := w.rate(page.Title, name.String(), own); ok {
			found.add(sum*perMatch/2+rateHelpPage, func() paletteItem {
				return paletteItem{Icon: "manual", Label: cesi.Raw(page.Title), Detail: name, Link: page.Path()}
			})
		}
		for _, section := range page.Sections {
			if sum, ok := w.rate(section.Title, page.Title, name.String(), own); ok {
				found.add(sum*perMatch/2+rateHelpSection, func() paletteItem {
					return paletteItem{Icon: "manual", Label: cesi.Raw(section.Title), Detail: cesi.Raw(page.Title), Link: page.PathTo(section)}
				})
			}
		}
	}
	return found
}

func (p paletteSearch) environments(w query) (found results) {
	for _, e := range p.snapshot.Environments {
		if sum, ok := w.rate(e.Name); ok {
			found.add(sum*perMatch+rateEnvironment, func() paletteItem { return newEnvironmentItem(e) })
		}
	}
	return found
}

func (p paletteSearch) groups(w query) (found results) {
	for _, g := range p.snapshot.Groups() {
		if sum, ok := w.rate(g.Name); ok {
			found.add(sum*perMatch+rateGroup, func() paletteItem { return newGroupItem(g) })
		}
	}
	return found
}

func (p paletteSearch) nodes(w query) (found results) {
	for _, n := range p.snapshot.Nodes {
		if sum, ok := w.rate(n.Name); ok {
			found.add(sum*perMatch+rateNode, func() paletteItem { return newNodeItem(n) })
		}
	}
	return found
}

func (p paletteSearch) processes(w query) (found results) {
	for _, n := range p.snapshot.Nodes {
		by := newProcessRating(w, n)
		for i := range n.Processes {
			process := &n.Processes[i]
			if score, ok := by.rate(process); ok && found.takes(score) {
				found.add(score, func() paletteItem { return newProcessItem(n, process) })
			}
		}
	}
	return found
}

// processRating rates the processes of one node. The node's name and the
// group's count too, but less than the process's own.
type processRating struct {
	query
	node [mostWords]int  // how well the node's name matches each word
	full [mostWords]bool // whether the word is meant for "group:name"
}

func newProcessRating(w query, n *fleet.Node) processRating {
	r := processRating{query: w}
	name := strings.ToLower(n.Name)
	for i, word := range w {
		r.node[i], r.full[i] = match(name, word)/2, strings.Contains(word, ":")
	}
	return r
}

func (r processRating) rate(p *fleet.Process) (int, bool) {
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
	return sum*perMatch + rateProcess + int(p.Severity()), true
}

// actions are what a sentence such as "restart api on web-1" asks for. A verb
// alone is for what is in trouble.
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

// actOnProcesses offers the action for the processes of a node that it is
// offered for in their rows.
func (p paletteSearch) actOnProcesses(found *results, action cesi.Action, w query, n *fleet.Node) {
	by := newProcessRating(w, n)
	for i := range n.Processes {
		process := &n.Processes[i]
		score, ok := by.rate(process)
		if !ok || len(w) == 0 && process.Severity() == 0 || !found.takes(score+rateAction) {
			continue
		}
		for _, a := range view.NewRowActions(*process, true) {
			if a.Action == action && !a.Disabled {
				found.add(score+rateAction, func() paletteItem { return p.newActionItem(n, process, a) })
			}
		}
	}
}

// actOnMany offers the question about the action on all of a node, a group or
// an environment, unless that is a single process.
func (p paletteSearch) actOnMany(found *results, action cesi.Action, w query) {
	ask := func(label cesi.Text, question string) func() paletteItem {
		return func() paletteItem { return paletteItem{Action: action, Label: label, Link: question} }
	}
	for _, n := range p.snapshot.Nodes {
		if sum, ok := w.rate(n.Name); ok && n.Status == fleet.Up && len(n.Processes) > 1 {
			found.add(sum*perMatch+rateAction+rateNode, ask(allOfNode(action, n.Name), request.NodeQuestion(n.Name, action, p.back)))
		}
	}
	for _, g := range p.snapshot.Groups() {
		if sum, ok := w.rate(g.Name); ok && g.Counts.Total > 1 {
			scope := request.Scope{Kind: request.ScopeGroup, Name: g.Name}
			found.add(sum*perMatch+rateAction+rateGroup, ask(allOfGroup(action, g.Name), scope.QuestionPath(action, p.back)))
		}
	}
	for _, e := range p.snapshot.Environments {
		if sum, ok := w.rate(e.Name); ok {
			scope := request.Scope{Kind: request.ScopeEnvironment, Name: e.Name}
			found.add(sum*perMatch+rateAction+rateEnvironment, ask(allOfEnvironment(action, e.Name), scope.QuestionPath(action, p.back)))
		}
	}
}
