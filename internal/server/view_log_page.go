package server

import (
	"fmt"

	"cesi/internal/ansi"
	"cesi/internal/logs"
	"cesi/internal/server/request"
	"cesi/internal/words"
)

// logPageData is the page of a log, or of a search in it.
type logPageData struct {
	basePage
	Node    string
	Process string // empty for supervisord's own log
	Badge   badge
	Panel   logPanel
	Found   *foundView // what a search came to; nil on the log's own page
}

// newLogPage makes the page of a log without its text.
func newLogPage(base basePage, l request.Log, query request.LogQuery) logPageData {
	page := logPageData{Node: l.Node.Name, Badge: newNodeBadge(l.Node), Panel: newLogPanel(l.Node.Name, l.Name)}
	page.Panel.Query = query
	title := base.say("supervisord's log") + " · " + l.Node.Name
	if l.Process != nil {
		page.Process, page.Badge = l.Process.String(), newProcessBadge(l.Process.Process)
		title = fmt.Sprintf("%s %s · %s", page.Process, l.Name.Stream, l.Node.Name)
	}
	page.basePage = base.at("nodes", title)
	return page
}

// foundView is what a search came to.
type foundView struct {
	Count   words.Phrase // "1,234 matches"
	Where   words.Phrase // "in the last 16.8 MB"
	Rows    []matchRow
	More    bool         // than there are rows
	Further string       // address of the same search further back; empty at the beginning
	Gaps    words.Phrase // bytes that could not be searched
}

// matchRow is a line with what was found.
type matchRow struct {
	Offset string
	URL    string
	Before []ansi.Span
	Match  []ansi.Span
	After  []ansi.Span
}

func newFoundView(p logPanel, found logs.Found) *foundView {
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
		values["before"] = at("before", found.From)["before"]
		v.Further = p.Search() + "?" + values.Encode()
	}
	if found.Gaps > 0 {
		v.Gaps = words.Of("%s could not be searched: supervisord hands out only UTF-8.", logs.Bytes(found.Gaps))
	}
	for i := len(found.Matches) - 1; i >= 0; i-- {
		v.Rows = append(v.Rows, newMatchRow(p, found.Matches[i]))
	}
	return v
}

func newMatchRow(p logPanel, m logs.Match) matchRow {
	from := min(m.From, len(m.Line))
	to := min(from+m.Length, len(m.Line))
	return matchRow{
		Offset: request.Number(int(m.Offset)), URL: matchURL(p, m.Offset),
		Before: oneLine(m.Line[:from]), Match: oneLine(m.Line[from:to]), After: oneLine(m.Line[to:]),
	}
}

// matchURL is the address of a match in its log.
func matchURL(p logPanel, offset int64) string { return p.with(at("at", offset)) + "#match" }

// oneLine draws a part of a line without its colours.
func oneLine(text []byte) []ansi.Span {
	var a ansi.Decoder
	spans := append(a.Write(text), a.Flush()...)
	for i := range spans {
		if spans[i].Class != ansi.ClassControl && spans[i].Class != ansi.ClassByte {
			spans[i].Class = ""
		}
	}
	return spans
}

// matches writes a count of what was found.
func matches(n int) words.Phrase {
	if n == 0 {
		return words.Of("Nothing found")
	}
	return words.Of("%d matches", n)
}

// nothingFurther says that there is no other match between two offsets.
func nothingFurther(p logPanel, direction string, from, end int64) *foundView {
	v := &foundView{Count: words.Of("No next match"), Where: words.Of("in bytes %d to %d", min(from, end), max(from, end))}
	if direction != "previous" {
		return v
	}
	v.Count = words.Of("No previous match")
	if end > 0 {
		values := p.Query.Values()
		values["before"] = at("before", end)["before"]
		v.Further = p.Search() + "?" + values.Encode()
	}
	return v
}
