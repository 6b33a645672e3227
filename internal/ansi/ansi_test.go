package ansi

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// drawLog decodes a whole log that comes in the given writes.
func drawLog(writes ...string) []Span {
	var a Decoder
	var spans []Span
	for _, w := range writes {
		spans = append(spans, a.Write([]byte(w))...)
	}
	return mergeSpans(append(spans, a.Flush()...))
}

// mergeSpans joins neighbouring spans of one class.
func mergeSpans(spans []Span) []Span {
	var merged []Span
	for _, s := range spans {
		if last := len(merged) - 1; last >= 0 && merged[last].Class == s.Class {
			merged[last].Text += s.Text
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

func TestDecoder_Spans(t *testing.T) {
	tests := map[string]struct {
		log  string
		want []Span
	}{
		"nothing":            {"", nil},
		"plain":              {"a <b> & \"c\" ]]> <fault>\n工\t", []Span{{"", "a <b> & \"c\" ]]> <fault>\n工\t"}}},
		"a colour":           {"x \x1b[31mred\x1b[0m y", []Span{{"", "x "}, {"fg-1", "red"}, {"", " y"}}},
		"no parameters":      {"\x1b[1;4;92mb\x1b[mn", []Span{{"fg-10 sgr-bold sgr-underline", "b"}, {"", "n"}}},
		"weights go":         {"\x1b[1;2;3;7;9;44m\x1b[22;23;24;27;29;49mn", []Span{{"", "n"}}},
		"256 colours":        {"\x1b[38;5;196mr\x1b[48;5;21mb\x1b[38;5;232;49mk", []Span{{"fg-9", "r"}, {"fg-9 bg-12", "b"}, {"fg-0", "k"}}},
		"true colours":       {"\x1b[38;2;0;120;0mg\x1b[38:2:255:255:0my\x1b[39;1mz", []Span{{"fg-2", "g"}, {"fg-11", "y"}, {"sgr-bold", "z"}}},
		"half a colour":      {"\x1b[38;5mx\x1b[38mx", []Span{{"", "xx"}}},
		"the cursor":         {"\x1b[2J\x1b[1;1H\x1b[?25lx\x1b[K", []Span{{"", "x"}}},
		"a window's title":   {"\x1b]0;title\ax\x1b]8;;http://evil/\x1b\\y", []Span{{"", "xy"}}},
		"a title that never": {"\x1b]0;title\nx", []Span{{ClassControl, "^["}, {"", "]0;title\nx"}}},
		"character sets":     {"\x1b(B\x1b7x", []Span{{"", "x"}}},
		"an escape alone":    {"\x1b工\x1b dx\x1b[1\nx\x1b", []Span{{ClassControl, "^["}, {"", "工"}, {ClassControl, "^["}, {"", " dx"}, {ClassControl, "^["}, {"", "[1\nx"}, {ClassControl, "^["}}},
		"controls":           {"\x00\a\x7fx", []Span{{ClassControl, "^@^G^?"}, {"", "x"}}},
		"ends of lines":      {"a\r\nb\rc\r", []Span{{"", "a\nb"}, {ClassControl, "^M"}, {"", "\nc"}, {ClassControl, "^M"}}},
		"no UTF-8":           {"a\xc4\xe3 GBK\xff", []Span{{"", "a"}, {ClassByte, `\xC4\xE3`}, {"", " GBK"}, {ClassByte, `\xFF`}}},
		"cut at the end":     {"工\xe5\xb7", []Span{{"", "工"}, {ClassByte, `\xE5\xB7`}}},
		"writing direction":  {"a\u202egnp.exe\u0085", []Span{{"", "a"}, {ClassControl, "<U+202E>"}, {"", "gnp.exe"}, {ClassControl, "<U+0085>"}}},
		"over and over":      {"\x1b[" + strings.Repeat("1;", 400) + "m", []Span{{ClassControl, "^["}, {"", "[" + strings.Repeat("1;", 400) + "m"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, drawLog(test.log)); diff != "" {
				t.Error(diff)
			}
			// The same comes of it byte by byte, and cut in two anywhere.
			if diff := cmp.Diff(test.want, drawLog(strings.Split(test.log, "")...)); diff != "" {
				t.Errorf("character by character: %s", diff)
			}
			for i := range len(test.log) {
				if diff := cmp.Diff(test.want, drawLog(test.log[:i], test.log[i:])); diff != "" {
					t.Errorf("cut at %d: %s", i, diff)
				}
			}
		})
	}
}

func FuzzDecoder_CutAnywhere(f *testing.F) {
	f.Add([]byte("a\x1b[31mb\xc4\r\n"), 3)
	f.Fuzz(func(t *testing.T, log []byte, cut int) {
		cut = max(0, min(cut, len(log)))
		whole, parts := drawLog(string(log)), drawLog(string(log[:cut]), string(log[cut:]))
		if diff := cmp.Diff(whole, parts); diff != "" {
			t.Error(diff)
		}
	})
}
