package server

import (
	"fmt"

	"cesi/internal/logs"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
	"cesi/internal/words"
)

// logPageData is the page of a log, or of a search in it.
type logPageData struct {
	view.Base
	Node    string
	Process string // empty for supervisord's own log
	Badge   view.Badge
	Panel   view.LogPanel
	Found   *foundView // what a search came to; nil on the log's own page
}

// newLogPage makes the page of a log without its text.
func newLogPage(base view.Base, l request.Log, query request.LogQuery) logPageData {
	page := logPageData{Node: l.Node.Name, Badge: view.NewNodeBadge(l.Node), Panel: view.NewLogPanel(l.Node.Name, l.Name)}
	page.Panel.Query = query
	title := base.Say("supervisord's log") + " · " + l.Node.Name
	if l.Process != nil {
		page.Process, page.Badge = l.Process.String(), view.NewProcessBadge(l.Process.Process)
		title = fmt.Sprintf("%s %s · %s", page.Process, l.Name.Stream, l.Node.Name)
	}
	page.Base = base.At("nodes", title)
	return page
}

// foundView is what a search came to.
type foundView struct {
	Count   words.Phrase // "1,234 matches"
	Where   words.Phrase // "in the last 16.8 MB"
	Rows    []view.MatchRow
	More    bool         // than there are rows
	Further string       // address of the same search further back; empty at the beginning
	Gaps    words.Phrase // bytes that could not be searched
}

func newFoundView(p view.LogPanel, found logs.Found) *foundView {
	v := &foundView{Count: matches(found.Count), More: found.Count > len(found.Matches)}
	switch searched := found.To - found.From; {
	case found.From == 0 && found.To >= found.Size:
		v.Where = words.Of("in the whole log, %s", logs.Bytes(found.Size))
	case found.To >= found.Size:
		v.Where = words.Of("in the last %s", logs.Bytes(searched))
	default:
		v.Where = words.Of("in bytes %d to %d", found.From, found.To)
	}
	if found.From > 0 {
		values := p.Query.Values()
		values["before"] = view.At("before", found.From)["before"]
		v.Further = p.Search() + "?" + values.Encode()
	}
	if found.Gaps > 0 {
		v.Gaps = words.Of("%s could not be searched: supervisord hands out only UTF-8.", logs.Bytes(found.Gaps))
	}
	for i := len(found.Matches) - 1; i >= 0; i-- {
		v.Rows = append(v.Rows, view.NewMatchRow(p, found.Matches[i]))
	}
	return v
}

// matches writes a count of what was found.
func matches(n int) words.Phrase {
	if n == 0 {
		return words.Of("Nothing found")
	}
	return words.Of("%d matches", n)
}

// nothingFurther says that there is no other match between two offsets.
func nothingFurther(p view.LogPanel, direction string, from, end int64) *foundView {
	v := &foundView{Count: words.Of("No next match"), Where: words.Of("in bytes %d to %d", min(from, end), max(from, end))}
	if direction != "previous" {
		return v
	}
	v.Count = words.Of("No previous match")
	if end > 0 {
		values := p.Query.Values()
		values["before"] = view.At("before", end)["before"]
		v.Further = p.Search() + "?" + values.Encode()
	}
	return v
}
