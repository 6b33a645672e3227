package pages

import (
	"context"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/logtail"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
	"cesi/internal/server/view/viewtest"
)

// hostileLog has everything that a log may contain, with a gap in it.
func hostileLog() cesi.LogPart {
	first := []byte("<script>alert(1)</script> \x1b[31;1m\"red\" & <b>bold\x1b[0m \x00\a\u202e\xff ]]> <fault>\r\n")
	last := []byte("error: <i>it</i> failed\nerror again\n")
	at := 100 + int64(len(first))
	return cesi.LogPart{From: 100, To: at + 7 + int64(len(last)), Pieces: []cesi.LogPiece{
		{Offset: 100, Text: first}, {Offset: at, Gap: 7}, {Offset: at + 7, Text: last},
	}}
}

// sampleLogPages is a log's page in every shape.
func sampleLogPages(base view.Base) []sample {
	n := payNode()
	process := n.Processes[0]
	l := request.Log{Node: n, Process: &process, Name: cesi.LogName{Process: process.ProcessID}}
	query, err := logtail.NewQuery("error", false)
	if err != nil {
		panic(err)
	}
	part := hostileLog()
	asked := request.LogQuery{Text: "error", Wrap: true}
	live, middle, main := newLogPage(base, l, request.LogQuery{Wrap: true}), newLogPage(base, l, asked), newLogPage(base, request.Log{Node: n, Name: cesi.LogName{Stream: cesi.MainLog}}, request.LogQuery{})
	live.Panel.Fill(context.Background(), base.Localizer, part, part.To, nil)
	middle.Panel.At = part.Pieces[2].Offset
	middle.Panel.Fill(context.Background(), base.Localizer, part, 3<<30, &query)
	none := newLogPage(base, l, request.LogQuery{Wrap: true})
	none.Panel.NoLog = request.WhyNoLog(&process, cesi.Stderr)
	silent := newLogPage(base, l, request.LogQuery{Wrap: true})
	silent.Panel.Problem = cesi.Raw("It did not answer in time.")
	found, nothing, end := newLogPage(base, l, asked), newLogPage(base, l, asked), newLogPage(base, l, asked)
	match := logtail.Match{Offset: 4711, Length: 5, Line: []byte("an error: <b>\x1b[31mred"), From: 3}
	found.Found = newFoundView(found.Panel, logtail.Found{From: 10, To: 1 << 24, Size: 1 << 24, Count: 1234, Matches: []logtail.Match{match, match}, Gaps: 12})
	nothing.Found = newFoundView(nothing.Panel, logtail.Found{To: 10, Size: 10})
	end.Found = nothingFurther(end.Panel, "previous", 1<<20, 1<<10)
	return []sample{
		{"log live", "log", live}, {"log middle", "log", middle}, {"log main", "log", main}, {"log none", "log", none}, {"log silent", "log", silent},
		{"log found", "log_search", found}, {"log nothing", "log_search", nothing}, {"log end", "log_search", end},
	}
}

func TestLogPage_LogIsOnlyText(t *testing.T) {
	r := viewtest.Renderer(t, "/cesi")
	for _, s := range sampleLogPages(sampleBase(cesi.LogReader)) {
		if s.name != "log middle" {
			continue
		}
		doc := draw(t, r, s)
		text := doc.Find("pre.log-text")
		want := "<script>alert(1)</script> \"red\" & <b>bold ^@^G<U+202E>\\xFF ]]> <fault>\n" +
			"7 bytes here can't be read back: supervisord hands out only UTF-8.error: <i>it</i> failed\nerror again\n"
		if got := text.Text(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if red := text.Find(".fg-1.sgr-bold").Text(); red != `"red" & <b>bold` {
			t.Errorf("red is %q", red)
		}
		if marks := text.Find(".log-match"); marks.Length() != 2 || text.Find("#match").Text() != "error" {
			t.Errorf("%d matches are marked, the one that is looked at is %q", marks.Length(), text.Find("#match").Text())
		}
		if text.Find("script, b, i").Length() != 0 {
			t.Error("the log's markup is markup")
		}
		if tail := doc.Find("[data-log-tail]").Length(); tail != 0 {
			t.Error("the middle of a log is live")
		}
	}
}
