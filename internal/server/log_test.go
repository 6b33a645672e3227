package server

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

// programs write all kinds of logs. The test writes the log of p; odd writes bytes of
// one character separately.
const logPrograms = `
[program:p]
command = tail -f /dev/null
startsecs = 0

[program:odd]
command = sh -c "printf 'odd\000\007\033[31mred\033[0m ]]> <fault>\r\n'; while ! [ -e %(here)s/go ]; do sleep 0.3; done; printf '\344'; sleep 0.3; printf '\275\240 \304\343\272\303 '; sleep 0.3; printf '\344\275\240 end\n'; exec tail -f /dev/null"
startsecs = 0

[program:joined]
command = tail -f /dev/null
redirect_stderr = true
startsecs = 0

[program:none]
command = tail -f /dev/null
stdout_logfile = NONE
startsecs = 0
`

// startLogs starts a server with a node n that has the programs, and writes p's log.
func startLogs(t *testing.T, log string, change ...func(*setup)) (*harness, *supervisortest.Supervisor, string) {
	t.Helper()
	s := supervisortest.Start(t, supervisortest.Options{Programs: logPrograms})
	s.WaitState("odd", "RUNNING")
	h := startServer(t, []cesi.Node{s.Node("n")}, change...)
	h.addUsers()
	n, _ := h.fleet.Snapshot().Node("n")
	p, found := n.Process(cesi.ProcessID{Group: "p", Name: "p"})
	if !found {
		t.Fatal("there is no process p")
	}
	if err := os.WriteFile(p.StdoutLogfile, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	return h, s, p.StdoutLogfile
}

// appendTo writes to a log as its program would.
func appendTo(t *testing.T, file, text string) {
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

const pLog = "/nodes/n/processes/p:p/log/stdout"

// numbered is a log of so many lines.
func numbered(lines int) string {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "line %d 无法连接数据库\n", i)
	}
	return b.String()
}

func TestLogPage_ReadsFromEndToTopAndBack(t *testing.T) {
	t.Parallel()
	log := numbered(8000)
	h, _, _ := startLogs(t, log)
	b := h.as("logreader")
	walk := func(path, rel string) (parts []string) {
		for range 20 {
			page := b.get(path).page(t)
			parts = append(parts, page.Find(".log-text").Text())
			next, found := page.Find(`.log-panel a[rel="` + rel + `"]`).Attr("href")
			if !found {
				return parts
			}
			path = next
		}
		t.Fatalf("there is no end: %s", path)
		return nil
	}
	back := walk(pLog, "prev")
	if !strings.HasSuffix(back[0], "line 7999 无法连接数据库\n") || len(back) < 4 {
		t.Errorf("%d pages, the first ends with %q", len(back), back[0][max(0, len(back[0])-100):])
	}
	slices.Reverse(back)
	if strings.Join(back, "") != log {
		t.Error("the pages from the end to the top are not the log")
	}
	forth := walk(pLog+"?offset=0", "next")
	if strings.Join(forth, "") != log {
		t.Error("the pages from the top to the end are not the log")
	}
	for _, bad := range []string{"?offset=x", "?before=-1", "?at=", "?at=-3", "?offset=99999999999999999999"} {
		if got := b.get(pLog + bad); got.status != http.StatusBadRequest && bad != "?at=" {
			t.Errorf("%s: %d", bad, got.status)
		}
	}
	if got := b.get(pLog + "?offset=99999999"); got.status != http.StatusOK {
		t.Errorf("behind the end: %d", got.status)
	}
}

func TestLogPage_Line50MBIsPaged(t *testing.T) {
	t.Parallel()
	h, _, _ := startLogs(t, strings.Repeat("0123456789", 5<<20))
	page := h.as("logreader").get(pLog).page(t)
	if got := page.Find(".log-text").Text(); len(got) != request.LogPageBytes {
		t.Errorf("%d characters", len(got))
	}
	if where := page.Find("[data-log-where]").Text(); where != "bytes 52,363,264 to 52,428,800 of 52.4 MB" {
		t.Errorf("it says %q", where)
	}
}

// tail opens a live log and returns its events.
func (b *browser) tail(path string, headers ...with) <-chan event {
	b.h.t.Helper()
	response := b.send(http.MethodGet, path, "", headers...)
	if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || !strings.HasPrefix(got, "text/event-stream") ||
		response.Header.Get("X-Accel-Buffering") != "no" {
		b.h.t.Fatalf("%d, %v", response.StatusCode, response.Header)
	}
	events := make(chan event, 1000)
	go func() {
		defer close(events)
		defer response.Body.Close()
		readEvents(bufio.NewScanner(response.Body), events)
	}()
	return events
}

// sentText is the API's event with text of a log.
type sentText struct {
	Text   string
	Base64 string // the bytes, where they are not all UTF-8
}

// untilText returns a tail's text until it contains the wanted one. The API's text is
// bytes, a page's is spans.
func untilText(t *testing.T, events <-chan event, until string) string {
	t.Helper()
	var all string
	for e := range events {
		if e.name != "text" {
			continue
		}
		var text sentText
		var spans [][2]string
		if err := json.Unmarshal([]byte(e.data), &spans); err == nil {
			for _, s := range spans {
				all += s[0]
			}
		} else if err := json.Unmarshal([]byte(e.data), &text); err != nil {
			t.Fatal(err)
		} else if text.Base64 != "" {
			raw, err := base64.StdEncoding.DecodeString(text.Base64)
			if err != nil {
				t.Fatal(err)
			}
			all += string(raw)
		} else {
			all += text.Text
		}
		if strings.Contains(all, until) {
			return all
		}
	}
	t.Fatalf("the stream ended after %q", all)
	return ""
}

func TestLogStream_SendsEveryByte(t *testing.T) {
	t.Parallel()
	h, s, _ := startLogs(t, "")
	b := h.as("logreader")
	page, api := b.tail("/nodes/n/processes/odd/log/stdout/tail"), b.tail("/api/v2/nodes/n/processes/odd/logs/stdout/tail")
	if err := os.WriteFile(s.Path("go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const bytes = "odd\x00\a\x1b[31mred\x1b[0m ]]> <fault>\r\n你 \xc4\xe3\xba\xc3 你 end\n"
	if got := untilText(t, api, "end\n"); got != bytes {
		t.Errorf("the API gives %q, want %q", got, bytes)
	}
	const drawn = "odd^@^Gred ]]> <fault>\n你 \\xC4\\xE3\\xBA\\xC3 你 end\n"
	if got := untilText(t, page, "end\n"); got != drawn {
		t.Errorf("the page shows %q, want %q", got, drawn)
	}
	// Bytes that can't be read back are a gap in the page.
	if got := b.get("/nodes/n/processes/odd/log/stdout").page(t).Find(".log-gap").Length(); got != 1 {
		t.Errorf("%d gaps", got)
	}
	supervisord := b.tail("/nodes/n/log/tail")
	s.Ctl("restart", "p")
	untilText(t, supervisord, "spawned: 'p'")
}

func TestLogStream_ReconnectContinues(t *testing.T) {
	t.Parallel()
	h, _, file := startLogs(t, "one\ntwo\nthree\n")
	events := h.as("logreader").tail(pLog+"/tail?from=0", with{"Last-Event-ID", "4"})
	if got := untilText(t, events, "three\n"); got != "two\nthree\n" {
		t.Errorf("got %q", got)
	}
	appendTo(t, file, "four\n")
	if got := untilText(t, events, "four\n"); got != "four\n" {
		t.Errorf("got %q", got)
	}
}

func TestLogStream_StdoutAndStderrTogether(t *testing.T) {
	t.Parallel()
	h, _, file := startLogs(t, "one\ntwo\n")
	n, _ := h.fleet.Snapshot().Node("n")
	p, _ := n.Process(cesi.ProcessID{Group: "p", Name: "p"})
	if err := os.WriteFile(p.StderrLogfile, []byte("an error\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const both = "/nodes/n/processes/p:p/log/tail"
	b := h.as("logreader")
	id := wantBoth(t, b.tail(both+"?stdout=0"), "one\ntwo\n", "an error\n")
	if id != "stderr=9&stdout=8" {
		t.Errorf("the last of them has the id %q", id)
	}
	for path, text := range map[string]string{file: "three\n", p.StderrLogfile: "another\n"} {
		appendTo(t, path, text)
	}
	wantBoth(t, b.tail(both+"?stdout=0", with{"Last-Event-ID", "stderr=3&stdout=4"}), "two\nthree\n", "error\nanother\n")
	quiet := b.tail(both+"?stderr=9", with{"Last-Event-ID", "stdout=8"})
	for e := range quiet {
		if e.name == "stdout-text" && e.id != "stderr=9&stdout=14" && e.id != "stderr=17&stdout=14" {
			t.Errorf("where the other log was is forgotten: the id is %q", e.id)
		}
		if e.name == "stderr-text" {
			break
		}
	}
	for _, query := range []string{"?stdout=x", "?stderr=x"} {
		if got := b.get(both + query); got.status != http.StatusBadRequest {
			t.Errorf("%s: status %d", query, got.status)
		}
	}
}

// wantBoth waits for both logs to have come up to their last lines, and returns
// the last id.
func wantBoth(t *testing.T, events <-chan event, stdout, stderr string) (id string) {
	t.Helper()
	want := map[string]string{"stdout-text": stdout, "stderr-text": stderr}
	got := map[string]string{}
	for e := range events {
		if want[e.name] == "" {
			continue
		}
		var spans [][2]string
		if err := json.Unmarshal([]byte(e.data), &spans); err != nil {
			t.Fatal(err)
		}
		for _, s := range spans {
			got[e.name] += s[0]
		}
		id = e.id
		if len(got["stdout-text"]) >= len(stdout) && len(got["stderr-text"]) >= len(stderr) {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	return id
}

func TestLogStream_EndsWithPermission(t *testing.T) {
	t.Parallel()
	h, _, _ := startLogs(t, "text\n")
	ctx := t.Context()
	ends := map[string]func(b *browser) error{
		"leaver":  func(b *browser) error { b.post("/logout", nil); return nil },
		"demoted": func(*browser) error { return h.auth.SetRole(ctx, testRoot, "demoted", cesi.Viewer) },
		"deleted": func(*browser) error { return h.auth.DeleteUser(ctx, testRoot, "deleted") },
		"renewed": func(*browser) error { return h.auth.SetPassword(ctx, testRoot, "renewed", "another one", true) },
	}
	streams := make(map[string]<-chan event)
	for user, end := range ends {
		t.Run(user, func(t *testing.T) {
			h.addUser(user, cesi.LogReader)
			b := h.as(user)
			streams[user] = b.tail(pLog + "/tail")
			untilText(t, streams[user], "text\n")
			if err := end(b); err != nil {
				t.Fatal(err)
			}
		})
	}
	for user, events := range streams {
		var last event
		for e := range events {
			last = e
		}
		if last.name != "end" || !strings.Contains(last.data, "may not read logs any more") {
			t.Errorf("%s: the last event is %+v", user, last)
		}
	}
}

func TestLogStream_EndsAtShutdown(t *testing.T) {
	t.Parallel()
	closing, shutdown := context.WithCancel(t.Context())
	h, _, _ := startLogs(t, "text\n", func(s *setup) { s.Closing = closing })
	events := h.as("logreader").tail(pLog + "/tail")
	untilText(t, events, "text\n")
	shutdown()
	for range events { // until it ends; a test that hangs has failed
		continue
	}
}

func TestLogDownload_SameBytes(t *testing.T) {
	t.Parallel()
	log := numbered(20_000)
	h, s, file := startLogs(t, log)
	b := h.as("logreader")
	for _, path := range []string{pLog + "/download", "/api/v2/nodes/n/processes/p:p/logs/stdout/download"} {
		got := b.get(path)
		if got.status != http.StatusOK || got.body != log {
			t.Errorf("%s: %d, %d of %d bytes", path, got.status, len(got.body), len(log))
		}
		_, disposition, err := mime.ParseMediaType(got.header.Get("Content-Disposition"))
		if err != nil || disposition["filename"] != "n-p_p-stdout.log" {
			t.Errorf("%s: %v, %v", path, disposition, err)
		}
		if got.header.Get("Content-Type") != "application/octet-stream" || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, got.header)
		}
	}
	if err := os.WriteFile(file, []byte(strings.Repeat("x", 100)+"\xff"+strings.Repeat("y", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := b.get(pLog + "/download").body; !strings.Contains(got, "x[CeSI: 16 bytes are missing here; supervisord hands out only UTF-8]y") {
		t.Errorf("a gap is %q", got)
	}
	if got := b.get("/nodes/n/log/download").body; !strings.Contains(got, "supervisord started with pid "+fmt.Sprint(s.PID())) {
		t.Errorf("supervisord's own log is %.200q", got)
	}
}

func TestLogSearch_ListsAndStepsThroughMatches(t *testing.T) {
	t.Parallel()
	h, _, _ := startLogs(t, numbered(3000))
	b := h.as("logreader")
	page := b.get(pLog + "/search?q=LINE+1%5Cd%2B99+&regexp=1").page(t)
	if got := page.Find(".log-count").First().Text(); !strings.HasPrefix(got, "Nothing found") {
		t.Errorf("capitals: %q", got)
	}
	page = b.get(pLog + "/search?q=line+1%5Cd%2B99+&regexp=1").page(t)
	if got := page.Find(".log-count").First().Text(); got != "10 matches in the whole log, 94.9 KB, newest first" {
		t.Errorf("it says %q", got)
	}
	first := page.Find(".log-matches a").First()
	if got := first.Find("mark").Text(); got != "line 1999 " {
		t.Errorf("the first is %q", got)
	}
	path, _ := first.Attr("href")
	var seen []string
	for range 3 {
		page = b.get(strings.TrimSuffix(path, "#match")).page(t)
		seen = append(seen, page.Find("#match").Text())
		path, _ = page.Find(`a[rel="prev"][title]`).Attr("href")
		path = b.get(path).location
	}
	if diff := cmp.Diff([]string{"line 1999 ", "line 1899 ", "line 1799 "}, seen); diff != "" {
		t.Error(diff)
	}
	path, _ = page.Find(`a[rel="next"][title]`).Attr("href")
	page = b.get(strings.TrimSuffix(b.get(path).location, "#match")).page(t)
	if got := page.Find("#match").Text(); got != "line 1899 " {
		t.Errorf("the next is %q", got)
	}
	if got := b.get(pLog + "/search?q=(&regexp=1"); got.status != http.StatusBadRequest {
		t.Errorf("no expression: %d", got.status)
	}
	if got := b.get(pLog + "/search?q=line+2999&go=next&from=94000"); got.status != http.StatusSeeOther {
		t.Errorf("the last one: %d", got.status)
	}
	none := b.get(pLog + "/search?q=line+2999&go=next&from=94858").page(t)
	if got := none.Find(".log-count").First().Text(); !strings.HasPrefix(got, "No next match") {
		t.Errorf("behind the last: %q", got)
	}
}

// logPart is a part of a log in the API.
type logPart struct {
	Offset, End, Size int64
	Pieces            []logPiece
}

type logPiece struct {
	Offset int64
	Text   string
}

func TestLogAPI_ReadsAndSearches(t *testing.T) {
	t.Parallel()
	h, _, _ := startLogs(t, numbered(100))
	b := h.as("logreader")
	var part, main struct{ Log logPart }
	b.get("/api/v2/nodes/n/processes/p:p/logs/stdout?offset=29&length=29").json(t, &part)
	want := logPart{Offset: 29, End: 58, Size: 2990, Pieces: []logPiece{{Offset: 29, Text: "line 1 无法连接数据库\n"}}}
	if diff := cmp.Diff(want, part.Log); diff != "" {
		t.Error(diff)
	}
	var found struct {
		Count   int
		Matches []struct {
			Offset int64
			Line   string
		}
	}
	b.get("/api/v2/nodes/n/processes/p:p/logs/stdout/search?q=line+42").json(t, &found)
	if found.Count != 1 || found.Matches[0].Line != "line 42 无法连接数据库" || found.Matches[0].Offset != 29*10+30*32 {
		t.Errorf("%+v", found)
	}
	b.get("/api/v2/nodes/n/log").json(t, &main)
	if len(main.Log.Pieces) == 0 || !strings.Contains(main.Log.Pieces[0].Text, "supervisord started") {
		t.Errorf("%+v", main)
	}
}

func TestLogPage_SaysWhyThereIsNoLog(t *testing.T) {
	t.Parallel()
	h, s, file := startLogs(t, "")
	b := h.as("logreader")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/nodes/n/processes/joined/log/stderr": "redirect_stderr = true",
		"/nodes/n/processes/none/log/stdout":   "stdout_logfile = NONE",
		pLog:                                   file + " is not there",
	} {
		t.Run(path, func(t *testing.T) {
			got := b.get(path)
			page := got.page(t)
			if text := page.Find(".log-none").Text(); got.status != http.StatusOK || !strings.Contains(text, want) {
				t.Errorf("%s: %d, %q", path, got.status, text)
			}
			if tools := page.Find(`[href$="/download"], form[role="search"]`).Length(); tools > 0 {
				t.Errorf("%s: what is not there can be searched or downloaded", path)
			}
			if got := b.get(path + "/download"); got.status != http.StatusNotFound {
				t.Errorf("%s: its download is %d", path, got.status)
			}
			api := "/api/v2" + strings.Replace(path, "/log/", "/logs/", 1)
			if got := b.get(api); got.status != http.StatusNotFound || !strings.Contains(got.body, want) {
				t.Errorf("%s: %d %s", api, got.status, got.body)
			}
			if got := b.get(api + "/search?q=a"); got.status != http.StatusNotFound || !strings.Contains(got.body, want) {
				t.Errorf("%s: its search says %d %s", api, got.status, got.body)
			}
			if live := page.Find("[data-log-tail]").Length() > 0; live != (path == pLog) {
				t.Errorf("%s: followed %v", path, live)
			}
			for e := range b.tail(api + "/tail") {
				if e.name != "state" || strings.Contains(e.data, "Connecting") {
					continue
				}
				if !strings.Contains(e.data, want) {
					t.Errorf("%s is followed: %s", api, e.data)
				}
				break
			}
		})
	}
	if text := b.get("/nodes/n/processes/joined/log/stdout").page(t).Find(".log-empty").Text(); text != "The log is empty." {
		t.Errorf("an empty log says %q", text)
	}
	s.Pause()
	defer s.Resume()
	text := b.get("/nodes/n/processes/joined/log/stdout").page(t).Find(".log-problem").Text()
	if !strings.Contains(text, "did not answer in time") {
		t.Errorf("a node that hangs: %q", text)
	}
}

func TestLogStream_ContinuesAfterChangesOfTheFile(t *testing.T) {
	t.Parallel()
	h, s, file := startLogs(t, "start\n")
	events := h.as("logreader").tail("/api/v2/nodes/n/processes/p:p/logs/stdout/tail")
	untilText(t, events, "start\n")
	for _, change := range []struct {
		name string
		do   func() error
	}{
		{"rotated by its name", func() error { return os.Rename(file, file+".1") }},
		{"cleared by supervisord", func() error { s.Ctl("clear", "p"); return nil }},
		{"cut", func() error { return os.Truncate(file, 0) }}, // shorter than it was: supervisord sees no other
		{"removed", func() error { return os.Remove(file) }},
	} {
		t.Run(change.name, func(t *testing.T) {
			if err := change.do(); err != nil {
				t.Fatal(err)
			}
			appendTo(t, file, change.name+"\n")
			untilText(t, events, change.name+"\n")
		})
	}
	s.WriteConfig("")
	s.Ctl("update")
	var last event
	for e := range events {
		last = e
	}
	if last.name != "end" || !strings.Contains(last.data, `There is no process`) {
		t.Errorf("a process that is gone: %+v", last)
	}
}

func TestLogStream_CapPerUser(t *testing.T) {
	t.Parallel()
	h, _, _ := startLogs(t, "text\n")
	b := h.as("logreader")
	const page, api = pLog + "/tail", "/api/v2/nodes/n/processes/p:p/logs/stdout/tail"
	for i := range 12 {
		untilText(t, b.tail([]string{page, api}[i%2]), "text\n")
	}
	for _, path := range []string{page, api, "/nodes/n/processes/p:p/log/tail", pLog + "/download"} {
		got := b.get(path)
		if got.status != http.StatusTooManyRequests || !strings.Contains(got.body, "12 logs already") {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	part := b.send(http.MethodGet, page, "", with{"HX-Request", "true"}) // as the page asks for the reason
	defer part.Body.Close()
	if text, err := io.ReadAll(part.Body); err != nil || !strings.Contains(string(text), "<bdi>You follow or download 12 logs already") {
		t.Errorf("%v %s", err, text)
	}
	untilText(t, h.as("admin").tail(page), "text\n")
}

func TestLogPage_DevicesAndSyslogAreNotLive(t *testing.T) {
	t.Parallel()
	programs := ""
	devices := map[string]string{"stdout": "/dev/stdout", "fd": "/dev/fd/1", "proc": "/proc/self/fd/1", "null": "/dev/null"}
	for name, file := range devices {
		programs += "[program:" + name + "]\ncommand = tail -f /dev/null\nstartsecs = 0\nstdout_logfile_maxbytes = 0\nstdout_logfile = " + file + "\n"
	}
	s := supervisortest.Start(t, supervisortest.Options{Programs: programs +
		"[program:sys]\ncommand = tail -f /dev/null\nstartsecs = 0\nstdout_syslog = true\nstdout_logfile = NONE\n"})
	for name := range devices {
		s.WaitState(name, "RUNNING")
	}
	h := startServer(t, []cesi.Node{s.Node("n")})
	h.addUsers()
	b := h.as("logreader")
	for name, file := range devices {
		t.Run(name, func(t *testing.T) {
			path := "/nodes/n/processes/" + name + ":" + name + "/log/stdout"
			got := b.get(path)
			text := got.page(t).Find(".log-none").Text()
			if got.status != http.StatusOK || !strings.Contains(text, file+", a pipe") || strings.Contains(got.body, "removed") {
				t.Errorf("%s: %d %q", file, got.status, text)
			}
			if got.page(t).Find("[data-log-tail]").Length() > 0 {
				t.Errorf("%s is followed", file)
			}
			if got := b.get(path + "/download"); got.status != http.StatusNotFound || strings.Contains(got.body, "renamed or removed") {
				t.Errorf("%s: its download is %d %s", file, got.status, got.body)
			}
			for e := range b.tail("/api/v2" + strings.Replace(path, "/log/", "/logs/", 1) + "/tail") {
				if strings.Contains(e.data, `"live":true`) {
					t.Errorf("%s is live: %s", file, e.data)
				}
				if strings.Contains(e.data, "a pipe") {
					break
				}
			}
			if got := b.get("/api/v2/nodes/n/processes/" + name + ":" + name + "/log"); got.status != http.StatusOK {
				t.Errorf("%s: both logs: %d %s", file, got.status, got.body)
			}
		})
	}
	const sys = "/nodes/n/processes/sys:sys"
	for path, in := range map[string]string{sys: ".log-panel", sys + "/log/stdout": ".log-none"} {
		if text := b.get(path).page(t).Find(in).First().Text(); !strings.Contains(text, "to syslog") || strings.Contains(text, "NONE") {
			t.Errorf("%s: %q", path, text)
		}
	}
}

// The program writes 400 lines a second into a log that is rotated every other second:
// supervisord loses the lines written just before.
func TestLogStream_MarksLinesLostInRotation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := dir + "/lines.py"
	if err := os.WriteFile(script, []byte("import sys, time\nfor n in range(1000000):\n    sys.stdout.write('line %d of the log, %s\\n' % (n, 'x' * 80))\n    sys.stdout.flush()\n    time.sleep(0.0025)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := supervisortest.Start(t, supervisortest.Options{Programs: "[program:fast]\ncommand = python3 " + script + "\nstartsecs = 0\nstdout_logfile_maxbytes = 60KB\nstdout_logfile_backups = 1\n"})
	s.WaitState("fast", "RUNNING")
	h := startServer(t, []cesi.Node{s.Node("n")})
	h.addUsers()
	events := h.as("logreader").tail("/api/v2/nodes/n/processes/fast:fast/logs/stdout/tail")
	last, text, marked, seams := -1, "", false, 0
	for e := range events {
		switch e.name {
		case "seam":
			marked, seams = true, seams+1
			text = ""
		case "text":
			var data sentText
			if err := json.Unmarshal([]byte(e.data), &data); err != nil {
				t.Fatal(err)
			}
			text += data.Text
			for {
				line, rest, whole := strings.Cut(text, "\n")
				if !whole {
					break
				}
				text = rest
				var n int
				if _, err := fmt.Sscanf(line, "line %d of", &n); err != nil {
					continue // its beginning was lost
				}
				if last >= 0 && n != last+1 && !marked {
					t.Errorf("after line %d comes %d without a mark", last, n)
				}
				last, marked = n, false
			}
		}
		if seams >= 3 {
			return
		}
	}
	t.Errorf("the stream ended after %d seams", seams)
}

func TestLogDownload_RotationCutsItWithAMark(t *testing.T) {
	t.Parallel()
	h, _, file := startLogs(t, numbered(40_000))
	reader := h.as("logreader")
	address, err := url.Parse(h.url)
	if err != nil {
		t.Fatal(err)
	}
	for name, next := range map[string]string{"cleared": "", "another": strings.Repeat("another log\n", 200_000)} {
		if err := os.WriteFile(file, []byte(numbered(40_000)), 0o600); err != nil {
			t.Fatal(err)
		}
		w := &writeHook{ResponseRecorder: httptest.NewRecorder(), first: func() {
			if err := os.WriteFile(file, []byte(next), 0o600); err != nil {
				t.Error(err)
			}
		}}
		r := httptest.NewRequest(http.MethodGet, "/nodes/n/processes/p:p/log/stdout/download", nil)
		for _, cookie := range reader.Jar.Cookies(address) {
			r.AddCookie(cookie)
		}
		h.ServeHTTP(w, r.WithContext(t.Context()))
		got := w.Body.String()
		begin, marked := strings.CutSuffix(got, "[CeSI: the log was rotated or cleared meanwhile; the rest of it is missing here]\n")
		if !marked || !strings.HasPrefix(numbered(40_000), begin) {
			t.Errorf("%s: %d bytes, the last are %q", name, len(begin), got[max(0, len(got)-200):])
		}
	}
}

// writeHook is an answer that does something at its first bytes.
type writeHook struct {
	*httptest.ResponseRecorder
	first func()
}

// SetWriteDeadline is for http.ResponseController.
func (w *writeHook) SetWriteDeadline(time.Time) error { return nil }

func (w *writeHook) Write(text []byte) (int, error) {
	if w.Body.Len() == 0 {
		w.first()
	}
	return w.ResponseRecorder.Write(text)
}
