package e2e

import (
	"path/filepath"
	"testing"

	"cesi/internal/config"

	"github.com/google/go-cmp/cmp"
)

func TestThemes_HaveStyleSheets(t *testing.T) {
	const folder = "../../web/static/vendor/themes"
	sheets, err := filepath.Glob(folder + "/*.css")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, theme := range config.Themes() {
		want = append(want, filepath.Join(folder, theme+".css"))
	}
	if diff := cmp.Diff(want, sheets); diff != "" {
		t.Errorf("the configuration's themes - the style sheets:\n%s", diff)
	}
}
