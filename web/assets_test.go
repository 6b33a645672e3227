package web

import (
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// names returns the first group of all matches of the expression in the files with the
// suffix, sorted and each once.
func names(t *testing.T, fsys fs.FS, suffix, expression string) []string {
	t.Helper()
	found := make(map[string]bool)
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, suffix) {
			return err
		}
		content, err := fs.ReadFile(fsys, p)
		for _, m := range regexp.MustCompile(expression).FindAllStringSubmatch(string(content), -1) {
			found[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(found))
}

func TestSprite_ExactlyTheIconsInUse(t *testing.T) {
	used := names(t, Templates(), ".html", `icon "([^"]*)"`)
	held := names(t, files, "static/icons.svg", `<symbol id="([^"]*)"`)
	if len(used) == 0 {
		t.Fatal("no template uses an icon")
	}
	if diff := cmp.Diff(used, held); diff != "" {
		t.Errorf("run make assets; used - held:\n%s", diff)
	}
}

func TestStatic_FetchesNothingElsewhere(t *testing.T) {
	elsewhere := []string{"@import", "sourceMappingURL", "googleapis", "url(http", "url(//", `url("http`, `url("//`}
	for _, file := range readStatic() {
		if path.Ext(file.name) == ".txt" {
			continue
		}
		content := sent(t, file.name)
		for _, text := range elsewhere {
			if strings.Contains(content, text) {
				t.Errorf("%s has %q", file.name, text)
			}
		}
	}
}

func TestVendor_Licences(t *testing.T) {
	for _, name := range []string{"bootstrap", "bootswatch", "bootstrap-icons"} {
		content, err := fs.ReadFile(files, "static/vendor/LICENSE."+name+".txt")
		if err != nil || !strings.Contains(string(content), "Permission is hereby granted") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The style sheets hold only the rules that were needed when they were made, so
// a class of Bootstrap's that is new in a template needs make assets.
func TestBootstrap_ClassesInUse(t *testing.T) {
	var css strings.Builder
	for _, name := range []string{"vendor/bootstrap.min.css", "app.css"} {
		css.WriteString(sent(t, name))
	}
	checked := 0
	for _, list := range names(t, Templates(), ".html", `class="([^"]*)"`) {
		for _, class := range regexp.MustCompile(`\b(btn|form|visually)(-[a-z]+)*\b`).FindAllString(list, -1) {
			checked++
			if !regexp.MustCompile(`\.` + class + `[^a-z-]`).MatchString(css.String()) {
				t.Errorf("run make assets: .%s is in no style sheet", class)
			}
		}
	}
	if checked == 0 {
		t.Error("no template uses Bootstrap")
	}
}
