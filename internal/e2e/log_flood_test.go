package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"
)

const (
	floodRate   = 50 << 20 // bytes a second
	floodSize   = 200 << 20
	floodLine   = 100
	maxGrowth   = 32 << 20 // of cesi's memory
	floodWindow = 1 << 20  // how far the reader may be behind: all of that is still available
)

// flood is a supervisord whose log grows by 50 MB/s once it is let go, but not
// faster than its reader reads: that one can take it all.
type flood struct {
	start   chan struct{}
	taken   atomic.Int64
	streams atomic.Int64
	letGo   sync.Once
}

func (f *flood) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/mainlogtail") {
		http.NotFound(w, r)
		return
	}
	f.streams.Add(1)
	fmt.Fprintf(w, "%0*d\n", floodLine-1, 0)
	_ = http.NewResponseController(w).Flush()
	<-f.start
	began := time.Now()
	var chunk bytes.Buffer
	for sent := int64(floodLine); sent < floodSize && r.Context().Err() == nil; {
		due := int64(time.Since(began).Seconds() * floodRate)
		if sent-f.taken.Load() > floodWindow || sent > due {
			time.Sleep(time.Millisecond) // the pace of a program that writes
			continue
		}
		chunk.Reset()
		for chunk.Len() < 64<<10 {
			fmt.Fprintf(&chunk, "%0*d\n", floodLine-1, (sent+int64(chunk.Len()))/floodLine)
		}
		if _, err := w.Write(chunk.Bytes()); err != nil {
			return
		}
		sent += int64(chunk.Len())
	}
	<-r.Context().Done()
}

// memory returns the RAM of a process, now and at most, in bytes.
func memory(t testing.TB, pid int) (now, peak int64) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("no /proc: ", err)
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			now = kb << 10
		case "VmHWM":
			peak = kb << 10
		}
	}
	return now, peak
}

// stall opens a live log and never reads it.
func stall(t *testing.T, in *instance, b *browser, path string) {
	t.Helper()
	base, err := url.Parse(in.url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", base.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n", path, base.Host)
	for _, c := range b.client.Jar.Cookies(base) {
		fmt.Fprintf(conn, "Cookie: %s\r\n", c)
	}
	fmt.Fprint(conn, "\r\n")
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}

// TestLogStream_StalledBrowserOnFloodedLog follows a log at 50 MB/s with two browsers,
// one of which does not read. cesi must not use more memory for it, and the other
// browser must not miss a byte.
func TestLogStream_StalledBrowserOnFloodedLog(t *testing.T) {
	f := &flood{start: make(chan struct{})}
	fake := supervisortest.StartFleet(t).Add("n", cesi.Process{ProcessID: cesi.ProcessID{Group: "g", Name: "p"}, State: cesi.Running, PID: 1})
	fake.Stream(f.ServeHTTP)
	in := startCesi(t, nodesConf(fake.Node()))
	b := in.login(t)
	const path = "/api/v2/nodes/n/processes/g:p/logs/stdout/tail"
	stall(t, in, b, path)
	b.client.Timeout = 0
	response, err := b.client.Do(b.request("GET", path, "", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	before, _ := memory(t, in.cmd.Process.Pid)
	began := time.Now()
	readFlood(t, response.Body, f)
	_, peak := memory(t, in.cmd.Process.Pid)
	t.Logf("%d MB in %v; cesi grew from %d to %d MB", floodSize>>20, time.Since(began), before>>20, peak>>20)
	if peak-before > maxGrowth {
		t.Errorf("cesi grew by %d MB", (peak-before)>>20)
	}
	if n := f.streams.Load(); n != 1 {
		t.Errorf("%d streams were opened for one log", n)
	}
}

// readFlood reads the flood to its end and makes sure that no line is missing.
func readFlood(t *testing.T, from io.Reader, f *flood) {
	t.Helper()
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 0, 1<<20), 1<<20)
	var name, rest string
	next := int64(0)
	for next*floodLine < floodSize && lines.Scan() {
		line := lines.Text()
		if after, is := strings.CutPrefix(line, "event: "); is {
			name = after
			continue
		}
		data, is := strings.CutPrefix(line, "data: ")
		if !is {
			continue
		}
		if name == "seam" && next > 0 {
			t.Fatalf("after %d lines: %s", next, data)
		}
		if name != "text" {
			continue
		}
		var text struct{ Text string }
		if err := json.Unmarshal([]byte(data), &text); err != nil {
			t.Fatal(err)
		}
		rest += text.Text
		for len(rest) >= floodLine {
			if n, err := strconv.ParseInt(rest[:floodLine-1], 10, 64); err != nil || n != next {
				t.Fatalf("line %d is %q", next, rest[:floodLine])
			}
			rest = rest[floodLine:]
			next++
		}
		f.taken.Store(next * floodLine)
		f.letGo.Do(func() { close(f.start) })
	}
	if next*floodLine < floodSize {
		t.Fatalf("the stream ended after %d lines: %v", next, lines.Err())
	}
}
