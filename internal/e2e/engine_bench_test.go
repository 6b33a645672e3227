package e2e

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"
)

const (
	engineSettles  = 40 * time.Second // after the first poll of all nodes, which needs much memory at once
	engineMeasured = 20 * time.Second
	pageRate       = 50 // requests a second, of all pages together
	pageRequests   = 250
	pagesAlone     = 20
	smallFleetAge  = time.Minute
)

// engineCase is a simulated fleet, and what CeSI may use for it.
type engineCase struct {
	name             string
	nodes, processes int           // processes of each node
	lines            []string      // of [cesi]
	age              time.Duration // since all nodes have answered, when it is measured
	mostCPU          float64       // % of a core; 0: not measured
	mostMemory       float64       // MB
	mostP99          float64       // ms, of each page; 0: not measured
	mostNodesPage    float64       // KB of /nodes, not compressed
	changes          int           // restarts of processes a second, told in main logs; 0: no logs
}

// engineCases are the fleets that BenchmarkEngine measures, one after the other.
func engineCases() []engineCase {
	return []engineCase{
		{
			name: "1,000 × 50 polled", nodes: 1000, processes: 50, lines: []string{"poll_interval = 5"},
			age: engineSettles, mostCPU: 25, mostMemory: 150, mostP99: 25, mostNodesPage: 120,
		},
		{
			name: "1,000 × 50 followed", nodes: 1000, processes: 50, lines: []string{"poll_interval = 2"},
			age: engineSettles, mostCPU: 12, mostMemory: 150, changes: 20,
		},
	}
}

// smallFleet is measured last, and runs while the others are measured: its memory after a
// time is what counts.
func smallFleet() engineCase {
	return engineCase{name: "20 × 5", nodes: 20, processes: 5, age: smallFleetAge, mostMemory: 40}
}

// figure is a row of the table: what was measured, and its target.
type figure struct {
	what, unit     string
	measured, most float64 // no target if most is 0
}

// BenchmarkEngine measures what CeSI uses for simulated fleets whose replies stay the
// same, and how long pages take meanwhile. It prints a table.
func BenchmarkEngine(b *testing.B) {
	for b.Loop() {
		var figures []figure
		small := smallFleet().start(b)
		for _, c := range engineCases() {
			run := c.start(b)
			figures = append(figures, run.measure(b)...)
			run.in.terminate(b)
		}
		figures = append(figures, small.measure(b)...)
		fmt.Printf("\n%s\n", table(figures)) // b.Log cuts it after ten lines
	}
}

// engineRun is a cesi that polls a simulated fleet.
type engineRun struct {
	engineCase
	in    *instance
	ready time.Time // all nodes have answered
}

func (c engineCase) start(b *testing.B) *engineRun {
	b.Helper()
	var nodes []cesi.Node
	fakes := simulate(b, c.nodes, c.processes)
	if c.changes > 0 {
		tell(b, fakes, c.processes, c.changes)
	}
	for i, fake := range fakes {
		n := fake.Node()
		n.Environments = []string{[]string{"production", "staging"}[i%2]}
		nodes = append(nodes, n)
	}
	in := startCesi(b, nodesConf(nodes...), c.lines...)
	admin := in.login(b)
	waitFor(b, "all nodes to answer", func() bool {
		for _, n := range admin.nodes() {
			if !n.Connected {
				return false
			}
		}
		return true
	})
	return &engineRun{engineCase: c, in: in, ready: time.Now()}
}

// simulate starts fake nodes, node-0000 and so on.
func simulate(b *testing.B, nodes, processes int) []*supervisortest.Fake {
	b.Helper()
	fleet := supervisortest.StartFleet(b)
	fakes := make([]*supervisortest.Fake, nodes)
	for i := range fakes {
		fakes[i] = fleet.Add(fmt.Sprintf("node-%04d", i), simulated(i, processes)...)
	}
	return fakes
}

// tell gives the fakes main logs, and restarts so many of their processes a second.
func tell(b *testing.B, fakes []*supervisortest.Fake, processes, changes int) {
	b.Helper()
	logs := make([]chan string, len(fakes))
	for i, fake := range fakes {
		logs[i] = make(chan string, 10)
		fake.Stream(func(w http.ResponseWriter, r *http.Request) {
			line := "2026-11-26 21:22:54,123 INFO supervisord started with pid 1"
			for {
				fmt.Fprintln(w, line)
				_ = http.NewResponseController(w).Flush()
				select {
				case line = <-logs[i]:
				case <-r.Context().Done():
					return
				}
			}
		})
	}
	go func() {
		turn := time.NewTicker(time.Second / time.Duration(changes))
		defer turn.Stop()
		for n := 0; ; n++ {
			select {
			case <-b.Context().Done():
				return
			case <-turn.C:
			}
			i := n % len(fakes)
			list := simulated(i, processes)
			list[0].PID += 10_000 + n
			fakes[i].SetProcesses(list...)
			select {
			case logs[i] <- fmt.Sprintf("2026-11-26 21:22:54,123 INFO spawned: '%s' with pid %d", list[0].Name, list[0].PID):
			default:
			}
		}
	}()
}

// simulated are the processes of a node, with all fields that a supervisord reports.
// Every seventh has stopped.
func simulated(node, n int) []cesi.Process {
	list := make([]cesi.Process, n)
	for i := range list {
		name := fmt.Sprintf("worker_%02d", i)
		list[i] = cesi.Process{
			ProcessID: cesi.ProcessID{Group: fmt.Sprintf("group_%d", i/5), Name: name}, State: cesi.Running,
			PID: 1000 + i, Start: 1_000_000 + int64(node), Now: 1_090_000, Description: fmt.Sprintf("pid %d, uptime 1 day, 1:00:00", 1000+i),
			Logfile: "/var/log/supervisor/" + name + ".log", StdoutLogfile: "/var/log/supervisor/" + name + ".log",
			StderrLogfile: "/var/log/supervisor/" + name + ".err",
		}
		if i%7 == 6 {
			list[i].State, list[i].PID, list[i].Stop, list[i].Description = cesi.Stopped, 0, 1_080_000, "Nov 27 12:00 PM"
		}
	}
	return list
}

// measure waits until the fleet has its age, and measures what the case has targets for.
func (run *engineRun) measure(b *testing.B) []figure {
	b.Helper()
	time.Sleep(time.Until(run.ready.Add(run.age)))
	var figures []figure
	add := func(what, unit string, measured, most float64) {
		figures = append(figures, figure{run.name + " " + what, unit, measured, most})
	}
	if run.mostCPU > 0 {
		used, began := run.in.cpu(b), time.Now()
		time.Sleep(engineMeasured)
		add("CPU", "%core", 100*(run.in.cpu(b)-used).Seconds()/time.Since(began).Seconds(), run.mostCPU)
	}
	resident, peak := memory(b, run.in.cmd.Process.Pid)
	add("memory", "MB", float64(resident)/1e6, run.mostMemory)
	add("memory at most", "MB", float64(peak)/1e6, 0)
	if run.mostP99 == 0 {
		return figures
	}
	admin := run.in.login(b)
	name := fmt.Sprintf("node-%04d", run.nodes/2)
	paths := []string{"/", "/nodes", "/nodes/" + name, "/api/v2/nodes/" + name}
	for _, path := range paths {
		add(path+" p50, one at a time", "ms", milliseconds(admin.alone(path)), 0)
	}
	for i, took := range admin.paced(paths) {
		add(paths[i]+" p50", "ms", milliseconds(took[len(took)/2]), 0)
		add(paths[i]+" p99", "ms", milliseconds(took[len(took)*99/100]), run.mostP99)
	}
	_, body := admin.do(admin.request("GET", "/nodes", "", nil))
	add("/nodes size", "KB", float64(len(body))/1000, run.mostNodesPage)
	return figures
}

// alone requests a page some times, one after the other, and returns the median time.
func (b *browser) alone(path string) time.Duration {
	b.t.Helper()
	took := make([]time.Duration, pagesAlone)
	for i := range took {
		began := time.Now()
		if err := drain(b.client, b.request("GET", path, "", nil)); err != nil {
			b.t.Fatal(err)
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// paced requests the pages in turn, pageRate a second, whether or not the former requests
// have been answered. It returns the sorted times of each page, from when its request was
// due to the end of the answer.
func (b *browser) paced(paths []string) [][]time.Duration {
	b.t.Helper()
	client := *b.client
	client.Transport = &http.Transport{MaxIdleConnsPerHost: pageRate}
	defer client.CloseIdleConnections()
	type answer struct {
		path int
		took time.Duration
		err  error
	}
	total := pageRequests * len(paths)
	answers := make(chan answer, total)
	began := time.Now()
	for i := range total {
		due := began.Add(time.Duration(i) * time.Second / pageRate)
		time.Sleep(time.Until(due))
		request := b.request("GET", paths[i%len(paths)], "", nil)
		go func() {
			err := drain(&client, request)
			answers <- answer{i % len(paths), time.Since(due), err}
		}()
	}
	times := make([][]time.Duration, len(paths))
	for range total {
		a := <-answers
		if a.err != nil {
			b.t.Fatal(a.err)
		}
		times[a.path] = append(times[a.path], a.took)
	}
	for _, took := range times {
		slices.Sort(took)
	}
	return times
}

// drain sends a request and reads the answer, which must be 200. The answer is compressed
// as for a browser, and stays so.
func drain(client *http.Client, r *http.Request) error {
	r.Header.Set("Accept-Encoding", "gzip")
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: status %d", r.URL.Path, response.StatusCode)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// table writes figures below each other.
func table(figures []figure) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "what\tmeasured\ttarget\t")
	for _, f := range figures {
		target, verdict := "", ""
		if f.most > 0 {
			target = fmt.Sprintf("≤ %g %s", f.most, f.unit)
		}
		if f.most > 0 && f.measured > f.most {
			verdict = "missed"
		}
		fmt.Fprintf(w, "%s\t%.1f %s\t%s\t%s\n", f.what, f.measured, f.unit, target, verdict)
	}
	w.Flush()
	return text.String()
}
