package e2e

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// press clicks the link or button with the given label: the link is fetched, the
// button's form is sent with all its fields. Typed are fields filled in before.
func (b *browser) press(page *goquery.Document, label string, typed url.Values) (int, *goquery.Document) {
	b.t.Helper()
	control := labelled(b.t, page, label)
	if href, isLink := control.Attr("href"); isLink {
		return b.get(href)
	}
	action, form := submission(b.t, page, control)
	for name, values := range typed {
		form[name] = values
	}
	return b.post(action, form)
}

// labelled finds the only link or button with a label.
func labelled(t testing.TB, page *goquery.Document, label string) *goquery.Selection {
	t.Helper()
	found := page.Find("a, button").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return s.AttrOr("aria-label", s.Text()) == label
	})
	if found.Length() != 1 {
		t.Fatalf("%d links or buttons %q in %s", found.Length(), label, page.Text())
	}
	return found
}

// submission returns the address and the fields of a button's form.
func submission(t testing.TB, page *goquery.Document, button *goquery.Selection) (string, url.Values) {
	t.Helper()
	if _, disabled := button.Attr("disabled"); disabled {
		t.Fatalf("the button %q is disabled", button.Text())
	}
	form := button.Closest("form")
	if id, outside := button.Attr("form"); outside {
		form = page.Find("form#" + id)
	}
	if form.AttrOr("method", "get") != "post" {
		t.Fatalf("the button %q sends no form with POST", button.Text())
	}
	fields := make(url.Values)
	form.Find("input[name]").Each(func(_ int, input *goquery.Selection) {
		fields.Add(input.AttrOr("name", ""), input.AttrOr("value", ""))
	})
	return button.AttrOr("formaction", form.AttrOr("action", "")), fields
}

// page fetches a page that has to be there.
func (b *browser) page(path string) *goquery.Document {
	b.t.Helper()
	code, doc := b.get(path)
	if code != http.StatusOK {
		b.t.Fatalf("%s: status %d, %s", path, code, doc.Text())
	}
	return doc
}
