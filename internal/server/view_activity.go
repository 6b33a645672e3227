package server

import (
	"fmt"
	"time"

	"cesi/internal/cesi"
)

// activityItem is an entry of the activity log with those of its targets.
type activityItem struct {
	Entry    cesi.Activity
	Children []cesi.Activity
}

// activityPage lists the activity log, newest first.
type activityPage struct {
	basePage
	Rows   []activityRow
	Older  cesi.ActivityID // the page after this one begins before it; 0: this is the last
	Newest bool            // this is the first page
}

// newActivityPage lists the items, which are newest first. Before is the key
// that the page was asked for with, 0 for the first page; more says whether
// there are older entries than these.
func newActivityPage(base basePage, items []activityItem, before cesi.ActivityID, more bool) activityPage {
	page := activityPage{
		basePage: base.at("activity", "Activity"),
		Rows:     newActivityRows(base, items),
		Newest:   before == 0,
	}
	if page.Newest {
		page.basePage = page.refreshing()
	}
	if more && len(items) > 0 {
		page.Older = items[len(items)-1].Entry.ID
	}
	return page
}

// activityEntryPage shows one entry with all its targets.
type activityEntryPage struct {
	basePage
	Row activityRow
}

func newActivityEntryPage(base basePage, entry cesi.Activity, children []cesi.Activity) activityEntryPage {
	base = base.at("activity", "Activity")
	if entry.Result == cesi.Pending {
		base = base.refreshing()
	}
	row := newActivityRow(base.Now, entry)
	for _, child := range children {
		row.Targets = append(row.Targets, newActivityRow(base.Now, child))
	}
	row.TargetsTotal = len(row.Targets)
	return activityEntryPage{basePage: base, Row: row}
}

// targetsShown is how many targets of an entry are shown in a list of entries.
const targetsShown = 25

// activityRow is one entry in words.
type activityRow struct {
	RowID        string
	ID           cesi.ActivityID
	Time         time.Time
	When         string
	Who, From    string
	Verb         string // "restarted", "logged in"
	Target       string // what on the node, or which user
	Node         string
	Result       resultBadge
	Plain        bool // the result needs no badge: all went well
	Took         string
	Detail       string // the text that was sent to standard input, for administrators
	Message      string
	Count        int // how many events it stands for, where more than one
	Targets      []activityRow
	TargetsTotal int
}

func newActivityRows(base basePage, items []activityItem) []activityRow {
	rows := make([]activityRow, 0, len(items))
	for _, item := range items {
		row := newActivityRow(base.Now, item.Entry)
		row.TargetsTotal = len(item.Children)
		for _, child := range item.Children[:min(len(item.Children), targetsShown)] {
			row.Targets = append(row.Targets, newActivityRow(base.Now, child))
		}
		rows = append(rows, row)
	}
	return rows
}

func newActivityRow(now time.Time, a cesi.Activity) activityRow {
	row := activityRow{
		RowID: rowID("activity", fmt.Sprint(a.ID)), ID: a.ID,
		Time: a.Time, When: when(now, a.Time), Who: a.User, From: a.Address,
		Verb: verb(a.Action, a.Result), Node: a.Node, Target: a.Target,
		Result: newResultBadge(a.Result), Plain: a.Result == cesi.OK || a.Result == cesi.Skipped,
		Message: a.Message,
	}
	if a.Duration > 0 && a.Action.IsCommand() {
		row.Took = duration(a.Duration)
	}
	switch a.Action {
	case cesi.ActionSignal:
		row.Verb = signalVerb(a.Detail, a.Result)
	case cesi.ActionStdin:
		row.Detail = a.Detail
	}
	if a.Count > 1 {
		row.Count = a.Count
	}
	switch {
	case a.Target == "*":
		row.Target = "everything"
	case row.Who == row.Target:
		row.Target = "" // "lin logged in", not "lin logged in lin"
	}
	if row.Who == "" {
		row.Who = "somebody"
	}
	return row
}

// verb says what somebody did, or tried to do.
func verb(action cesi.Action, result cesi.Result) string {
	if action.IsCommand() {
		return commandVerb(action, result)
	}
	switch action {
	case cesi.ActionLogin:
		return "logged in"
	case cesi.ActionLoginFailed:
		return "failed to log in"
	case cesi.ActionLogout:
		return "logged out"
	case cesi.ActionUserAdd:
		return "added user"
	case cesi.ActionUserPassword:
		return "changed the password" // of the target, if it is another
	case cesi.ActionUserRole:
		return "changed the role of"
	case cesi.ActionUserDelete:
		return "deleted user"
	case cesi.ActionSessionEnd:
		return "ended sessions" // of the target, if it is another
	case cesi.ActionTokenAdd:
		return "made an API token"
	case cesi.ActionTokenRevoke:
		return "revoked API tokens"
	case cesi.ActionActivityPurged:
		return "emptied the activity log"
	default:
		return string(action)
	}
}
