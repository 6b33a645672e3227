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

// renderers has the renderers made so far, by prefix.
var renderers sync.Map

// Renderer returns the renderer of a prefix, shared by all tests: parsing all templates
// takes longer than most tests.
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

// English returns English with its plurals, made once for all tests.
var English = sync.OnceValue(func() *i18n.Localizer {
	bundle, err := i18n.New(web.Locales())
	if err != nil {
		panic(err)
	}
	return bundle.Choose("en")
})
