package logtail

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

func newQuery(t testing.TB, text string, expression bool) Query {
	t.Helper()
	q, err := NewQuery(text, expression)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestQuery_Matches(t *testing.T) {
	const text = "Error: a.b\nerror again\r\n\nERROR a+b\n数据库 error"
	tests := map[string]struct {
		text       string
		expression bool
		want       []string
	}{
		"a text in any case":     {"error", false, []string{"Error", "error", "ERROR", "error"}},
		"capitals are capitals":  {"Error", false, []string{"Error"}},
		"a text is no pattern":   {"a.b", false, []string{"a.b"}},
		"an expression":          {`a.b`, true, []string{"a.b", "a+b"}},
		"the ends of lines":      {`(?i)^error.*n$`, true, []string{"error again"}},
		"nothing is no match":    {`x*`, true, nil},
		"lines are lines":        {`b\nerror`, true, nil},
		"any script":             {"数据", false, []string{"数据"}},
		"expressions know cases": {"ERR", true, []string{"ERR"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			err := newQuery(t, test.text, test.expression).In(t.Context(), []byte(text), func(from, to, lineFrom, lineTo int) {
				got = append(got, text[from:to])
				if line := text[lineFrom:lineTo]; strings.Contains(line, "\n") || !strings.Contains(line, text[from:to]) {
					t.Errorf("%q is not in the line %q", text[from:to], line)
				}
			})
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, bad := range []string{"", "(", strings.Repeat("x", maxQuery+1)} {
		if _, err := NewQuery(bad, true); cesi.KindOf(err) != cesi.Invalid {
			t.Errorf("%.10q: %v", bad, err)
		}
	}
}

// offsets are where an expression really is in a text.
func offsets(text, expression string) []int64 {
	var list []int64
	for _, m := range regexp.MustCompile(expression).FindAllStringIndex(text, -1) {
		list = append(list, int64(m[0]))
	}
	return list
}

// logsToSearch have matches across every cut that a search makes.
func logsToSearch() map[string]string {
	var lines strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&lines, "line %d of 中文日志 with needle-%d in it\n", i, i%7)
	}
	return map[string]string{
		"lines":       lines.String(),
		"one line":    strings.Repeat("hay needle-3 hay ", 50_000),
		"no end":      "needle-1\nhay needle-3",
		"nothing":     "",
		"only hay":    strings.Repeat("hay\n", 200_000),
		"empty lines": strings.Repeat("\n", 300_000) + "needle-3" + strings.Repeat("\n", 300_000),
	}
}

func TestSearch_FindsEveryMatchOnce(t *testing.T) {
	for name, text := range logsToSearch() {
		t.Run(name, func(t *testing.T) {
			l, _ := newTestLogs(text)
			want := offsets(text, "needle-3")
			found, err := l.Search(t.Context(), "n", aLog, newQuery(t, "needle-3", false), -1, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, m := range found.Matches {
				got = append(got, m.Offset)
				if at := string(m.Line[m.From : m.From+m.Length]); at != "needle-3" {
					t.Fatalf("at %d of %q is %q", m.From, m.Line, at)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%d instead of %d matches, or others", len(got), len(want))
			}
			if found.Count != len(want) || found.From != 0 || found.To != int64(len(text)) {
				t.Errorf("count %d, from %d to %d of %d", found.Count, found.From, found.To, len(text))
			}
			last, err := l.Search(t.Context(), "n", aLog, newQuery(t, "needle-3", false), -1, 5)
			if err != nil || last.Count != len(want) || len(last.Matches) != min(5, len(want)) {
				t.Errorf("with a limit: %d of %d, %v", len(last.Matches), last.Count, err)
			}
		})
	}
}

func TestSearch_NextAndPrevious(t *testing.T) {
	for name, text := range logsToSearch() {
		t.Run(name, func(t *testing.T) {
			l, f := newTestLogs(text)
			f.content = f.content[:min(len(f.content), 800_000)]
			q := newQuery(t, "needle-3", false)
			want := offsets(string(f.content), "needle-3")
			want = append(want[:min(len(want), 3)], want[max(min(len(want), 3), len(want)-3):]...)
			var forth, back []int64
			for from := int64(0); len(forth) < 3; {
				m, found, _, err := l.Next(t.Context(), "n", aLog, q, from, false)
				if err != nil || !found {
					break
				}
				forth, from = append(forth, m.Offset), m.Offset+1
			}
			for from := int64(len(f.content)); len(back) < 3; {
				m, found, _, err := l.Next(t.Context(), "n", aLog, q, from, true)
				if err != nil || !found {
					break
				}
				back, from = append(back, m.Offset), m.Offset
			}
			slices.Reverse(back)
			all := slices.Compact(append(forth, back...))
			if len(want) <= 3 {
				if !slices.Equal(forth, back) {
					t.Errorf("forth %v, back %v", forth, back)
				}
				all = forth
			}
			if diff := cmp.Diff(want, all); diff != "" && len(want)+len(all) > 0 {
				t.Error(diff)
			}
		})
	}
}

func TestSearch_Last16MBThenFurther(t *testing.T) {
	text := "needle\n" + strings.Repeat(strings.Repeat("h", 99)+"\n", SearchSize/100+5000)
	l, _ := newTestLogs(text)
	q := newQuery(t, "needle", true) // quicker than in any case
	found, err := l.Search(t.Context(), "n", aLog, q, -1, 10)
	if err != nil || found.Count != 0 || found.From == 0 || found.To-found.From < SearchSize {
		t.Fatalf("from %d to %d: %d, %v", found.From, found.To, found.Count, err)
	}
	further, err := l.Search(t.Context(), "n", aLog, q, found.From, 10)
	if err != nil || further.Count != 1 || further.From != 0 || further.To != found.From {
		t.Errorf("from %d to %d: %d, %v", further.From, further.To, further.Count, err)
	}
}

func TestSearch_CountsUnreadBytes(t *testing.T) {
	l, f := newTestLogs(strings.Repeat("needle\n", 1000))
	f.gaps = [][2]int64{{700, 1400}}
	found, err := l.Search(t.Context(), "n", aLog, newQuery(t, "needle", false), -1, 10)
	if err != nil || found.Gaps != 700 || found.Count != 900 {
		t.Errorf("%d found, %d bytes not read, %v", found.Count, found.Gaps, err)
	}
}

func TestSearch_OneAtATimePerNode(t *testing.T) {
	l, f := newTestLogs(strings.Repeat("hay\n", 500_000))
	q := newQuery(t, "needle", false)
	done := make(chan error)
	for range 3 {
		go func() {
			_, err := l.Search(t.Context(), "n", aLog, q, -1, 10)
			done <- err
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if f.most != 1 {
		t.Errorf("%d reads at the same time", f.most)
	}
}

func TestSearch_EndsWithContext(t *testing.T) {
	l, f := newTestLogs(strings.Repeat("hay\n", SearchSize/4))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := l.Search(ctx, "n", aLog, newQuery(t, "needle", false), -1, 10)
		done <- err
	}()
	eventually(t, "the search to begin", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.reads > 0 })
	cancel()
	if err := <-done; err == nil {
		t.Error("it went on to its end")
	}
	waiting, cancel := context.WithCancel(t.Context())
	release, err := l.takeTurn(waiting, "n")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	cancel()
	if _, err := l.Search(waiting, "n", aLog, newQuery(t, "needle", false), -1, 10); cesi.KindOf(err) != cesi.Busy {
		t.Errorf("one that waits for its turn: %v", err)
	}
}
