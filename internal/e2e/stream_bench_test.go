package e2e

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"
)

const (
	openStreams     = 100
	changesASecond  = 50
	streamsMeasured = 20 * time.Second
	clockTick       = 100 // of /proc, a second, on every Linux
)

// BenchmarkLive_100OpenPages measures what a hundred open pages cost the server while fifty
// processes a second change their state.
func BenchmarkLive_100OpenPages(b *testing.B) {
	fleet := supervisortest.StartFleet(b)
	var nodes []cesi.Node
	var fakes []*supervisortest.Fake
	for i := range 10 {
		fake := fleet.Add(fmt.Sprintf("node-%d", i), fifty(0)...)
		fakes, nodes = append(fakes, fake), append(nodes, fake.Node())
	}
	in := startCesi(b, nodesConf(nodes...), "poll_interval = 1")
	admin := in.login(b)
	var received atomic.Int64
	pages := []string{"/", "/processes", "/nodes", "/nodes/node-3", "/groups"}
	for i := range openStreams {
		admin.stream(pages[i%len(pages)], &received)
	}
	for b.Loop() {
		stop := make(chan struct{})
		go change(fakes, stop)
		waitFor(b, "the streams to bring something", func() bool { return received.Load() > 0 })
		received.Store(0)
		used, began := in.cpu(b), time.Now()
		time.Sleep(streamsMeasured)
		share := (in.cpu(b) - used).Seconds() / time.Since(began).Seconds() * 100
		close(stop)
		b.ReportMetric(share, "%core/100-streams")
		b.Logf("%d open streams, %d changes a second: %.0f %% of a core, %.0f KB/s sent; target: under one core",
			openStreams, changesASecond, share, float64(received.Load())/1000/streamsMeasured.Seconds())
	}
}

// fifty are the processes of a node, of which every seventh, from the given one
// on, has stopped.
func fifty(from int) []cesi.Process {
	var list []cesi.Process
	for i := range 50 {
		p := cesi.Process{ProcessID: cesi.ProcessID{Group: "worker", Name: fmt.Sprintf("worker_%02d", i)}, State: cesi.Running, PID: 100 + i, Start: 1, Now: 1_000_000}
		if (i+from)%7 == 0 {
			p.State, p.PID, p.Stop = cesi.Stopped, 0, 999_000
		}
		list = append(list, p)
	}
	return list
}

// change has fifty processes a second change their state: each node's turn comes
// once in so long that about fourteen of its processes are others.
func change(fakes []*supervisortest.Fake, stop <-chan struct{}) {
	const each = 14
	turn := time.NewTicker(time.Second * each / changesASecond)
	defer turn.Stop()
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-turn.C:
			fakes[i%len(fakes)].SetProcesses(fifty(1 + i/len(fakes))...)
		}
	}
}

// stream follows a page, and counts the bytes that come.
func (b *browser) stream(path string, received *atomic.Int64) {
	b.t.Helper()
	client := *b.client
	client.Timeout = 0
	response, err := client.Do(b.request("GET", "/live?at="+url.QueryEscape(path), "", nil))
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { response.Body.Close() })
	go func() {
		_, _ = io.Copy(counter{received}, response.Body) // ends with the test
	}()
}

// counter counts the bytes written to it.
type counter struct{ n *atomic.Int64 }

func (c counter) Write(p []byte) (int, error) {
	c.n.Add(int64(len(p)))
	return len(p), nil
}

// cpu is the time that cesi has computed since its start.
func (in *instance) cpu(t testing.TB) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", in.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	var ticks int
	for _, field := range fields[11:13] { // utime and stime; proc(5)
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / clockTick
}
