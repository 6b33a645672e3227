package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
	"cesi/internal/store"
)

// activityEntries is how many entries a page of the activity log has.
const activityEntries = 50

// ListActivity lists the entries of the activity log that the filter selects.
func (h *Handler) ListActivity(r *http.Request) (Live, error) {
	query, err := h.Requests.ReadActivityQuery(r, session.Of(r).User.Role)
	if err != nil {
		return Live{}, err
	}
	query.Limit = activityEntries + 1
	lines, err := h.Store.ActivityLines(r.Context(), query.ActivityFilter, targetsShown)
	if err != nil {
		return Live{}, err
	}
	more := len(lines) > activityEntries
	base := h.Base(r)
	if r.URL.Query().Get("notice") == "purged" {
		base.Notice = base.Say("The entries are removed. The log has an entry about it.")
	}
	page := newActivityPage(base, query, lines[:min(len(lines), activityEntries)], more)
	for _, n := range h.Fleet.Snapshot().Nodes {
		page.Nodes = append(page.Nodes, n.Name)
	}
	return Live{Template: "activity", Page: page}, nil
}

// ShowActivity shows one entry with all its targets.
func (h *Handler) ShowActivity(r *http.Request) (Live, error) {
	id, err := request.ActivityID(request.Param(r, "id"))
	if err != nil {
		return Live{}, err
	}
	entry, targets, err := h.Store.Activity(r.Context(), id)
	if err != nil {
		return Live{}, err
	}
	all := visibleTo(session.Of(r).User, slices.Insert(targets, 0, entry))
	return Live{Template: "activity_entry", Page: newActivityEntryPage(h.Base(r), all[0], all[1:])}, nil
}

// visibleTo removes texts that only administrators may see.
func visibleTo(user *cesi.User, entries []cesi.Activity) []cesi.Activity {
	if user.Role.Can(cesi.ManageUsers) {
		return entries
	}
	for i := range entries {
		entries[i] = entries[i].Public()
	}
	return entries
}

// latestActivity returns the part of the log on the dashboard.
func (h *Handler) latestActivity(r *http.Request) ([]store.ActivityLine, error) {
	filter := store.ActivityFilter{Limit: dashboardEntries, Public: !session.Of(r).User.Role.Can(cesi.ManageUsers)}
	entries, err := h.Store.Activities(r.Context(), filter)
	lines := make([]store.ActivityLine, len(entries))
	for i, entry := range entries {
		lines[i].Entry = entry
	}
	return lines, err
}

// activityPage lists the activity log, newest first.
type activityPage struct {
	view.Base
	Query   request.ActivityQuery
	Rows    []activityRow
	Older   cesi.ActivityID // the next page begins before it; 0: this is the last
	Actions []choice
	Results []choice
	Nodes   []string // choices for the filter
}

// newActivityPage lists the lines that the query selected, which are newest first. More
// says whether there are older ones.
func newActivityPage(base view.Base, query request.ActivityQuery, lines []store.ActivityLine, more bool) activityPage {
	page := activityPage{
		Base: base.At("activity", base.Say("Activity")), Query: query,
		Rows: newActivityRows(base, lines), Actions: actionChoices(), Results: resultChoices(),
	}
	if page.Newest() {
		page.Base = page.AsLive()
	}
	if more && len(lines) > 0 {
		page.Older = lines[len(lines)-1].Entry.ID
	}
	return page
}

// Newest reports whether this is the first page.
func (p activityPage) Newest() bool { return p.Query.Before == 0 }

// Folded reports whether the rarer fields of the filter are hidden until needed.
func (p activityPage) Folded() bool {
	for _, name := range []string{"user", "node", "process", "since", "until"} {
		if p.Query.Is(name) != "" {
			return false
		}
	}
	return true
}

func actionChoices() []choice {
	var list []choice
	for _, action := range cesi.Actions() {
		list = append(list, choice{string(action), action.Text()})
	}
	return list
}

func resultChoices() []choice {
	var list []choice
	for _, result := range cesi.Results() {
		list = append(list, choice{string(result), view.NewResultBadge(result).Word})
	}
	return list
}

// activityEntryPage shows one entry with all its targets.
type activityEntryPage struct {
	view.Base
	Row activityRow
}

func newActivityEntryPage(base view.Base, entry cesi.Activity, children []cesi.Activity) activityEntryPage {
	base = base.At("activity", base.Say("Activity"))
	if entry.Result == cesi.Pending {
		base = base.AsLive()
	}
	row := newActivityRow(base.Now, entry)
	for _, child := range failedFirst(children) {
		row.Targets = append(row.Targets, newActivityRow(base.Now, child))
	}
	row.TargetsChosen, row.TargetsTotal = len(row.Targets), len(row.Targets)
	return activityEntryPage{Base: base, Row: row}
}

// failedFirst returns the targets, failed ones first.
func failedFirst(targets []cesi.Activity) []cesi.Activity {
	well := func(a cesi.Activity) bool {
		return a.Result == cesi.OK || a.Result == cesi.Skipped || a.Result == cesi.Pending
	}
	bad := slices.DeleteFunc(slices.Clone(targets), well)
	return append(bad, slices.DeleteFunc(slices.Clone(targets), func(a cesi.Activity) bool { return !well(a) })...)
}

// targetsShown is how many targets of an entry a list of entries shows.
const targetsShown = 25

// activityRow is one entry as text.
type activityRow struct {
	RowID   string
	ID      cesi.ActivityID
	Time    time.Time
	When    cesi.Text
	Who     cesi.Text
	From    string
	ByUser  string        // local path of the activity of the same user; empty if the user is not shown
	What    view.RichText // "restarted web:web1 on alpha", "logged in"
	Place   view.RichText // of one target: "web:web1 on alpha"
	Result  view.ResultBadge
	Plain   bool // the result needs no badge: all went well
	Took    cesi.Text
	Detail  string // the text that was sent to standard input, for administrators
	Message cesi.Text
	Count   int // number of events that it stands for, if more than one
	Targets []activityRow
	// TargetsChosen is how many targets the filter chose, of TargetsTotal.
	TargetsChosen, TargetsTotal int
}

func newActivityRows(base view.Base, lines []store.ActivityLine) []activityRow {
	rows := make([]activityRow, 0, len(lines))
	for _, line := range lines {
		row := newActivityRow(base.Now, line.Entry)
		row.TargetsChosen, row.TargetsTotal = line.Chosen, line.Total
		for _, target := range line.Targets {
			row.Targets = append(row.Targets, newActivityRow(base.Now, target))
		}
		rows = append(rows, row)
	}
	return rows
}

func newActivityRow(now time.Time, a cesi.Activity) activityRow {
	row := activityRow{
		RowID: view.RowID("activity", fmt.Sprint(a.ID)), ID: a.ID,
		Time: a.Time, When: view.When(now, a.Time), Who: cesi.Raw(a.User), From: a.Address,
		Message: a.Message,
		Result:  view.NewResultBadge(a.Result), Plain: a.Result == cesi.OK || a.Result == cesi.Skipped,
	}
	if a.Duration > 0 && a.Action.IsCommand() {
		row.Took = cesi.T("in %s", view.Duration(a.Duration))
	}
	if a.Action == cesi.ActionStdin {
		row.Detail = a.Detail
	}
	if a.Count > 1 {
		row.Count = a.Count
	}
	row.What, row.Place = whatWasDone(a), view.ProcessOnNode(a.Target, a.Node)
	if a.User == "" {
		row.Who = cesi.T("someone")
	} else {
		row.ByUser = request.PathWith(url.Values{"user": {a.User}}, "activity")
	}
	return row
}

// whatWasDone returns the text after the user's name. It has links to the node, and to
// the activity of the process or group.
func whatWasDone(a cesi.Activity) view.RichText {
	var r view.RichText
	var what cesi.Text
	switch {
	case a.Target == "*":
		what = r.Name(cesi.T("everything"), "strong", "")
	case a.Action.IsCommand() && strings.Contains(a.Target, ":"):
		what = r.Name(cesi.Raw(a.Target), "strong", request.PathWith(url.Values{"process": {a.Target}}, "activity"))
	case a.Target != "" && (a.Target != a.User || a.Action.IsCommand()): // "lin logged in", not "lin logged in lin"
		what = r.Name(cesi.Raw(a.Target), "strong", "")
	}
	if a.Node != "" && what.ID != "" {
		what = cesi.T("%s on %s", what, r.Name(cesi.Raw(a.Node), "", request.LocalURL("nodes", a.Node)))
	}
	r.Text = view.ActivityText(a, what)
	return r
}
