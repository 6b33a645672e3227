package view

import (
	"html/template"
	"testing"
	"time"

	"cesi/internal/words"
	"cesi/web"
)

func TestTimesInATextAreElements(t *testing.T) {
	book, err := words.New(web.Locales())
	if err != nil {
		t.Fatal(err)
	}
	english := book.Choose("en")
	at := time.Date(2026, 1, 2, 15, 4, 5, 0, time.FixedZone("CST", 8*3600))
	for _, c := range []struct {
		phrase words.Phrase
		want   any
	}{
		{words.Of("<b> %s", "&"), "<b> &"},
		{words.At("2 Jan 2006", at), "2 Jan 2026"},
		{words.At("2 Jan 15:04:05", at), template.HTML(`<time datetime="2026-01-02T15:04:05+08:00">2 Jan 15:04:05</time>`)},
		{words.At("15:04 MST", at), template.HTML(`<time datetime="2026-01-02T15:04:05+08:00" data-form="full">15:04 CST</time>`)},
		{
			words.Of("%s, %s: %s", words.At("15:04:05", at), words.At("15:04", at.Add(time.Hour)), `<script>"`),
			template.HTML(`<time datetime="2026-01-02T15:04:05+08:00">15:04:05</time>, <time datetime="2026-01-02T16:04:05+08:00">16:04</time>: &lt;script&gt;&#34;`),
		},
	} {
		for _, speaker := range []*words.Speaker{nil, english} {
			if got, err := translate(speaker, c.phrase, nil); got != c.want || err != nil {
				t.Errorf("got %#v, %v, want %#v", got, err, c.want)
			}
		}
	}
}
