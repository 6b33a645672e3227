package request

import (
	"net/url"
	"strconv"
	"strings"

	"cesi/internal/fleet"
)

// GroupQuery selects the part of a group that its page shows.
type GroupQuery struct {
	Environment string // empty: all
	NodesPage   int    // of the nodes, which are the columns
	Page        int    // of the processes
}

// ParseGroupQuery reads environment, nodes and page.
func ParseGroupQuery(query url.Values) (GroupQuery, error) {
	nodes, err := ParsePage(query.Get("nodes"))
	if err != nil {
		return GroupQuery{}, err
	}
	page, err := ParsePage(query.Get("page"))
	return GroupQuery{Environment: query.Get("environment"), NodesPage: nodes, Page: page}, err
}

// Path returns the local path of another page of the query.
func (q GroupQuery) Path(name string) string {
	values := PageValues(q.Page)
	if q.Environment != "" {
		values.Set("environment", q.Environment)
	}
	if q.NodesPage > 1 {
		values.Set("nodes", strconv.Itoa(q.NodesPage))
	}
	return PathWith(values, "groups", name)
}

// GroupProcesses returns the query for the processes of a group.
func GroupProcesses(name, environment string) ProcessesQuery {
	return ProcessesQuery{Filter: fleet.Filter{Group: name, Environment: environment}, Sort: "name"}
}

// GroupsQuery selects groups. It is in the page's address.
type GroupsQuery struct {
	Text        string // in the name
	Environment string
	Attention   bool // only those with something that needs attention
	Page        int
}

// ParseGroupsQuery reads q, environment, attention and page.
func ParseGroupsQuery(query url.Values) (GroupsQuery, error) {
	page, err := ParsePage(query.Get("page"))
	return GroupsQuery{
		Text: strings.TrimSpace(query.Get("q")), Environment: query.Get("environment"),
		Attention: query.Get("attention") == "yes", Page: page,
	}, err
}

// Active reports whether the query excludes anything.
func (q GroupsQuery) Active() bool { return q.Text != "" || q.Environment != "" || q.Attention }

// Path returns the local path of another page of the query.
func (q GroupsQuery) Path(page int) string {
	values := PageValues(page)
	if q.Text != "" {
		values.Set("q", q.Text)
	}
	if q.Environment != "" {
		values.Set("environment", q.Environment)
	}
	if q.Attention {
		values.Set("attention", "yes")
	}
	return PathWith(values, "groups")
}

// PathWith returns a local path with a query, if that is not empty.
func PathWith(values url.Values, segments ...any) string {
	if len(values) == 0 {
		return LocalURL(segments...)
	}
	return LocalURL(segments...) + "?" + values.Encode()
}

// GroupPath returns the local path of a group's page or, if browsers would read its
// name as a relative path, of the list of its processes.
func GroupPath(name, environment string) string {
	if name == "." || name == ".." {
		return GroupProcesses(name, environment).Path()
	}
	values := make(url.Values)
	if environment != "" {
		values.Set("environment", environment)
	}
	return PathWith(values, "groups", name)
}

// EnvironmentNames lists the names of the environments.
func EnvironmentNames(s *fleet.Snapshot) []string {
	var names []string
	for _, e := range s.Environments {
		names = append(names, e.Name)
	}
	return names
}
