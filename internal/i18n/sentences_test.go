package i18n

import (
	"testing"
	"testing/fstest"
)

func TestRetell_Translates(t *testing.T) {
	b, err := New(fstest.MapFS{
		"zh-CN.json": {Data: []byte(`{"why: %s": "原因：%s"}`)},
		"sentences/zh-CN.json": {Data: []byte(`{
			"there is no process %q on node %q": "节点 %[2]q 上没有进程 %[1]q",
			"node %q does not answer: %s": "节点 %q 没有应答：%s",
			"It did not answer in time.": "它未及时应答。",
			"%d ok": "%d 个成功", "%d failed": "%d 个失败"
		}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	zh := b.Choose("zh")
	for english, want := range map[string]string{
		`there is no process "g:p" on node "a \" b"`:               `节点 "a \" b" 上没有进程 "g:p"`,
		`There is no process "g:p" on node "a"`:                    `节点 "a" 上没有进程 "g:p"`,
		`node "a" does not answer: It did not answer in time.`:     `节点 "a" 没有应答：它未及时应答。`,
		`node "a" does not answer: ABNORMAL_TERMINATION: it's off`: `节点 "a" 没有应答：ABNORMAL_TERMINATION: it's off`,
		"3 ok, 12 failed":      "3 个成功，12 个失败",
		"3 ok, and some other": "3 ok, and some other",
		"":                     "",
		"%!s(MISSING)":         "%!s(MISSING)",
	} {
		if got := zh.LocalizeEnglish(english); got != want {
			t.Errorf("%q: %q, want %q", english, got, want)
		}
		if got := b.Choose("en").LocalizeEnglish(english); got != english {
			t.Errorf("in English %q became %q", english, got)
		}
	}
	if got := zh.Localize(Of("why: %s", Heard("3 ok"))); got != "原因：3 个成功" {
		t.Errorf("in a phrase: %q", got)
	}
}

func TestNew_BrokenSentences(t *testing.T) {
	if _, err := New(fstest.MapFS{"zh.json": {Data: []byte("{}")}, "sentences/zh.json": {Data: []byte("{")}}); err == nil {
		t.Error("it is taken")
	}
}
