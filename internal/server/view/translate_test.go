package view

import (
	"html/template"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/i18n"
	"cesi/web"
)

func TestTranslate_TimesAreElements(t *testing.T) {
	bundle, err := i18n.New(web.Locales())
	if err != nil {
		t.Fatal(err)
	}
	english := bundle.Choose("en")
	at := time.Date(2026, 1, 2, 15, 4, 5, 0, time.FixedZone("CST", 8*3600))
	for _, c := range []struct {
		phrase cesi.Text
		want   any
	}{
		{cesi.T("<b> %s", "&"), "<b> &"},
		{cesi.T("%s: %s", "a\nb", cesi.Raw("c\u202ed")), "a b: c\ufffdd"},
		{cesi.At("2 Jan 2006", at), "2 Jan 2026"},
		{cesi.At("2 Jan 15:04:05", at), template.HTML(`<time datetime="2026-01-02T15:04:05+08:00">2 Jan 15:04:05</time>`)},
		{cesi.At("15:04 MST", at), template.HTML(`<time datetime="2026-01-02T15:04:05+08:00" data-form="full">15:04 CST</time>`)},
		{
			cesi.T("%s, %s: %s", cesi.At("15:04:05", at), cesi.At("15:04", at.Add(time.Hour)), `<script>"`),
			template.HTML(`<time datetime="2026-01-02T15:04:05+08:00">15:04:05</time>, <time datetime="2026-01-02T16:04:05+08:00">16:04</time>: &lt;script&gt;&#34;`),
		},
	} {
		for _, localizer := range []*i18n.Localizer{nil, english} {
			if got, err := translate(localizer, c.phrase, nil); got != c.want || err != nil {
				t.Errorf("got %#v, %v, want %#v", got, err, c.want)
			}
		}
	}
}
