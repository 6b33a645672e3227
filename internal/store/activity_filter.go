package store

import (
	"slices"
	"strings"
	"time"

	"cesi/internal/cesi"
)

// MaxActivities bounds the entries that one call returns.
const MaxActivities = 10_000

// ActivityFilter selects entries of the activity log. An empty field selects all.
type ActivityFilter struct {
	Before       cesi.ActivityID // only older entries: the key of the next page
	Since, Until time.Time       // from Since on, and before Until
	User         string
	Node         string
	// Target is a "group:name", or "group:*" for the whole group, or any other target
	// of an entry.
	Target string
	Action cesi.Action
	Result cesi.Result
	Text   string // in any text of an entry; ASCII letters match in any case
	// Public is for readers who do not manage users: texts that cesi.Activity.Public
	// removes are neither returned nor searched.
	Public  bool
	Targets bool // also single targets of commands on many
	Limit   int  // at most so many entries; outside of 1 to MaxActivities it is MaxActivities
}

// Narrow reports whether the filter has a condition besides the page.
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

// where returns the filter as SQL. The index of the first compared column is used; a
// plus keeps SQLite from using another one, since it does not know which values are
// rare. So the conditions begin with the usually rarest.
func (f ActivityFilter) where() (string, []any) {
	c := &conditions{public: f.Public}
	f.apply(c)
	return strings.Join(c.parts, ` AND `), c.args
}

// whereIn is where for the targets of one entry, which have their own index.
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
		c.add(`+result = ?`, string(f.Result)) // most results are equal: an index would not help
	}
	c.text(f.Text)
}

// conditions collects the conditions of an entry.
type conditions struct {
	public  bool
	indexed bool // an index is already chosen
	parts   []string
	args    []any
}

func (c *conditions) add(condition string, args ...any) {
	c.parts = append(c.parts, condition)
	c.args = append(c.args, args...)
}

// span bounds the id, which is the microsecond in which an entry was made.
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

// indexable writes a column so that SQLite can use its index, unless one is already
// chosen.
func (c *conditions) indexable(column string) string {
	if c.indexed {
		return `+` + column
	}
	c.indexed = true
	return column
}

// target compares the target. Targets of a group are between "group:" and "group;",
// since ";" is the character after ":".
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

// visible excludes entries whose column the reader may not see.
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

// hiddenBy lists the actions for which cesi.Activity.Public removes the column.
func hiddenBy(column string) []cesi.Action {
	return slices.DeleteFunc(cesi.Actions(), func(action cesi.Action) bool {
		a := cesi.Activity{User: "x", Address: "x", Action: action, Node: "x", Target: "x", Detail: "x", Message: cesi.Raw("x")}.Public()
		shown := map[string]string{"user": a.User, "address": a.Address, "node": a.Node, "target": a.Target, "detail": a.Detail, "message": a.Message.String()}
		text, can := shown[column]
		return !can || text != ""
	})
}

// quoted writes actions as SQL. They are constants of this program.
func quoted(actions []cesi.Action) string {
	words := make([]string, len(actions))
	for i, action := range actions {
		words[i] = `'` + string(action) + `'`
	}
	return strings.Join(words, `, `)
}
