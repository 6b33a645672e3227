package view

import (
	"cesi/internal/ansi"
	"cesi/internal/logtail"
	"cesi/internal/server/request"
)

// MatchRow is a line with a match.
type MatchRow struct {
	Offset string
	URL    string
	Before []ansi.Span
	Match  []ansi.Span
	After  []ansi.Span
}

// NewMatchRow makes the row of a line with a match.
func NewMatchRow(p LogPanel, m logtail.Match) MatchRow {
	from := min(m.From, len(m.Line))
	to := min(from+m.Length, len(m.Line))
	return MatchRow{
		Offset: request.Number(int(m.Offset)), URL: MatchURL(p, m.Offset),
		Before: oneLine(m.Line[:from]), Match: oneLine(m.Line[from:to]), After: oneLine(m.Line[to:]),
	}
}

// MatchURL returns the address of a match in its log.
func MatchURL(p LogPanel, offset int64) string { return p.with(At("at", offset)) + "#match" }

// oneLine returns a part of a line without its colours.
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
