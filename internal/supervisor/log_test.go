package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/supervisor"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

// silent is a program whose log the tests write themselves.
const silent = `
[program:p]
command = tail -f /dev/null
startsecs = 0
`

// logged starts a supervisord whose program p has the log.
func logged(t *testing.T, log string) (*supervisor.Client, *supervisortest.Supervisor, cesi.LogName, string) {
	t.Helper()
	s := supervisortest.Start(t, supervisortest.Options{Programs: silent})
	s.WaitState("p", "RUNNING")
	c := dial(t, s.Node("n"))
	p, err := c.Process(within(t, 20*time.Second), id(t, "p"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.StdoutLogfile, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	return c, s, cesi.LogName{Process: p.ProcessID, Stream: cesi.Stdout}, p.StdoutLogfile
}

// tracebacks counts the failed calls in supervisord's own log.
func tracebacks(t *testing.T, s *supervisortest.Supervisor) int {
	t.Helper()
	text, err := os.ReadFile(s.Path("supervisord.log"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text), "Handling XML-RPC request")
}

// checkPart checks that a part has the text of the log at its place.
func checkPart(t *testing.T, part cesi.LogPart, log string) (gaps int64) {
	t.Helper()
	at := part.From
	for _, piece := range part.Pieces {
		if piece.Offset != at {
			t.Fatalf("a piece is at %d, the one before ended at %d", piece.Offset, at)
		}
		if want := log[at : at+int64(len(piece.Text))]; string(piece.Text) != want {
			t.Fatalf("at %d: %.100q, want %.100q", at, piece.Text, want)
		}
		at, gaps = piece.End(), gaps+piece.Gap
	}
	if at != part.To {
		t.Fatalf("the pieces end at %d, the part at %d", at, part.To)
	}
	return gaps
}

func TestReadLog_ByOffset(t *testing.T) {
	t.Parallel()
	logs := map[string]struct {
		log  string
		gaps bool
	}{
		"lines":      {strings.Repeat("a line\n", 30_000), false},
		"Chinese":    {strings.Repeat("无法连接数据库，稍后重试 retry\n", 4_000), false},
		"emoji":      {strings.Repeat("🙂", 50_000), false},
		"controls":   {strings.Repeat("\x00\a\b\x1b[31m \r\n\r ]]> <fault> &amp; \ufffe \U000F0007\n", 4_000), false},
		"one line":   {strings.Repeat("x", 2_000_000), false},
		"one GBK":    {strings.Repeat("before\n", 10_000) + "\xc4\xe3\xba\xc3\n" + strings.Repeat("after\n", 10_000), true},
		"GBK":        {strings.Repeat("2026-11-23 \xc4\xe3\xba\xc3 \xca\xc0\xbd\xe7\n", 8_000), true},
		"in Chinese": {strings.Repeat("无法连接\n", 8_000) + "\xff" + strings.Repeat("无法连接\n", 8_000), true},
		"empty":      {"", false},
	}
	c, s, log, file := logged(t, "")
	ctx := within(t, 2*time.Minute)
	for name, test := range logs {
		t.Run(name, func(t *testing.T) {
			if err := os.Truncate(file, 0); err != nil {
				t.Fatal(err)
			}
			if size, err := c.LogSize(ctx, log); err != nil || size != 0 { // it is another one now
				t.Fatalf("%d bytes, %v", size, err)
			}
			if err := os.WriteFile(file, []byte(test.log), 0o600); err != nil {
				t.Fatal(err)
			}
			size, err := c.LogSize(ctx, log)
			if err != nil || size != int64(len(test.log)) {
				t.Fatalf("%d bytes, want %d, %v", size, len(test.log), err)
			}
			for _, bounds := range [][2]int64{{0, size}, {size - 65_536, size}, {1001, 65_001}, {size - 10, size + 100}, {size, size + 10}, {size + 5, size + 10}} {
				from, to := max(0, bounds[0]), bounds[1]
				before := tracebacks(t, s)
				part, err := c.ReadLog(ctx, log, from, to)
				if err != nil {
					t.Fatal(err)
				}
				if from > size {
					if len(part.Pieces) > 0 {
						t.Errorf("behind the end: %+v", part)
					}
					continue
				}
				gaps := checkPart(t, part, test.log)
				if part.From > from+3 || part.To < min(to, size) || part.To > min(to+3, size) || (gaps > 0) && !test.gaps {
					t.Errorf("[%d, %d) of %d gave [%d, %d) with gaps of %d", from, to, size, part.From, part.To, gaps)
				}
				if failed := tracebacks(t, s) - before; failed > 30 {
					t.Errorf("reading [%d, %d) failed %d times inside supervisord", from, to, failed)
				}
			}
		})
	}
}

func TestReadLog_RemembersGaps(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("无法连接数据库\n", 1500) + "\xc4\xe3\n" + strings.Repeat("无法连接数据库\n", 1500)
	c, s, log, _ := logged(t, text)
	ctx := within(t, time.Minute)
	last, total := int64(len(text)), 0
	for range 10 {
		part, err := c.ReadLog(ctx, log, 0, int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		gaps := checkPart(t, part, text)
		if gaps > last {
			t.Errorf("the gap has grown from %d to %d bytes", last, gaps)
		}
		last, total = gaps, tracebacks(t, s)
	}
	if last > 100 || total == 0 {
		t.Errorf("the gap is still %d bytes, after %d failures", last, total)
	}
	if _, err := c.ReadLog(ctx, log, 0, int64(len(text))); err != nil || tracebacks(t, s) != total {
		t.Errorf("what is known to fail was asked for again: %v", err)
	}
}

func TestReadLog_Over2GiB(t *testing.T) {
	t.Parallel()
	c, s, log, file := logged(t, "")
	ctx := within(t, time.Minute)
	if err := os.Truncate(file, 5<<30); err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"the end\n", "无法连接数据库\n"} {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(end); err != nil {
			t.Fatal(err)
		}
		f.Close()
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		size, err := c.LogSize(ctx, log)
		if err != nil || size != info.Size() {
			t.Fatalf("%d bytes, want %d, %v", size, info.Size(), err)
		}
		part, err := c.ReadLog(ctx, log, size-int64(len(end)), size)
		if err != nil || len(part.Pieces) != 1 || string(part.Pieces[0].Text) != end {
			t.Errorf("its end is %+v, %v", part, err)
		}
	}
	if n := tracebacks(t, s); n > 40 {
		t.Errorf("%d calls failed inside supervisord", n)
	}
}

func TestReadLog_MainLog(t *testing.T) {
	t.Parallel()
	c, s, _, _ := logged(t, "")
	ctx := within(t, time.Minute)
	main := cesi.LogName{Stream: cesi.MainLog}
	for _, more := range []string{"", strings.Repeat("无法连接数据库\n", 20_000), strings.Repeat("x\n", 100_000)} {
		f, err := os.OpenFile(s.Path("supervisord.log"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(more); err != nil {
			t.Fatal(err)
		}
		f.Close()
		size, err := c.LogSize(ctx, main)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(s.Path("supervisord.log"))
		if err != nil {
			t.Fatal(err)
		}
		// Looking for the end may have failed, which is in the log by now.
		if size > int64(len(text)) || size < int64(len(more)) {
			t.Fatalf("%d bytes, want up to %d", size, len(text))
		}
		part, err := c.ReadLog(ctx, main, 0, size)
		if err != nil || checkPart(t, part, string(text)) != 0 || part.To != size {
			t.Errorf("%d of %d bytes, %v", part.To, size, err)
		}
	}
}

func TestReadLog_NoLog(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: `
[program:none]
command = tail -f /dev/null
stdout_logfile = NONE
redirect_stderr = true
startsecs = 0
[program:never]
command = tail -f /dev/null
autostart = false
`})
	s.WaitState("none", "RUNNING")
	c, ctx := dial(t, s.Node("n")), within(t, 20*time.Second)
	for _, name := range []cesi.LogName{
		{Process: id(t, "none"), Stream: cesi.Stdout}, {Process: id(t, "none"), Stream: cesi.Stderr},
	} {
		if _, err := c.LogSize(ctx, name); !cesi.IsNoLog(err) || cesi.KindOf(err) != cesi.NotFound {
			t.Errorf("the size of %s: %v", name, err)
		}
		if _, err := c.ReadLog(ctx, name, 0, 10); !cesi.IsNoLog(err) {
			t.Errorf("reading %s: %v", name, err)
		}
		if _, err := c.FollowLog(ctx, name); !cesi.IsNoLog(err) {
			t.Errorf("following %s: %v", name, err)
		}
	}
	for _, name := range []string{"no:such"} {
		if _, err := c.ReadLog(ctx, cesi.LogName{Process: id(t, name)}, 0, 10); cesi.KindOf(err) != cesi.NotFound || cesi.IsNoLog(err) {
			t.Errorf("no process: %v", err)
		}
	}
}

func TestReadLog_DeviceHasNoLog(t *testing.T) {
	t.Parallel()
	fake := supervisortest.StartFleet(t).Add("n")
	fake.Misbehave(func(w http.ResponseWriter, _ *http.Request) { // the reply with stdout_logfile = /dev/stdout
		fmt.Fprint(w, "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>30</int></value></member>"+
			"<member><name>faultString</name><value><string>FAILED</string></value></member></struct></value></fault></methodResponse>")
	})
	_, err := dial(t, fake.Node()).ReadLog(within(t, 20*time.Second), cesi.LogName{Process: id(t, "p")}, 0, 10)
	if cesi.KindOf(err) != cesi.NotFound || cesi.IsNoLog(err) || !strings.Contains(cesi.TextOf(err).String(), "no regular file") {
		t.Error(err)
	}
}

// stream reads until the text contains the wanted one.
func stream(t *testing.T, from io.Reader, until string) string {
	t.Helper()
	var all strings.Builder
	buffer := make([]byte, 4096)
	for !strings.Contains(all.String(), until) {
		n, err := from.Read(buffer)
		all.Write(buffer[:n])
		if err != nil {
			t.Fatalf("%v after %q", err, all.String())
		}
	}
	return all.String()
}

func write(t *testing.T, file, text string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func TestFollow_EveryByte(t *testing.T) {
	t.Parallel()
	start := strings.Repeat("x", 2000) + "start\n"
	c, s, log, file := logged(t, start)
	out, err := c.FollowLog(within(t, time.Minute), log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if got := stream(t, out, "start\n"); got != start[len(start)-1024:] {
		t.Errorf("it begins with %d bytes: %q", len(got), got)
	}
	const odd = "\x00\x1b[31m\a\r\n\xff\xfe \xc4\xe3\xba\xc3 ]]> <fault> 工\n"
	write(t, file, odd)
	if got := stream(t, out, "工\n"); got != odd {
		t.Errorf("got %q, want %q", got, odd)
	}
	if err := os.Rename(file, file+".1"); err != nil { // as a rotation does
		t.Fatal(err)
	}
	write(t, file, "after the rotation\n")
	stream(t, out, "after the rotation\n")
	if out := s.Ctl("clear", "p"); !strings.Contains(out, "cleared") {
		t.Fatal(out)
	}
	write(t, file, "after the clearing\n")
	stream(t, out, "after the clearing\n")
	main, err := c.FollowLog(within(t, time.Minute), cesi.LogName{Stream: cesi.MainLog})
	if err != nil {
		t.Fatal(err)
	}
	defer main.Close()
	s.Ctl("restart", "p")
	stream(t, main, "spawned: 'p'")
}

func TestFollow_EndsWithContext(t *testing.T) {
	t.Parallel()
	c, s, log, _ := logged(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	out, err := c.FollowLog(ctx, log)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := out.Read(make([]byte, 10)); !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
	node := s.Node("n")
	node.Timeout = 200 * time.Millisecond
	s.Pause()
	defer s.Resume()
	if _, err := dial(t, node).FollowLog(t.Context(), log); cesi.KindOf(err) != cesi.Timeout {
		t.Errorf("a node that hangs: %v", err)
	}
}

func TestTail_MarksGaps(t *testing.T) {
	t.Parallel()
	c, _, log, _ := logged(t, strings.Repeat("x", 100)+"\xff"+strings.Repeat("y", 100))
	got, err := c.Tail(within(t, time.Minute), log.Process, log.Stream, 1000)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("x", "", "y", "").Replace(string(got))
	if diff := cmp.Diff("[16 btes that are not UTF-8]", text); diff != "" {
		t.Error(diff)
	}
}
