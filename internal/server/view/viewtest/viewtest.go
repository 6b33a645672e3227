// Package viewtest gives tests a renderer that is made once, and a language. No program
// imports it.
package viewtest

import (
	"sync"
	"testing"

	"cesi/internal/i18n"
	"cesi/internal/server/view"
	"cesi/web"
)

// renderers are what Renderer has made, by prefix.
var renderers sync.Map

// Renderer returns the renderer of a prefix, one for all tests: parsing all
// templates takes longer than most of them.
func Renderer(t testing.TB, prefix string) *view.Renderer {
	t.Helper()
	if r, found := renderers.Load(prefix); found {
		return r.(*view.Renderer)
	}
	r, err := view.NewRenderer(prefix)
	if err != nil {
		t.Fatal(err)
	}
	renderers.Store(prefix, r)
	return r
}

// English speaks English with its plurals: one speaker for all tests.
var English = sync.OnceValue(func() *i18n.Localizer {
	book, err := i18n.New(web.Locales())
	if err != nil {
		panic(err)
	}
	return book.Choose("en")
})
