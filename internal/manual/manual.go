// Package manual renders the manual for /help. Its sources are Markdown files, a folder
// for each language; all are rendered once, at the start. Pages and templates do not
// belong here.
package manual

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// english is the folder of the original. It has every page.
const english = "en"

// Manual is the manual in every language.
type Manual struct {
	editions map[string]Edition
}

// Edition is the manual in one language: its pages in reading order.
type Edition []*Page

// Page is one file of the manual.
type Page struct {
	Name     string // the file's name without .md
	Language string // the tag of the language that it is written in
	Title    string
	Sections []Section
	Body     template.HTML // without the title

	ids []string // of all headings
}

// Section is a part of a page that begins with a heading of the second level.
type Section struct {
	ID    string // of the heading in the page
	Title string
}

// Path returns the local path of the page.
func (p *Page) Path() string { return "/help/" + p.Name }

// PathTo returns the local path of a section of the page.
func (p *Page) PathTo(s Section) string { return p.Path() + "#" + s.ID }

// order returns the names of the pages in reading order.
func order() []string {
	return []string{"install", "nodes", "configuration", "proxy", "users", "watching", "control", "logs", "activity", "api", "operations"}
}

// New renders the files LANGUAGE/NAME.md. The prefix is put before every link to
// another page. A page that a language lacks is in English.
func New(files fs.FS, prefix string) (*Manual, error) {
	names, err := fs.Glob(files, english+"/*.md")
	if err != nil {
		return nil, fmt.Errorf("list the manual: %w", err)
	}
	for i, name := range names {
		names[i] = strings.TrimSuffix(path.Base(name), ".md")
	}
	slices.SortFunc(names, compare)
	languages, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("list the languages of the manual: %w", err)
	}
	links := linker{prefix: prefix, pages: names}
	m := &Manual{editions: make(map[string]Edition, len(languages))}
	if m.editions[english], err = newEdition(files, english, links, nil); err != nil {
		return nil, err
	}
	for _, folder := range languages {
		if language := folder.Name(); language != english {
			if m.editions[language], err = newEdition(files, language, links, m.editions[english]); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// newEdition renders the files of one language. Original is the English edition; nil
// for the English edition itself.
func newEdition(files fs.FS, language string, links linker, original Edition) (Edition, error) {
	var edition Edition
	for i, name := range links.pages {
		file := language + "/" + name + ".md"
		source, err := fs.ReadFile(files, file)
		if errors.Is(err, fs.ErrNotExist) && original != nil {
			edition = append(edition, original[i])
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the manual: %w", err)
		}
		page := &Page{Name: name, Language: language}
		if original != nil {
			err = page.render(source, links, original[i])
		} else {
			err = page.render(source, links, nil)
		}
		if err != nil {
			return nil, fmt.Errorf("manual %s: %w", file, err)
		}
		edition = append(edition, page)
	}
	return edition, nil
}

// compare sorts names of pages into reading order; unknown names come last.
func compare(a, b string) int {
	place := func(name string) int {
		if i := slices.Index(order(), name); i >= 0 {
			return i
		}
		return len(order())
	}
	return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
}

// Edition returns the manual in a language, or in English if there is none.
func (m *Manual) Edition(language string) Edition {
	if edition, found := m.editions[language]; found {
		return edition
	}
	return m.editions[english]
}

// Find returns the page with a name, and its index in the edition; nil if there is
// none.
func (e Edition) Find(name string) (*Page, int) {
	for i, page := range e {
		if page.Name == name {
			return page, i
		}
	}
	return nil, 0
}
