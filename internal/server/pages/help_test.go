package pages

import (
	"slices"
	"testing"
	"testing/fstest"

	"cesi/internal/cesi"
	"cesi/internal/manual"
	"cesi/internal/server/view/viewtest"
)

// sampleManual is a manual of two pages, of which one is there in Chinese.
func sampleManual() manual.Edition {
	return sampleManualIn("zh-CN")
}

func sampleManualIn(language string) manual.Edition {
	m, err := manual.New(fstest.MapFS{
		"en/nodes.md":    {Data: []byte("# Nodes\n\n## By ssh tunnel\n")},
		"en/users.md":    {Data: []byte("# Users\n\n## API keys\n\n## Roles\n")},
		"zh-CN/users.md": {Data: []byte("# 用户\n\n## 密钥\n\n## 角色\n")},
	}, "")
	if err != nil {
		panic(err) // the files are constant
	}
	return m.Edition(language)
}

// manualFinds lists the palette's results in the manual.
func manualFinds(t *testing.T, language, text string) []string {
	t.Helper()
	base := sampleBase(cesi.Viewer)
	base.Localizer = viewtest.Renderer(t, "").Bundle.Choose(language)
	search := paletteSearch{base: base, snapshot: paletteFleet(), manual: sampleManualIn(base.Localizer.Tag())}
	var found []string
	for _, item := range search.find(text) {
		if item.Icon == "manual" {
			found = append(found, item.Label.String()+" in "+item.Detail.String()+" = "+item.Link)
		}
	}
	return found
}

func TestPalette_FindsPagesAndSectionsOfTheManual(t *testing.T) {
	ssh, keys, roles := "By ssh tunnel in Nodes = /help/nodes#section-by-ssh-tunnel", "API keys in Users = /help/users#section-api-keys", "Roles in Users = /help/users#section-roles"
	for text, want := range map[string][]string{
		"tunnel":       {ssh},
		"users":        {"Users in Manual = /help/users", keys, roles},
		"manual roles": {roles},
		"manual":       {"Nodes in Manual = /help/nodes", "Users in Manual = /help/users", ssh, keys, roles},
		"manual xyz":   nil,
		"":             nil,
	} {
		t.Run(text, func(t *testing.T) {
			if got := manualFinds(t, "en", text); !slices.Equal(got, want) {
				t.Errorf("%q finds %q, not %q", text, got, want)
			}
		})
	}
	if got := manualFinds(t, "zh-CN", "密钥"); !slices.Equal(got, []string{"密钥 in 用户 = /help/users#section-api-keys"}) {
		t.Errorf("in Chinese: %q", got)
	}
	if got := manualFinds(t, "zh-CN", "手册"); len(got) != 5 {
		t.Errorf("by the manual's name in Chinese: %q", got)
	}
}

func TestPalette_ShowsTheFleetBeforeTheManual(t *testing.T) {
	search := paletteSearch{base: sampleBase(cesi.Viewer), snapshot: paletteFleet(), manual: sampleManualIn("en")}
	items := search.find("api")
	if last := items[len(items)-1]; last.Link != "/help/users#section-api-keys" {
		t.Errorf("the last of %d is %s", len(items), last.Link)
	}
}

func TestHelpPage_PreviousAndNext(t *testing.T) {
	edition := sampleManual()
	first, last := newHelpPage(sampleBase(cesi.Viewer), edition, 0), newHelpPage(sampleBase(cesi.Viewer), edition, 1)
	if first.Previous != nil || first.Next != edition[1] || last.Previous != edition[0] || last.Next != nil {
		t.Errorf("%v %v", first, last)
	}
	r := viewtest.Renderer(t, "")
	for _, page := range []helpPage{first, last, newContentsPage(sampleBase(cesi.Viewer), edition)} {
		doc := draw(t, r, sample{"help", "help", page})
		if doc.Find("h1").Length() != 1 {
			t.Errorf("%q has %d titles", page.Title, doc.Find("h1").Length())
		}
	}
	if lang := draw(t, r, sample{"help", "help", first}).Find("article").AttrOr("lang", ""); lang != "en" {
		t.Errorf("a page without a translation is said to be in %q", lang)
	}
}
