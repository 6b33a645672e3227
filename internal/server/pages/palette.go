package pages

import (
	"net/http"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/i18n"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// SearchPalette answers what was typed into the palette of a page, which is at the
// path "at" and puts the answer into its list.
func (h *Handler) SearchPalette(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	base := h.Base(r)
	search := paletteSearch{
		base: base, snapshot: h.Fleet.Snapshot(), manual: h.Manual.Edition(base.Speaker.Tag()),
		back: h.Requests.LocalPath(query.Get("at")),
	}
	found := paletteResults{Items: search.find(query.Get("q"))}
	return h.Renderer.RenderPartial(w, http.StatusOK, h.Speaker(r), "palette_results", found)
}

// paletteResults is what the palette has found for what was typed.
type paletteResults struct {
	Items []paletteItem
}

// paletteItem is one thing to go to, or to do.
type paletteItem struct {
	Icon   string // page, manual, environment or group; empty where Badge or Action is shown
	Badge  *view.Badge
	Action cesi.Action
	Group  string // dim, in front of a process's name
	Label  i18n.Phrase
	Detail i18n.Phrase
	Link   string // local path; empty where Send is set
	Send   string // local path that the action is sent to
}

// palettePage is a page that the palette leads to.
type palettePage struct {
	Title i18n.Phrase
	Path  string
}

func (p palettePage) item() paletteItem {
	return paletteItem{Icon: "page", Label: p.Title, Detail: i18n.Of("Page"), Link: p.Path}
}

// palettePages are those that the user may see.
func palettePages(b view.Base) []palettePage {
	list := []palettePage{
		{i18n.Of("Dashboard"), "/"}, {i18n.Of("Nodes"), "/nodes"}, {i18n.Of("Processes"), "/processes"},
		{i18n.Of("Groups"), "/groups"}, {i18n.Of("Environments"), "/environments"}, {i18n.Of("Activity"), "/activity"},
		{i18n.Of("Needs attention"), "/processes?attention=yes"},
		{i18n.Of("Profile"), "/profile"},
	}
	if b.CanManageUsers() {
		list = append(list, palettePage{i18n.Of("Users"), "/users"})
	}
	return append(list, palettePage{i18n.Of("About"), "/about"})
}

// actionIn takes a verb off the front of what was typed, in English or in the
// user's language: "restart api" is a restart and "api". Only a whole word
// counts, but where words are written without spaces.
func actionIn(b view.Base, text string) (action cesi.Action, rest string, found bool) {
	if !b.CanControl() {
		return "", "", false
	}
	text = strings.ToLower(strings.TrimSpace(text))
	for action, own := range map[cesi.Action]string{
		cesi.ActionStart: b.Say("Start"), cesi.ActionStop: b.Say("Stop"), cesi.ActionRestart: b.Say("Restart"),
	} {
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
		Icon: "environment", Label: i18n.Raw(e.Name),
		Detail: i18n.Of("Environment of %d nodes", len(e.Members)), Link: request.LocalURL("environments", e.Name),
	}
}

func newGroupItem(g *fleet.Group) paletteItem {
	return paletteItem{
		Icon: "group", Label: i18n.Raw(g.Name),
		Detail: i18n.Of("Group on %d nodes", len(g.Parts)), Link: request.GroupPath(g.Name, ""),
	}
}

func newNodeItem(n *fleet.Node) paletteItem {
	state := view.NewNodeBadge(n)
	return paletteItem{
		Badge: &state, Label: i18n.Raw(n.Name),
		Detail: i18n.Of("Node with %d processes", len(n.Processes)), Link: request.LocalURL("nodes", n.Name),
	}
}

func newProcessItem(n *fleet.Node, p *fleet.Process) paletteItem {
	state := view.NewProcessBadge(p.Process)
	return paletteItem{
		Badge: &state, Group: p.Group, Label: i18n.Raw(p.Name), Detail: i18n.Raw(n.Name),
		Link: request.LocalURL("nodes", n.Name, "processes", p.ProcessID),
	}
}

// newActionItem does what the process's row on its node's page does: it sends
// the command, or leads to the question before it.
func (p paletteSearch) newActionItem(n *fleet.Node, process *fleet.Process, a view.RowAction) paletteItem {
	item := paletteItem{Action: a.Action, Label: oneOn(a.Action, process.ProcessID.String(), n.Name), Detail: i18n.Raw(process.State.String())}
	if a.Ask {
		item.Link = a.LinkOn(n.Name, process.ProcessID, p.back)
	} else {
		item.Send = a.LinkOn(n.Name, process.ProcessID, p.back)
	}
	return item
}

func oneOn(action cesi.Action, process, node string) i18n.Phrase {
	process, node = request.Sanitize(process), request.Sanitize(node)
	switch action {
	case cesi.ActionStart:
		return i18n.Of("Start %s on %s", process, node)
	case cesi.ActionStop:
		return i18n.Of("Stop %s on %s", process, node)
	default:
		return i18n.Of("Restart %s on %s", process, node)
	}
}

func allOfNode(action cesi.Action, name string) i18n.Phrase {
	switch name = request.Sanitize(name); action {
	case cesi.ActionStart:
		return i18n.Of("Start all on node %s…", name)
	case cesi.ActionStop:
		return i18n.Of("Stop all on node %s…", name)
	default:
		return i18n.Of("Restart all on node %s…", name)
	}
}

func allOfGroup(action cesi.Action, name string) i18n.Phrase {
	switch name = request.Sanitize(name); action {
	case cesi.ActionStart:
		return i18n.Of("Start all of group %s…", name)
	case cesi.ActionStop:
		return i18n.Of("Stop all of group %s…", name)
	default:
		return i18n.Of("Restart all of group %s…", name)
	}
}

func allOfEnvironment(action cesi.Action, name string) i18n.Phrase {
	switch name = request.Sanitize(name); action {
	case cesi.ActionStart:
		return i18n.Of("Start all in environment %s…", name)
	case cesi.ActionStop:
		return i18n.Of("Stop all in environment %s…", name)
	default:
		return i18n.Of("Restart all in environment %s…", name)
	}
}
