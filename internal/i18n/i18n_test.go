package i18n

import (
	"cesi/internal/cesi"
	"testing"
	"testing/fstest"
	"time"
)

func bundle(t *testing.T) *Bundle {
	t.Helper()
	b, err := New(fstest.MapFS{
		"en.json":    {Data: []byte(`{"%d nodes": {"one": "%d node", "other": "%d nodes"}}`)},
		"zh-CN.json": {Data: []byte(`{"English": "简体中文", "%d nodes": "%d 个节点", "%s on %s": "%[2]s 上的 %[1]s", "2 Jan 15:04": "1月2日 15:04"}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestChoose_FirstKnownLanguage(t *testing.T) {
	b := bundle(t)
	cases := map[string]struct {
		preferences []string
		want        string
	}{
		"none":                  {nil, "en"},
		"the browser's":         {[]string{"", "auto", "zh-CN,zh;q=0.9,en;q=0.8"}, "zh-CN"},
		"a relative of it":      {[]string{"zh-Hans-SG"}, "zh-CN"},
		"the user's own":        {[]string{"en", "auto", "zh-CN"}, "en"},
		"one that there is not": {[]string{"de", "zh"}, "zh-CN"},
		"nonsense":              {[]string{"%%%", "zh"}, "zh-CN"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := b.Choose(c.preferences...).Tag(); got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
		})
	}
}

func TestSprintf_Translates(t *testing.T) {
	en, zh := bundle(t).Choose("en"), bundle(t).Choose("zh")
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	cases := []struct{ got, want string }{
		{en.Sprintf("%d nodes", 1), "1 node"},
		{en.Sprintf("%d nodes", 1234), "1,234 nodes"},
		{zh.Sprintf("%d nodes", 1), "1 个节点"},
		{zh.Sprintf("%s on %s", "web", "alpha"), "alpha 上的 web"},
		{en.Sprintf("not in a catalogue: %s", "x"), "not in a catalogue: x"},
		{zh.Localize(cesi.T("%s on %s", cesi.T("%d nodes", 2), "x")), "x 上的 2 个节点"},
		{en.Localize(cesi.Text{}), ""},
		{en.Localize(cesi.At("2 Jan 15:04", noon)), "23 Nov 12:00"},
		{zh.Localize(cesi.T("%s on %s", "x", cesi.At("2 Jan 15:04", noon))), "11月23日 12:00 上的 x"},
		{en.Name(), "English"},
		{zh.Name(), "简体中文"},
		{(*Localizer)(nil).Sprintf("%d nodes", 2), "2 nodes"},
	}
	for _, c := range cases {
		t.Run(c.got, func(t *testing.T) {
			if c.got != c.want {
				t.Errorf("%q, want %q", c.got, c.want)
			}
		})
	}
}

func TestNew_BrokenCatalogue(t *testing.T) {
	for name, file := range map[string]string{"zh.json": "{", "??.json": "{}", "de.json": `{"%d nodes": {"some": "x"}}`} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(fstest.MapFS{name: {Data: []byte(file)}}); err == nil {
				t.Errorf("%s with %s is taken", name, file)
			}
		})
	}
}
