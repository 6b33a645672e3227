package pages

import (
	"net/http"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// SearchPalette returns the results for the text in the palette of the page at the path
// "at", for its list.
func (h *Handler) SearchPalette(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	base := h.Base(r)
	search := paletteSearch{
		base: base, snapshot: h.Fleet.Snapshot(), manual: h.Manual.Edition(base.Localizer.Tag()),
		back: h.Requests.LocalPath(query.Get("at")),
	}
	found := paletteResults{Items: search.find(query.Get("q"))}
	return h.Renderer.RenderPartial(w, http.StatusOK, h.Localizer(r), "palette_results", found)
}

// paletteResults are the results for the text in the palette.
type paletteResults struct {
	Items []paletteItem
}

// paletteItem is one result: a link or a command.
type paletteItem struct {
	Icon   string // page, manual, environment or group; empty with Badge or Action
	Badge  *view.Badge
	Action cesi.Action
	Group  string // dim, before a process's name
	Label  cesi.Text
	Detail cesi.Text
	Link   string // local path; empty if Send is set
	Send   string // local path that the action is sent to
}

// palettePage is a page in the palette.
type palettePage struct {
	Title cesi.Text
	Path  string
}

func (p palettePage) item() paletteItem {
	return paletteItem{Icon: "page", Label: p.Title, Detail: cesi.T("Page"), Link: p.Path}
}

// palettePages are the pages that the user may see.
func palettePages(b view.Base) []palettePage {
	list := []palettePage{
		{cesi.T("Dashboard"), "/"}, {cesi.T("Nodes"), "/nodes"}, {cesi.T("Processes"), "/processes"},
		{cesi.T("Groups"), "/groups"}, {cesi.T("Environments"), "/environments"}, {cesi.T("Activity"), "/activity"},
		{cesi.T("Needs attention"), "/processes?attention=yes"},
		{cesi.T("Profile"), "/profile"},
	}
	if b.CanManageUsers() {
		list = append(list, palettePage{cesi.T("Users"), "/users"})
	}
	return append(list, palettePage{cesi.T("About"), "/about"})
}

// actionIn removes a verb from the start of the text, in English or in the user's
// language: "restart api" is a restart and "api". Only a whole word counts, except in
// languages without spaces.
func actionIn(b view.Base, text string) (action cesi.Action, rest string, found bool) {
	if !b.CanControl() {
		return "", "", false
	}
	text = strings.ToLower(strings.TrimSpace(text))
	for _, action := range request.SetActions() {
		own := b.Localizer.Localize(view.ActionLabel(action))
		for _, verb := range []string{string(action), strings.ToLower(own)} {
			rest, is := strings.CutPrefix(text, verb)
			if is && (rest == "" || rest[0] == ' ' || verb[0] >= 0x80) {
				return action, rest, true
			}
		}
	}
	return "", "", false
}

func newEnvironmentItem(e cesi.Environment) paletteItem {
	return paletteItem{
		Icon: "environment", Label: cesi.Raw(e.Name),
		Detail: cesi.T("Environment of %d nodes", len(e.Members)), Link: request.LocalURL("environments", e.Name),
	}
}

func newGroupItem(g *fleet.Group) paletteItem {
	return paletteItem{
		Icon: "group", Label: cesi.Raw(g.Name),
		Detail: cesi.T("Group on %d nodes", len(g.Parts)), Link: request.GroupPath(g.Name, ""),
	}
}

func newNodeItem(n *fleet.Node) paletteItem {
	state := view.NewNodeBadge(n)
	return paletteItem{
		Badge: &state, Label: cesi.Raw(n.Name),
		Detail: cesi.T("Node with %d processes", len(n.Processes)), Link: request.LocalURL("nodes", n.Name),
	}
}

func newProcessItem(n *fleet.Node, p *fleet.Process) paletteItem {
	state := view.NewProcessBadge(p.Process)
	return paletteItem{
		Badge: &state, Group: p.Group, Label: cesi.Raw(p.Name), Detail: cesi.Raw(n.Name),
		Link: request.LocalURL("nodes", n.Name, "processes", p.ProcessID),
	}
}

// newActionItem does the same as the process's row on its node's page: it sends the
// command, or leads to its confirmation.
func (p paletteSearch) newActionItem(n *fleet.Node, process *fleet.Process, a view.RowAction) paletteItem {
	item := paletteItem{Action: a.Action, Label: view.ActionOnNode(a.Action, process.ProcessID.String(), n.Name), Detail: cesi.Raw(process.State.String())}
	if a.Ask {
		item.Link = a.LinkOn(n.Name, process.ProcessID, p.back)
	} else {
		item.Send = a.LinkOn(n.Name, process.ProcessID, p.back)
	}
	return item
}
