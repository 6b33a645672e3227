package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// texts are the Markdown files for readers of the repository.
var texts = []string{readme, "../README.md", "../../.github/CONTRIBUTING.md", "../../.github/SECURITY.md"}

func TestDocs_LinksLeadToFiles(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)
	for _, text := range texts {
		for _, match := range link.FindAllStringSubmatch(fileText(t, text), -1) {
			if target := match[1]; !strings.Contains(target, "://") {
				if _, err := os.Stat(filepath.Join(filepath.Dir(text), target)); err != nil {
					t.Errorf("%s: a link leads to nothing: %v", text, err)
				}
			}
		}
	}
}

func TestArchitecture_NamesFilesThatExist(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile("`((?:cmd|internal|web|migrations)[a-z0-9_./-]*)`")
	for _, match := range name.FindAllStringSubmatch(fileText(t, "../README.md"), -1) {
		if _, err := os.Stat(filepath.Join("../..", match[1])); err != nil {
			t.Errorf("internal/README.md names a file that is not there: %v", err)
		}
	}
}

func TestArchitecture_NamesEveryPackage(t *testing.T) {
	t.Parallel()
	text := fileText(t, "../README.md")
	for path := range mayImport {
		if name := strings.TrimPrefix(path, "cesi/"); !strings.Contains(text, "`"+name+"`") {
			t.Errorf("internal/README.md does not name %s", name)
		}
	}
}
