package view

import (
	"html/template"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/i18n"
	"cesi/internal/server/request"
)

// MapSquare is one process.
type MapSquare struct {
	Tone  Tone
	RowID string // of its row on the page of the node
	Page  int    // of its node, on which the process is; 0 means the first
	Title cesi.Text
}

// Squares draws the squares of a node whose page has the given URL. A page may have
// thousands, for which html/template is slow; so everything is escaped here.
func Squares(localizer *i18n.Localizer, nodeURL string, list []MapSquare) template.HTML {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(`<a class="sq sq-` + string(s.Tone))
		b.WriteString(`" href="`)
		template.HTMLEscape(&b, []byte(RowLink(nodeURL+pageQuery(s.Page), s.RowID)))
		b.WriteString(`" title="`)
		template.HTMLEscape(&b, []byte(localizer.Localize(s.Title)))
		b.WriteString(`" tabindex="-1"></a>`)
	}
	return template.HTML(b.String())
}

// pageQuery returns the query of a page of a list; that of the first is empty.
func pageQuery(page int) string {
	if values := request.PageValues(page); len(values) > 0 {
		return "?" + values.Encode()
	}
	return ""
}
