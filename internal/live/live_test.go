package live

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parsed(t *testing.T, body string) *page {
	t.Helper()
	body = strings.ReplaceAll(body, " id=", " data-live id=")
	p, err := parsePage([]byte(`<!doctype html><html><body><main><div id="live">` + body + `</div></main></body></html>`))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDiff_SendsOnlyChanges(t *testing.T) {
	const rows = `<table><tbody id="rows"><tr id="a"><td>RUNNING</td></tr><tr id="b"><td>RUNNING</td></tr></tbody></table>`
	cases := map[string]struct {
		before, after string
		all           bool
		want          []string
	}{
		"nothing":                      {before: rows, after: rows},
		"a row":                        {before: rows, after: `<table><tbody id="rows"><tr id="a"><td>RUNNING</td></tr><tr id="b"><td>FATAL</td></tr></tbody></table>`, want: []string{"b"}},
		"an attribute":                 {before: `<p id="x" class="a"></p>`, after: `<p id="x" class="b"></p>`, want: []string{"x"}},
		"a row that enters":            {before: rows, after: `<table><tbody id="rows"><tr id="a"><td>RUNNING</td></tr><tr id="c"></tr><tr id="b"><td>RUNNING</td></tr></tbody></table>`, want: []string{"rows"}},
		"rows that change places":      {before: rows, after: `<table><tbody id="rows"><tr id="b"><td>RUNNING</td></tr><tr id="a"><td>RUNNING</td></tr></tbody></table>`, want: []string{"rows"}},
		"what is in no region":         {before: `<h1>1</h1>` + rows, after: `<h1>2</h1>` + rows, want: []string{Root}},
		"a text that follows the time": {before: `<p id="x"><i data-since="1">1 s</i></p>`, after: `<p id="x"><i data-since="2">2 s</i></p>`},
		"a slow part, in between":      {before: `<p id="x"><i data-slow>1</i></p>`, after: `<p id="x"><i data-slow>2</i></p>`},
		"a slow part, in its time":     {before: `<p id="x"><i data-slow>1</i></p>`, after: `<p id="x"><i data-slow>2</i></p>`, all: true, want: []string{"x"}},
		"what is not marked":           {before: `<p id="x"><i	id="y">1</i></p>`, after: `<p id="x"><i	id="y">2</i></p>`, want: []string{"x"}},
		"an id that is there twice":    {before: `<p id="x">1</p><p id="x">1</p>`, after: `<p id="x">1</p><p id="x">2</p>`, want: []string{Root}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range parsed(t, c.after).since(parsed(t, c.before), c.all) {
				got = append(got, r.id)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s: - want, + got:\n%s", name, diff)
			}
		})
	}
}

func TestDiff_SendsSkippedSlowPartLater(t *testing.T) {
	first := parsed(t, `<p id="x"><i data-slow>1</i></p>`)
	second := parsed(t, `<p id="x"><i data-slow>2</i></p>`)
	if len(second.since(first, false)) != 0 {
		t.Fatal("sent at once")
	}
	third := parsed(t, `<p id="x"><i data-slow>2</i></p>`)
	if len(third.since(second, true)) != 1 {
		t.Error("what browsers still show as 1 is not sent")
	}
}

func TestParsePage_NeedsRoot(t *testing.T) {
	if _, err := parsePage([]byte("<p>log in</p>")); err == nil {
		t.Error("no error")
	}
}
