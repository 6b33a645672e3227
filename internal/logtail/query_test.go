package logtail

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

func TestQuery_LongLinesMatchLikeShortOnes(t *testing.T) {
	t.Parallel()
	lines := []string{"", "a", "aa ab b", "foo bar foobar 数据库 数据", "xx\xffyy\xc4\xe3 a\xffb", strings.Repeat("ab ", 40) + "c", "\x00 tail"}
	for _, pattern := range []string{`a`, `^a`, `\ba`, `a\b`, `\Ba`, `a*`, `(?i)FOO|bar`, `a|ab`, `(a)(b)?`, `.`, `数.`, `[^a]+$`, `\Qa b`, `^`, `(?s).+?b`, `(?m)^a|c$`, `\z|b`} {
		q := newQuery(t, pattern, true)
		for _, line := range lines {
			var want, got [][2]int
			for _, m := range regexp.MustCompile(pattern).FindAllStringIndex(line, -1) {
				if m[0] < m[1] {
					want = append(want, [2]int{m[0], m[1]})
				}
			}
			err := q.inLongLine(t.Context(), []byte(line), func(from, to int) {
				if from < to {
					got = append(got, [2]int{from, to})
				}
			})
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%q in %q: %v %s", pattern, line, err, diff)
			}
		}
	}
}

func TestQuery_HugeExpressionIsRefused(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{
		strings.Repeat("(", 9) + "xy" + strings.Repeat("){2}", 9),
		strings.Repeat("x{1000}", 139),                       // 973 bytes
		strings.Repeat(`(?:\pL\d{1,31}){1,31}`, 46),          // 966
		strings.Repeat("(a?){500}", 100) + "b",               // 901
		"(((x{1,10}){1,10}){1,10})(((x{1,10}){1,10}){1,10})", // nested
	} {
		began := time.Now()
		_, err := NewQuery(pattern, true)
		if cesi.KindOf(err) != cesi.Invalid || !strings.Contains(cesi.TextOf(err).String(), "too large") {
			t.Errorf("%.40s: %v", pattern, err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("%.40s took %s", pattern, took)
		}
	}
	for _, pattern := range []string{`\d{4}-\d{2}-\d{2}T.*(error|failed|timeout){1,3}`, strings.Repeat("x", 900), `(\w+\s){0,50}error`} {
		newQuery(t, pattern, true)
	}
}

// slow are texts in which the expressions take very long.
func slow() map[string][]byte {
	return map[string][]byte{
		strings.Repeat("(.*?a)", 90) + "b":                    bytesOf("a", 1<<20),
		"(a.*b.*)|a|" + strings.Repeat("(a?a?a?)", 60):        bytesOf("a", 1<<20),
		"(?i)" + strings.Repeat("[a-z]{1,4}[a-z ]*", 50):      bytesOf("lorem ipsum ", 1<<20),
		`(x+x+)+y` + strings.Repeat(`|(\w+\s?)+$!`, 40):       bytesOf("x", 1<<20),
		strings.Repeat(`(.*)`, 120):                           bytesOf("a line of a log\n", 4<<20),
		strings.Repeat("(a|b|c|d|e|f|g|aa|bb|ab)*", 25) + "!": bytesOf("abab", 1<<20),
	}
}

func bytesOf(text string, length int) []byte {
	return []byte(strings.Repeat(text, length/len(text)+1)[:length])
}

func TestQuery_EndsWithContext(t *testing.T) {
	t.Parallel()
	for pattern, text := range slow() {
		q := newQuery(t, pattern, true)
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		began := time.Now()
		_ = q.In(ctx, text, func(_, _, _, _ int) {})
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%.40s took %s", pattern, took)
		}
		cancel()
	}
}

func TestSearch_TimeIsBounded(t *testing.T) {
	t.Parallel()
	for pattern, text := range slow() {
		l, _ := newTestLogs(strings.Repeat(string(text), 1))
		l.timing.match = 300 * time.Millisecond
		q, began := newQuery(t, pattern, true), time.Now()
		found, err := l.Search(t.Context(), "n", aLog, q, -1, 10)
		if err != nil && !errors.Is(err, errTooSlow) || err == nil && found.From == found.To {
			t.Errorf("%.40s: from %d to %d, %v", pattern, found.From, found.To, err)
		}
		for _, back := range []bool{false, true} {
			if _, _, _, err := l.Next(t.Context(), "n", aLog, q, 1<<18, back); err != nil && !errors.Is(err, errTooSlow) {
				t.Errorf("%.40s: %v", pattern, err)
			}
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%.40s took %s", pattern, took)
		}
		if len(l.searches) > 0 || len(l.computing) > 0 {
			t.Errorf("%.40s left %d searches and %d that compute", pattern, len(l.searches), len(l.computing))
		}
	}
}

func TestSearch_WaitForTurnIsBounded(t *testing.T) {
	t.Parallel()
	l, _ := newTestLogs("text\n")
	release, err := l.takeTurn(t.Context(), "n")
	if err != nil {
		t.Fatal(err)
	}
	l.timing.turn = 10 * time.Millisecond
	if _, err := l.Search(t.Context(), "n", aLog, newQuery(t, "text", false), -1, 10); cesi.KindOf(err) != cesi.Busy {
		t.Errorf("while another search reads: %v", err)
	}
	release()
	if found, err := l.Search(t.Context(), "n", aLog, newQuery(t, "text", false), -1, 10); err != nil || found.Count != 1 {
		t.Errorf("after it: %+v, %v", found, err)
	}
	if len(l.searches) > 0 {
		t.Errorf("%d turns are left", len(l.searches))
	}
}
