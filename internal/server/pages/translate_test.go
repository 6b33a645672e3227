package pages

import (
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

func TestPages_TimesAreMachineReadable(t *testing.T) {
	count := 0
	for _, s := range adminPages(t) {
		s.doc.Find("time").Each(func(_ int, e *goquery.Selection) {
			count++
			if _, err := time.Parse(time.RFC3339, e.AttrOr("datetime", "")); err != nil || e.Find("time").Length() > 0 {
				t.Errorf("%s: %q of %q: %v", s.name, e.AttrOr("datetime", ""), e.Text(), err)
			}
		})
	}
	if count == 0 {
		t.Error("no page has a time")
	}
}
