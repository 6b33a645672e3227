package pages

import (
	"net/http"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/view"
)

// ShowStyle shows every component, for developers.
func (h *Handler) ShowStyle(w http.ResponseWriter, r *http.Request) error {
	return h.Renderer.Render(w, http.StatusOK, "style", newStylePage(h.Base(r)))
}

// stylePage shows every component in every state, with the partials of the other pages,
// for developers. Its fleet is an example.
type stylePage struct {
	view.Base
	States     []view.Badge
	NodeStates []view.Badge
	Results    []view.ResultBadge
	Rows       []view.ProcessRow
	Selectable bool
	Troubles   []view.AttentionRow
	Tiles      []tile
	Cells      []mapCell
	Dense      []mapCell
	Toasts     []*view.Flash
	Standing   view.Banner
	Chips      []chip
	Picker     picker
	Items      []paletteItem
	Example    emptyFleet
}

func newStylePage(base view.Base) stylePage {
	node, silent, connecting := styleNodes(base.Now)
	page := stylePage{
		Base: base.At("about", base.Say("Style")), Selectable: true,
		NodeStates: []view.Badge{view.NewNodeBadge(node), view.NewNodeBadge(connecting), view.NewNodeBadge(silent)},
		Tiles:      newTiles(&fleet.Snapshot{Nodes: []*fleet.Node{node, silent}, NodesUp: 1, NodesDown: 1, Counts: node.Counts, Stale: 3}, 4),
		Standing:   newAuditBanner(),
		Chips:      []chip{attentionChip(3, true)},
		Picker:     picker{Name: "environment", Label: cesi.T("Environment"), All: cesi.T("all environments"), Choices: []string{"production"}},
		Example:    emptyFleet{ConfigFile: "cesi.conf"},
	}
	for _, n := range []*fleet.Node{node, silent, connecting} {
		large, small := newMapCell(n, false), newMapCell(n, true)
		small.RowID = view.RowID("small", n.Name)
		page.Cells, page.Dense = append(page.Cells, large), append(page.Dense, small)
	}
	for _, tone := range view.Tones() {
		page.Dense = append(page.Dense, mapCell{RowID: view.RowID("plain", string(tone)), Node: node.Name, Label: cellLabel(node), Small: true, Plain: tone})
	}
	for i := range node.Processes {
		p := &node.Processes[i]
		page.States = append(page.States, view.NewProcessBadge(p.Process))
		page.Chips = append(page.Chips, chip{Name: "state", Label: cesi.Raw(p.State.String()), Tone: view.NewProcessBadge(p.Process).Tone, Count: i})
		page.Rows = append(page.Rows, view.NewProcessRow(base, node, *p, base.BackPath()))
		if p.Severity() > 0 {
			page.Troubles = append(page.Troubles, view.NewAttentionRow(fleet.Trouble{Node: node, Process: p}, base.Now, true))
		}
	}
	page.Troubles = append(page.Troubles, view.NewAttentionRow(fleet.Trouble{Node: silent}, base.Now, true))
	for _, r := range []cesi.Result{cesi.OK, cesi.Pending, cesi.Partial, cesi.Failed, cesi.Skipped, cesi.UnknownEnd} {
		state := view.NewResultBadge(r)
		page.Results = append(page.Results, state)
		page.Toasts = append(page.Toasts, &view.Flash{Tone: state.Tone, Sentence: cesi.T("A command with the result %s.", state.Word)})
	}
	page.Items = []paletteItem{
		newProcessItem(node, &node.Processes[0]), newNodeItem(silent), {Icon: "group", Label: cesi.Raw("api"), Link: "/groups"},
		{Icon: "environment", Label: cesi.Raw("production"), Link: "/environments"}, palettePages(base)[0].item(),
		{Action: cesi.ActionRestart, Label: view.ActionOnNode(cesi.ActionRestart, "api:api", "web-1"), Link: "/processes"},
	}
	return page
}

// styleNodes are a node with a process in every state, one that does not answer, and
// one that is connecting.
func styleNodes(now time.Time) (node, silent, connecting *fleet.Node) {
	node = &fleet.Node{Name: "web-1", Address: "http://10.0.0.11:9001", Status: fleet.Up, LastContact: now}
	for _, state := range cesi.States() {
		p := cesi.Process{
			ProcessID: cesi.ProcessID{Group: "api", Name: "worker_" + state.String()}, State: state,
			Start: now.Unix() - 7200, Stop: now.Unix() - 600, Now: now.Unix(),
		}
		if state.Active() {
			p.PID, p.Stop = 4711, 0
		}
		if state == cesi.Fatal || state == cesi.Backoff {
			p.SpawnErr = "can't find command '/srv/api/bin/worker'"
		}
		shown := fleet.Process{Process: p}
		if state == cesi.NotStarted {
			shown.Wanted = &fleet.Wanted{Wanted: cesi.Wanted{By: "maria", Reason: cesi.Raw("can't find command '/srv/api/bin/worker' (NO_FILE)")}}
		}
		node.Processes = append(node.Processes, shown)
		if state == cesi.Exited {
			p.Name, p.ExitStatus, p.SpawnErr = "worker_failed", 3, "Bad exit code 3"
			node.Processes = append(node.Processes, fleet.Process{Process: p})
		}
	}
	node.LoadHistory(styleHistory(node, now))
	node.Counts = fleet.Counts{Total: 10, Running: 1, Starting: 1, Stopping: 1, Stopped: 1, Exited: 2, Backoff: 1, Fatal: 1, Unknown: 1, NotStarted: 1, Bad: 5}
	silent = &fleet.Node{
		Name: "web-2", Status: fleet.Down, LastContact: now.Add(-time.Minute), Processes: node.Processes[:3],
		Failure: &fleet.Failure{Cause: cesi.CauseTimeout, Message: cesi.T("It took the connection, but did not answer in time: supervisord may be stuck or overloaded."), Since: now.Add(-time.Minute)},
	}
	return node, silent, &fleet.Node{Name: "web-3", Status: fleet.Connecting}
}

// styleHistory has each process in its state for four hours, after other states,
// trouble and a silence.
func styleHistory(n *fleet.Node, now time.Time) cesi.History {
	end := cesi.BucketOf(now)
	h := cesi.History{Answered: []cesi.NodeSpan{
		{Node: n.Name, Span: cesi.Span{First: end - 130, Last: end - 60}}, {Node: n.Name, Span: cesi.Span{First: end - 50, Last: end}},
	}}
	for _, p := range n.Processes {
		for _, point := range []cesi.Point{
			{Bucket: end - 130, Worst: cesi.MarkStopped, Last: cesi.MarkRunning}, {Bucket: end - 80, Worst: cesi.MarkFatal, Last: cesi.MarkRunning},
			{Bucket: end - 40, Worst: cesi.MarkBackoff, Last: cesi.MarkStopped}, {Bucket: end - 24, Worst: cesi.MarkOf(p.Process), Last: cesi.MarkOf(p.Process)},
		} {
			h.Points = append(h.Points, cesi.ProcessPoint{Node: n.Name, ProcessID: p.ProcessID, Point: point})
		}
	}
	return h
}
