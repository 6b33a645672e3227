package pages

import (
	"fmt"
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
	"cesi/internal/store"
)

// dashboardEntries is how many entries of the activity log the dashboard shows.
const dashboardEntries = 8

// ShowDashboard shows a summary of the fleet: what needs attention comes first.
func (h *Handler) ShowDashboard(r *http.Request) (Live, error) {
	activity, err := h.latestActivity(r)
	if err != nil {
		return Live{}, err
	}
	page := newDashboardPage(h.Base(r), h.Fleet.Snapshot(), dashboardOptions{
		Activity: activity, ConfigFile: h.configFile(r),
		AllTroubles: r.URL.Query().Get("attention") == "all",
	})
	return Live{Template: "dashboard", Page: page, Watches: page.watches()}, nil
}

// watches lists the processes of the map that start or stop.
func (p dashboardPage) watches() []fleet.Ref {
	var list []fleet.Ref
	for _, cell := range p.Map.Cells {
		list = append(list, cell.Moving...)
	}
	return list
}

// configFile returns the configuration's path, for users who may edit it.
func (h *Handler) configFile(r *http.Request) string {
	if session.Of(r).User.Role.Can(cesi.ManageUsers) {
		return h.ConfigFile
	}
	return "cesi.conf"
}

// troublesShown is the number of things that need attention on the dashboard, unless
// the query asks for all.
const troublesShown = 12

// dashboardPage is a summary of the fleet.
type dashboardPage struct {
	view.Base
	Empty         *emptyFleet // set if no node is configured
	Connecting    bool        // no node has answered yet
	Tiles         []tile
	Troubles      []view.AttentionRow
	TroublesTotal int
	Environments  []environmentRow
	Map           fleetMap
	Activity      []activityRow
}

// tile is one number with a label.
type tile struct {
	Tone  view.Tone // a colour for the number; empty: none
	Count int
	Of    int // 0: not shown
	Label cesi.Text
	More  cesi.Text // a remark after the label
	Link  string    // local path
	Bar   view.Bar
}

// emptyFleet explains how to add the first node.
type emptyFleet struct {
	ConfigFile string
}

func newEmptyFleet(s *fleet.Snapshot, configFile string) *emptyFleet {
	if len(s.Nodes) > 0 {
		return nil
	}
	return &emptyFleet{ConfigFile: configFile}
}

// dashboardOptions are the data of the dashboard besides the snapshot.
type dashboardOptions struct {
	Activity   []store.ActivityLine // the latest, newest first
	ConfigFile string               // where to add the first node
	// AllTroubles shows everything that needs attention (?attention=all).
	AllTroubles bool
}

func newDashboardPage(base view.Base, s *fleet.Snapshot, opts dashboardOptions) dashboardPage {
	troubles := s.Troubles()
	page := dashboardPage{
		Base:          base.At("dashboard", base.Say("Dashboard")).AsLive(),
		Empty:         newEmptyFleet(s, opts.ConfigFile),
		Connecting:    s.NodesUp+s.NodesDown == 0,
		Tiles:         newTiles(s, len(troubles)),
		TroublesTotal: len(troubles),
		Environments:  newEnvironmentRows(s),
		Map:           newFleetMap(s),
		Activity:      newActivityRows(base, opts.Activity),
	}
	if len(troubles) > 0 {
		page.Title = fmt.Sprintf("(%d) %s", len(troubles), page.Title)
	}
	if !opts.AllTroubles {
		troubles = troubles[:min(len(troubles), troublesShown)]
	}
	for _, t := range troubles {
		row := view.NewAttentionRow(t, base.Now, base.CanControl())
		if t.Process != nil && base.CanReadLogs() {
			row.Log = view.PreferredLog(t.Node.Name, *t.Process)
		}
		page.Troubles = append(page.Troubles, row)
	}
	return page
}

// restingProcesses is the query for processes that do not run, as expected.
func restingProcesses() request.ProcessesQuery {
	return request.ProcessesQuery{Filter: fleet.Filter{States: []cesi.State{cesi.Stopped, cesi.Exited}, Attention: fleet.NeedsNone}, Sort: "name"}
}

func newTiles(s *fleet.Snapshot, troubles int) []tile {
	c := s.Counts
	connecting := len(s.Nodes) - s.NodesUp - s.NodesDown
	unexpected, down := c.UnexpectedExits(), c.Fatal+c.NotStarted
	tiles := []tile{
		{
			Count: s.NodesUp, Of: len(s.Nodes), Label: cesi.T("nodes answering"), Link: "/nodes",
			Bar: view.NewBar(cesi.Text{}, view.Share{Tone: view.ToneRunning, Count: s.NodesUp}, view.Share{Tone: view.ToneMoving, Count: connecting}, view.Share{Tone: view.ToneBad, Count: s.NodesDown}),
		},
		{
			Count: c.Running, Of: c.Total, Label: cesi.T("processes running"), Link: request.ProcessesQuery{Sort: "state"}.Path(),
			Bar: view.NewCountsBar(c),
		},
		{
			Count: troubles, Label: cesi.T("need attention"), Link: "/?attention=all#attention",
			Bar: view.NewBar(cesi.Text{}, view.Share{Tone: view.ToneBad, Count: down + s.NodesDown}, view.Share{Tone: view.ToneWarning, Count: c.Bad - down}),
		},
		{
			Count: c.Stopped + c.Exited - unexpected, Label: cesi.T("stopped or exited"), Link: restingProcesses().Path(),
			More: cesi.T("as expected"),
			Bar:  view.NewBar(cesi.Text{}, view.Share{Tone: view.ToneIdle, Count: c.Stopped + c.Exited - unexpected}, view.Share{Tone: view.ToneRest, Count: c.Total - c.Stopped - c.Exited + unexpected}),
		},
	}
	if connecting > 0 {
		tiles[0].More = cesi.T("%d connecting", connecting)
	}
	if s.Stale > 0 {
		tiles[1].More = cesi.T("%d more not known", s.Stale)
	}
	if down+s.NodesDown > 0 {
		tiles[2].Tone = view.ToneBad
	} else if troubles > 0 {
		tiles[2].Tone = view.ToneWarning
	}
	return tiles
}
