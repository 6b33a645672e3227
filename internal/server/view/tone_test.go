package view

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cesi/web"
)

// toned are the classes that end in a tone, by their beginning; with each, those with
// another ending. Tones without effect have no rule.
func toned() map[string][]string {
	return map[string][]string{
		"state": {"counts", "heading"}, "text": nil, "fill": {string(ToneRest)}, "flash": {"text"},
		"sq": nil, "chip": {"count", "label"}, "map": {"bars", "cell", "dense", "heading", "name", "plain"}, "map-plain": nil, "remark": nil,
	}
}

// stylesheets returns all style sheets of our own.
func stylesheets(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, name := range []string{"app.css", "dark.css"} {
		w := httptest.NewRecorder()
		web.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/static/"+name, nil))
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", name, w.Code)
		}
		all.WriteString(w.Body.String())
	}
	return all.String()
}

func TestTone_HasItsRules(t *testing.T) {
	css := stylesheets(t)
	for _, class := range []string{"state", "text", "fill", "flash"} {
		for _, tone := range Tones() {
			if !strings.Contains(css, "\n."+class+"-"+string(tone)+" {") {
				t.Errorf("the style sheet has no rule for .%s-%s", class, tone)
			}
		}
	}
	if !strings.Contains(css, "\n.fill-"+string(ToneRest)+" {") {
		t.Error("the style sheet has no rule for what is left over of a bar")
	}
}

func TestTone_EveryOneInUseIsKnown(t *testing.T) {
	found := map[string]string{"the style sheet": ""}
	for _, class := range regexp.MustCompile(`\.[a-z][a-z-]*`).FindAllString(stylesheets(t), -1) {
		found["the style sheet"] += " " + class[1:]
	}
	err := fs.WalkDir(web.Templates(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(web.Templates(), path)
		for _, m := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(string(content), -1) {
			found[path] += " " + m[1]
		}
		for _, m := range regexp.MustCompile(`(?:eq \.Tone|"result_icon") "([^"]*)"`).FindAllStringSubmatch(string(content), -1) {
			found[path] += " state-" + m[1]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for where, classes := range found {
		for before, others := range toned() {
			for _, m := range regexp.MustCompile(` `+before+`-([a-z]+)\b`).FindAllStringSubmatch(classes, -1) {
				if !slices.Contains(Tones(), Tone(m[1])) && !slices.Contains(others, m[1]) {
					t.Errorf("%s has %s-%s, which is no tone", where, before, m[1])
				}
			}
		}
	}
}
