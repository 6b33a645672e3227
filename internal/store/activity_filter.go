package store

import (
	"slices"
	"strings"
	"time"

	"cesi/internal/cesi"
)

// MaxActivities bounds how many entries one call returns.
const MaxActivities = 10_000

// ActivityFilter chooses entries of the activity log. An empty field leaves
// nothing out.
type ActivityFilter struct {
	Before       cesi.ActivityID // only entries older than this one: the key of the page before
	Since, Until time.Time       // only entries written then or later, and earlier than then
	User         string
	Node         string
	// Target is a "group:name", a "group:*" for all of the group, or what else
	// an entry may name.
	Target string
	Action cesi.Action
	Result cesi.Result
	Text   string // in any of an entry's texts, whatever the case of its ASCII letters
	// Public is for readers who do not manage users: what cesi.Activity.Public
	// takes out is neither returned nor searched.
	Public  bool
	Targets bool // also the single targets of commands on many
	Limit   int  // how many at most; outside of 1 to MaxActivities it is MaxActivities
}

// Narrow reports whether the filter asks for anything but a page.
func (f ActivityFilter) Narrow() bool {
	f.Before, f.Limit, f.Public, f.Targets = 0, 0, false, false
	return f != ActivityFilter{}
}

func (f ActivityFilter) limit() int {
	if f.Limit < 1 || f.Limit > MaxActivities {
		return MaxActivities
	}
	return f.Limit
}

// visible returns the entries as the reader may see them.
func (f ActivityFilter) visible(entries []cesi.Activity) []cesi.Activity {
	if f.Public {
		for i := range entries {
			entries[i] = entries[i].Public()
		}
	}
	return entries
}

// where returns the filter as SQL. Of the columns that are compared, the first
// is the one whose index is used; a plus keeps SQLite from choosing another, which
// it would do without knowing which values are rare. So they begin with those that
// usually are.
func (f ActivityFilter) where() (string, []any) {
	c := &conditions{public: f.Public}
	f.apply(c)
	return strings.Join(c.parts, ` AND `), c.args
}

// whereIn is where among the targets of one entry, by their own index.
func (f ActivityFilter) whereIn(parent cesi.ActivityID) (string, []any) {
	f.Before = 0
	c := &conditions{public: f.Public, indexed: true}
	c.add(`parent = ?`, parent)
	f.apply(c)
	return strings.Join(c.parts, ` AND `), c.args
}

func (f ActivityFilter) apply(c *conditions) {
	c.span(f)
	c.target(f.Target)
	c.equal("node", f.Node)
	if f.Result != cesi.OK {
		c.equal("result", string(f.Result))
	}
	c.equal("action", string(f.Action))
	c.equal("user", f.User)
	if f.Result == cesi.OK {
		c.add(`+result = ?`, string(f.Result)) // most are: an index is only a detour
	}
	c.text(f.Text)
}

// conditions collects what an entry has to fulfil.
type conditions struct {
	public  bool
	indexed bool // an index is chosen already
	parts   []string
	args    []any
}

func (c *conditions) add(condition string, args ...any) {
	c.parts = append(c.parts, condition)
	c.args = append(c.args, args...)
}

// span bounds the id, which is the microsecond an entry was written at.
func (c *conditions) span(f ActivityFilter) {
	before := int64(1<<63 - 1)
	if f.Before > 0 {
		before = int64(f.Before)
	}
	if !f.Until.IsZero() {
		before = min(before, micros(f.Until))
	}
	c.add(`id < ?`, before)
	if !f.Since.IsZero() {
		c.add(`id >= ?`, micros(f.Since))
	}
}

func (c *conditions) equal(column, value string) {
	if value == "" {
		return
	}
	c.add(c.indexable(column)+` = ?`, value)
	c.visible(column)
}

// indexable writes a column so that SQLite can use its index, if none is chosen.
func (c *conditions) indexable(column string) string {
	if c.indexed {
		return `+` + column
	}
	c.indexed = true
	return column
}

// target compares the target. Those of a group lie between "group:" and
// "group;", the next character.
func (c *conditions) target(value string) {
	group, all := strings.CutSuffix(value, ":*")
	if !all {
		c.equal("target", value)
		return
	}
	column := c.indexable("target")
	c.add(column+` >= ? AND `+column+` < ?`, group+":", group+";")
	c.visible("target")
}

// visible leaves out the entries whose column the reader may not see.
func (c *conditions) visible(column string) {
	if hidden := hiddenBy(column); c.public && len(hidden) > 0 {
		c.add(`action NOT IN (` + quoted(hidden) + `)`)
	}
}

func (c *conditions) text(text string) {
	if text == "" {
		return
	}
	pattern := `%` + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + `%`
	var found []string
	for _, column := range []string{"user", "address", "action", "node", "target", "detail", "message"} {
		condition := column + ` LIKE ? ESCAPE '\'`
		if hidden := hiddenBy(column); c.public && len(hidden) > 0 {
			condition = `(action NOT IN (` + quoted(hidden) + `) AND ` + condition + `)`
		}
		found = append(found, condition)
		c.args = append(c.args, pattern)
	}
	c.parts = append(c.parts, `(`+strings.Join(found, ` OR `)+`)`)
}

// hiddenBy lists the actions in whose entries cesi.Activity.Public takes the
// column out.
func hiddenBy(column string) []cesi.Action {
	return slices.DeleteFunc(cesi.Actions(), func(action cesi.Action) bool {
		a := cesi.Activity{User: "x", Address: "x", Action: action, Node: "x", Target: "x", Detail: "x", Message: "x"}.Public()
		shown := map[string]string{"user": a.User, "address": a.Address, "node": a.Node, "target": a.Target, "detail": a.Detail, "message": a.Message}
		text, can := shown[column]
		return !can || text != ""
	})
}

// quoted writes actions as SQL; their words are our own.
func quoted(actions []cesi.Action) string {
	words := make([]string, len(actions))
	for i, action := range actions {
		words[i] = `'` + string(action) + `'`
	}
	return strings.Join(words, `, `)
}
