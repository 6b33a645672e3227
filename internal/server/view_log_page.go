package server

import (
	"fmt"

	"cesi/internal/ansi"
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/logs"
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
func newLogPage(base basePage, l logRequest, query logQuery) logPageData {
	page := logPageData{Node: l.node.Name, Badge: newNodeBadge(l.node), Panel: newLogPanel(l.node.Name, l.log)}
	page.Panel.Query = query
	title := base.say("supervisord's log") + " · " + l.node.Name
	if l.process != nil {
		page.Process, page.Badge = l.process.String(), newProcessBadge(l.process.Process)
		title = fmt.Sprintf("%s %s · %s", page.Process, l.log.Stream, l.node.Name)
	}
	page.basePage = base.at("nodes", title)
	return page
}

// whyNoLog explains that a process has no log, by what its supervisord says of
// it.
func whyNoLog(p *fleet.Process, stream cesi.LogStream) words.Phrase {
	if p == nil {
		return words.Of("This supervisord writes its log to no file, or the file is not there (logfile in its [supervisord] section).")
	}
	file := p.LogFile(stream)
	switch {
	case file != "" && p.Start == 0:
		return words.Of("There is no log yet: the process has never been started. It will be %s.", plain(file))
	case file != "":
		return words.Of("The file %s is not there. If it was removed under a running process, supervisord goes on writing into what was removed; the next start of the process makes it anew.", plain(file))
	case syslog(p, stream):
		return words.Of("This process writes its %s to syslog: read it on the node, in the log of its system.", stream)
	case stream == cesi.Stderr:
		return words.Of("This process has no stderr log: stderr_logfile = NONE, or redirect_stderr = true, which puts what it writes there into stdout.")
	case p.Config == nil || !p.Config.Full:
		return words.Of("This process has no stdout log: stdout_logfile = NONE, or syslog.")
	default:
		return words.Of("This process has no stdout log: stdout_logfile = NONE.")
	}
}

// syslog reports whether a process's output goes to syslog, as far as its
// supervisord says.
func syslog(p *fleet.Process, stream cesi.LogStream) bool {
	switch {
	case p.Config == nil:
		return false
	case stream == cesi.Stderr:
		return p.Config.Stderr.Syslog
	default:
		return p.Config.Stdout.Syslog
	}
}

// whyUnreadable explains that supervisord can't read a log back.
func whyUnreadable(p *fleet.Process, stream cesi.LogStream) words.Phrase {
	file := plain(p.LogFile(stream))
	if cesi.IsDevice(file) {
		return words.Of("This process writes its %s to %s, a pipe, a terminal or another device: supervisord can't read that back. Look where supervisord's own output goes.", stream, file)
	}
	return words.Of("supervisord can't read %s: it is a pipe or another device, or may not be opened.", file)
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
		values := p.Query.values()
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
		Offset: number(int(m.Offset)), URL: matchURL(p, m.Offset),
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
		values := p.Query.values()
		values["before"] = at("before", end)["before"]
		v.Further = p.Search() + "?" + values.Encode()
	}
	return v
}
