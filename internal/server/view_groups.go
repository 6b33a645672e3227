package server

import (
	"net/url"
	"strings"

	"cesi/internal/fleet"
	"cesi/internal/words"
)

// groupsQuery chooses groups; it lives in the page's address.
type groupsQuery struct {
	Text        string // in the name
	Environment string
	Attention   bool // only those of which something needs attention
	Page        int
}

// groupsQueryOf reads q, environment, attention and page.
func groupsQueryOf(query url.Values) (groupsQuery, error) {
	page, err := parsePage(query.Get("page"))
	return groupsQuery{
		Text: strings.TrimSpace(query.Get("q")), Environment: query.Get("environment"),
		Attention: query.Get("attention") == "yes", Page: page,
	}, err
}

// Active reports whether the query leaves anything out.
func (q groupsQuery) Active() bool { return q.Text != "" || q.Environment != "" || q.Attention }

// path is the local path of another page of the query.
func (q groupsQuery) path(page int) string {
	values := pageValues(page)
	if q.Text != "" {
		values.Set("q", q.Text)
	}
	if q.Environment != "" {
		values.Set("environment", q.Environment)
	}
	if q.Attention {
		values.Set("attention", "yes")
	}
	return pathWith(values, "groups")
}

// pathWith is a local path with a query, if there is one.
func pathWith(values url.Values, segments ...any) string {
	if len(values) == 0 {
		return localURL(segments...)
	}
	return localURL(segments...) + "?" + values.Encode()
}

// groupsPage lists the groups of the fleet.
type groupsPage struct {
	basePage
	Query   groupsQuery
	Rows    []groupRow
	Found   int
	Total   int
	Pickers []picker
	Chips   []chip
	Pager   *pager
	Empty   *emptyFleet
}

// groupRow sums up one group, or its part in the environment that was asked for.
type groupRow struct {
	RowID        string
	Name         string
	Link         string // local path
	Processes    string // local path of its processes
	Nodes        int
	Silent       int // nodes of it that do not answer
	Environments []string
	Bar          bar
	Words        []stateCount
	Attention    int
}

// newGroupsPage lists the groups that the query takes, by name.
func newGroupsPage(base basePage, s *fleet.Snapshot, q groupsQuery, configFile string) groupsPage {
	page := groupsPage{
		basePage: base.at("groups", base.say("Groups")).kept(), Total: len(s.Groups()), Empty: newEmptyFleet(s, configFile),
	}
	page.Pickers = pickersWithChoices(newPicker("environment", words.Of("Environment"), words.Of("all environments"), q.Environment, environmentNames(s)))
	groups, bad := findGroups(s, q)
	if bad > 0 || q.Attention {
		page.Chips = []chip{attentionChip(bad, q.Attention)}
	}
	pages := pagesOf(len(groups), pageRows)
	q.Page = min(q.Page, pages)
	page.Query, page.Found, page.Pager = q, len(groups), newPager(words.Of("Page %d of %d"), q.Page, pages, q.path)
	for _, g := range onPage(groups, q.Page, pageRows) {
		page.Rows = append(page.Rows, newGroupRow(g, q.Environment))
	}
	return page
}

// findGroups returns the groups that the query takes, each as far as it is in
// the query's environment, and how many of them need attention, whether or not
// the query asks for that.
func findGroups(s *fleet.Snapshot, q groupsQuery) (found []*fleet.Group, bad int) {
	text := strings.ToLower(q.Text)
	for _, group := range s.Groups() {
		g, there := group.In(q.Environment)
		if !there || !strings.Contains(strings.ToLower(g.Name), text) {
			continue
		}
		if g.Counts.Bad > 0 {
			bad++
		} else if q.Attention {
			continue
		}
		found = append(found, g)
	}
	return found, bad
}

func newGroupRow(g *fleet.Group, environment string) groupRow {
	row := groupRow{
		RowID: rowID("group", g.Name), Name: g.Name, Link: groupPath(g.Name, environment),
		Processes: groupProcesses(g.Name, environment).path(),
		Nodes:     len(g.Parts), Bar: newCountsBar(g.Counts), Words: newStateCounts(g.Counts), Attention: g.Counts.Bad,
	}
	for _, part := range g.Parts {
		if part.Node.Status != fleet.Up {
			row.Silent++
		}
	}
	row.Environments = environmentsOf(g)
	return row
}

// environmentsOf lists the environments that a group is in, each once.
func environmentsOf(g *fleet.Group) []string {
	var names []string
	seen := make(map[string]bool)
	for _, part := range g.Parts {
		for _, name := range part.Node.Environments {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// groupPath is the local path of a group's page, or of the list of its processes
// where browsers would take its name for a step up the path.
func groupPath(name, environment string) string {
	if name == "." || name == ".." {
		return groupProcesses(name, environment).path()
	}
	values := make(url.Values)
	if environment != "" {
		values.Set("environment", environment)
	}
	return pathWith(values, "groups", name)
}

func environmentNames(s *fleet.Snapshot) []string {
	var names []string
	for _, e := range s.Environments {
		names = append(names, e.Name)
	}
	return names
}
