package view

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"cesi/internal/ansi"
	"cesi/internal/cesi"
	"cesi/internal/i18n"
	"cesi/internal/logtail"
	"cesi/internal/server/request"
)

// LogPanel is a log with its controls: the search, the live tail, the links to other
// parts. Any page may have one:
//
//	{{template "log_panel" .Log}}
//
// with a NewLogPanel. Such a panel asks no node while the page is rendered; with
// scripts, its end is shown live. The log's own page fills it before.
type LogPanel struct {
	ID       string    // of the element
	Path     string    // of the log's page, without prefix
	Name     cesi.Text // of the log
	Tabs     []logTab
	Shared   string // the stream for both logs of the process, on a page with both; without prefix
	Stream   string // which of the two logs this is
	Query    request.LogQuery
	Spans    []logSpan
	Filled   bool
	From, To int64
	Size     int64
	Live     bool      // new text is added
	NoLog    cesi.Text // why there is none
	Problem  cesi.Text // why it could not be read
	At       int64     // offset of the present match; negative: none
}

// logTab is a link to another log of the same process.
type logTab struct {
	Name, Path string
	Current    bool
}

// logSpan is a span of a log's page.
type logSpan struct {
	ansi.Span
	Current bool // the present match
}

// NewLogPanel returns the panel of a node's log: of a process, or of supervisord itself
// for MainLog. Its end is shown live.
func NewLogPanel(node string, log cesi.LogName) LogPanel {
	p := LogPanel{ID: RowID("log", log.Stream.String()), Path: request.LogPath(node, log), Name: request.LogName(log), Query: request.LogQuery{Wrap: true}, Live: true, At: -1}
	if log.Stream == cesi.MainLog {
		return p
	}
	for _, stream := range []cesi.LogStream{cesi.Stdout, cesi.Stderr} {
		p.Tabs = append(p.Tabs, logTab{
			Name: stream.String(), Current: stream == log.Stream,
			Path: request.LogPath(node, cesi.LogName{Process: log.Process, Stream: stream}),
		})
	}
	return p
}

// Readable reports whether the log can be searched and downloaded, as far as known.
func (p LogPanel) Readable() bool { return p.NoLog.ID == "" && p.Problem.ID == "" }

// markTime bounds the search for matches in a page's text.
const markTime = 300 * time.Millisecond

// Fill puts a part of the log into the panel, with remarks in a language. It marks the
// matches of the query, as far as they are found within markTime and before ctx ends.
func (p *LogPanel) Fill(ctx context.Context, localizer *i18n.Localizer, part cesi.LogPart, size int64, query *logtail.Query) {
	p.Filled = true
	p.From, p.To, p.Size = part.From, part.To, size
	p.Live = part.To >= size
	ctx, cancel := context.WithTimeout(ctx, markTime)
	defer cancel()
	var a ansi.Decoder
	for _, piece := range part.Pieces {
		if piece.Gap > 0 {
			p.add(a.Flush(), false)
			p.add([]ansi.Span{{Class: ansi.ClassGap, Text: localizer.Localize(logtail.GapSentence(piece.Gap))}}, false)
			continue
		}
		p.draw(ctx, &a, piece, query)
	}
	p.add(a.Flush(), false)
}

// draw adds a piece of text, with its matches of the query.
func (p *LogPanel) draw(ctx context.Context, a *ansi.Decoder, piece cesi.LogPiece, query *logtail.Query) {
	done := 0
	if query != nil {
		// Text for which there was no time is drawn without marks.
		_ = query.In(ctx, piece.Text, func(from, to, _, _ int) {
			p.add(a.Write(piece.Text[done:from]), false)
			a.Match = true
			p.add(a.Write(piece.Text[from:to]), piece.Offset+int64(from) == p.At)
			a.Match = false
			done = to
		})
	}
	p.add(a.Write(piece.Text[done:]), false)
}

func (p *LogPanel) add(spans []ansi.Span, current bool) {
	for i, s := range spans {
		p.Spans = append(p.Spans, logSpan{Span: s, Current: current && i == 0})
	}
}

// with returns the address of the log's page with the query and other values.
func (p LogPanel) with(values url.Values) string {
	all := p.Query.Values()
	for name, list := range values {
		all[name] = list
	}
	if len(all) == 0 {
		return p.Path
	}
	return p.Path + "?" + all.Encode()
}

// At returns the query for a part of a log, by the name of its offset.
func At(name string, offset int64) url.Values {
	return url.Values{name: {strconv.FormatInt(offset, 10)}}
}

// End returns the address of the log's end.
func (p LogPanel) End() string { return p.with(nil) }

// Top returns the address of the log's beginning.
func (p LogPanel) Top() string { return p.with(At("offset", 0)) }

// Older returns the address of the part before; empty at the beginning.
func (p LogPanel) Older() string {
	if p.From == 0 {
		return ""
	}
	return p.with(At("before", p.From))
}

// Newer returns the address of the part after; empty at the end.
func (p LogPanel) Newer() string {
	if p.To >= p.Size {
		return ""
	}
	return p.with(At("offset", p.To))
}

// OtherWrap returns the address of the same part, with or without wrapped lines.
func (p LogPanel) OtherWrap() string {
	p.Query.Wrap = !p.Query.Wrap
	switch {
	case p.At >= 0:
		return p.with(At("at", p.At))
	case p.Live:
		return p.with(nil)
	default:
		return p.with(At("offset", p.From))
	}
}

// Tail returns the path of the live log; empty for a part that is not the end.
func (p LogPanel) Tail() string {
	switch {
	case !p.Live:
		return ""
	case p.Shared != "":
		return p.Shared
	case !p.Filled:
		return p.Path + "/tail"
	default:
		return p.Path + "/tail?" + At("from", p.To).Encode()
	}
}

// Download returns the path of the whole log.
func (p LogPanel) Download() string { return p.Path + "/download" }

// Search returns the path of the search.
func (p LogPanel) Search() string { return p.Path + "/search" }

// step returns the address of the match before or after the present one.
func (p LogPanel) step(direction string) string {
	values := p.Query.Values()
	values.Set("go", direction)
	values.Set("from", strconv.FormatInt(p.At, 10))
	return p.Search() + "?" + values.Encode()
}

// Previous returns the address of the previous match; empty without a present one.
func (p LogPanel) Previous() string {
	if p.At < 0 || p.Query.Text == "" {
		return ""
	}
	return p.step("previous")
}

// Next returns the address of the next match; empty without a present one.
func (p LogPanel) Next() string {
	if p.At < 0 || p.Query.Text == "" {
		return ""
	}
	return p.step("next")
}

// Where says which part of the log this is: "bytes 0 to 65,536 of 12.3 MB".
func (p LogPanel) Where() cesi.Text {
	if p.From == 0 && p.To >= p.Size {
		return cesi.T("all of it, %s", logtail.Bytes(p.Size))
	}
	return cesi.T("bytes %d to %d of %s", p.From, p.To, logtail.Bytes(p.Size))
}
