package request

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/store"
)

// ActivityQuery is the query of the activity log, for its page, its API and its export.
type ActivityQuery struct {
	store.ActivityFilter
	written url.Values // the filter as written in the query
	zone    *time.Location
}

// ActivityFields are the query parameters of the filter.
func ActivityFields() []string {
	return []string{"q", "user", "node", "process", "action", "result", "since", "until"}
}

// ReadActivityQuery reads the query of a request, for a user with the role.
func (rd *Reader) ReadActivityQuery(r *http.Request, role cesi.Role) (ActivityQuery, error) {
	q, err := ParseActivityQuery(r.URL.Query(), rd.Now().Location())
	q.Public = !role.Can(cesi.ManageUsers)
	return q, err
}

// ParseActivityQuery reads the filter, and before, the key of the page. Times are in
// the zone, unless they name another. Errors: Invalid or, for the key, NotFound.
func ParseActivityQuery(query url.Values, zone *time.Location) (ActivityQuery, error) {
	q := ActivityQuery{written: url.Values{}, zone: zone}
	for _, name := range ActivityFields() {
		if value := strings.TrimSpace(query.Get(name)); value != "" {
			q.written.Set(name, value)
		}
	}
	q.Text, q.User, q.Node = q.Is("q"), q.Is("user"), q.Is("node")
	q.Action, q.Result = cesi.Action(q.Is("action")), cesi.Result(q.Is("result"))
	var err error
	if q.Before, err = ActivityID(query.Get("before")); err != nil {
		return q, err
	}
	return q, q.check()
}

// check reads the fields that are more than text.
func (q *ActivityQuery) check() (err error) {
	if q.Action != "" && !slices.Contains(cesi.Actions(), q.Action) {
		return cesi.Errorf(cesi.Invalid, "%q is not an action of the activity log", q.Action)
	}
	if q.Result != "" && !slices.Contains(cesi.Results(), q.Result) {
		return cesi.Errorf(cesi.Invalid, "%q is not a result of the activity log", q.Result)
	}
	if q.Target, err = activityTarget(q.Is("process")); err != nil {
		return err
	}
	if q.Since, err = activityTime(q.Is("since"), q.zone, 0); err != nil {
		return err
	}
	q.Until, err = activityTime(q.Is("until"), q.zone, 1)
	return err
}

// activityTarget reads a target: a process, "group:name" or just "name" as supervisord
// allows; a group, "group:*" or, while it is being typed, "group:"; or "*", a whole
// node.
func activityTarget(text string) (string, error) {
	if group, all := strings.CutSuffix(strings.TrimSuffix(text, "*"), ":"); all && group != "" {
		return group + ":*", nil
	}
	if text == "" || text == "*" {
		return text, nil
	}
	id, err := cesi.ParseProcessID(text)
	return id.String(), err
}

// activityTime reads a time: RFC 3339, or a date with or without the time of day in the
// server's zone. To a date alone it adds days.
func activityTime(text string, zone *time.Location, days int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return t.AddDate(0, 0, days), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime, "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, cesi.Errorf(cesi.Invalid, "%q is not a time such as 2026-11-23, 2026-11-23T02:00 or 2026-11-23T02:00:00Z", text)
}

// ActivityID reads the ID of an entry; an empty text is 0.
func ActivityID(text string) (cesi.ActivityID, error) {
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 {
		return 0, cesi.Errorf(cesi.NotFound, "there is no activity entry %q", text)
	}
	return cesi.ActivityID(id), nil
}

// Is returns the filter's value of a field, for the form.
func (q ActivityQuery) Is(name string) string { return q.written.Get(name) }

// Active reports whether the filter excludes anything.
func (q ActivityQuery) Active() bool { return len(q.written) > 0 }

// Clock writes a time in the format of the form's fields.
func (q ActivityQuery) Clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(q.zone).Format("2006-01-02T15:04")
}

// Link returns a local path with the filter and, if before is set, the key of a page.
func (q ActivityQuery) Link(path string, before cesi.ActivityID) string {
	values := url.Values{}
	maps.Copy(values, q.written)
	if before > 0 {
		values.Set("before", strconv.FormatInt(int64(before), 10))
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// Export returns the local path of the export of the filter's entries.
func (q ActivityQuery) Export(format string) string {
	values := url.Values{}
	maps.Copy(values, q.written)
	values.Set("format", format)
	return ExportPath + "?" + values.Encode()
}

// ExportPath is the local path of the export of the activity log.
const ExportPath = "/api/v2/activitylogs/export"

// PurgeTime reads the time before which entries are removed; it fails with Invalid if
// it is missing.
func (rd *Reader) PurgeTime(text string) (time.Time, error) {
	before, err := activityTime(text, rd.Now().Location(), 0)
	if err == nil && before.IsZero() {
		err = cesi.Errorf(cesi.Invalid, "before is missing: entries from before then are removed")
	}
	return before, err
}
