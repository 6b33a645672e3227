package server

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cesi/web"
)

// sameEverywhere are the texts of templates that are names or commands.
func sameEverywhere() []string {
	return []string{
		"supervisord", "API", "CSV", "pid", "PID", "HUP, USR1, 15 …", "restart NAME", "cesi check --connect",
		`curl -H "Authorization: Bearer cesi_…" …/api/v2/nodes`,
	}
}

// untranslated lists the texts and labels of a template that no action says.
func untranslated(template string) []string {
	for _, unsaid := range []string{`(?s)\{\{/\*.*?\*/\}\}`, `(?s)<(pre|script|kbd).*?</(pre|script|kbd)>`, `(?s)\{\{.*?\}\}`} {
		template = regexp.MustCompile(unsaid).ReplaceAllString(template, "")
	}
	var texts []string
	for _, m := range regexp.MustCompile(`(?:aria-label|title|placeholder)="([^"]*)"`).FindAllStringSubmatch(template, -1) {
		texts = append(texts, m[1])
	}
	texts = append(texts, regexp.MustCompile(`(?s)<[^>]*>`).Split(template, -1)...)
	word := regexp.MustCompile(`\pL{3}`)
	return slices.DeleteFunc(texts, func(text string) bool {
		return !word.MatchString(text) || slices.Contains(sameEverywhere(), strings.TrimSpace(text))
	})
}

func TestTemplates_TextsAreTranslated(t *testing.T) {
	if got := untranslated(`<p title="Why">{{t "Yes"}} No, <b>so</b> not<pre>example</pre>{{/* remark */}}</p>`); len(got) != 2 {
		t.Fatalf("it finds %q", got)
	}
	err := fs.WalkDir(web.Templates(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(web.Templates(), path)
		for _, text := range untranslated(string(content)) {
			t.Errorf("%s: %q is the same in every language", path, strings.TrimSpace(text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
