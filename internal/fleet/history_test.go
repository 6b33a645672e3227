package fleet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

// midnight is when the tests begin: at the beginning of a slot.
var midnight = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// scripted is a client with scripted replies.
type scripted struct {
	Client
	processes []cesi.Process // nil: no answer
}

func (s *scripted) UpdateProcesses(context.Context, cesi.ProcessList) (cesi.ProcessList, error) {
	if s.processes == nil {
		return cesi.ProcessList{}, cesi.Errorf(cesi.Unreachable, "no answer")
	}
	return cesi.NewProcessList(s.processes), nil
}

func (s *scripted) Info(context.Context) (cesi.SupervisorInfo, error) {
	return cesi.SupervisorInfo{}, nil
}

func (s *scripted) Configs(context.Context) ([]cesi.ProcessConfig, error) { return nil, nil }

// shelf is a History in memory that can be full.
type shelf struct {
	full   bool
	stored []cesi.History
}

func (s *shelf) StoreHistory(_ context.Context, h cesi.History) error {
	if s.full {
		return errors.New("disk full")
	}
	s.stored = append(s.stored, h)
	return nil
}

// watched is a fleet of one node, n, whose time and polls are the test's.
type watched struct {
	*Fleet
	t      *testing.T
	now    time.Time
	client *scripted
	shelf  *shelf
}

func watch(t *testing.T, earlier ...cesi.History) *watched {
	w := &watched{t: t, now: midnight, client: &scripted{}, shelf: &shelf{}}
	w.Fleet = New(Options{
		Dial:    func(cesi.Node) (Client, error) { return w.client, nil },
		History: w.shelf, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now },
	})
	var known cesi.History
	for _, h := range earlier {
		known.Answered = append(known.Answered, h.Answered...)
		known.Points = append(known.Points, h.Points...)
	}
	w.LoadHistory(known)
	w.configure(cesi.Node{Name: "n", Timeout: time.Second})
	return w
}

func (w *watched) configure(nodes ...cesi.Node) {
	w.Apply(Settings{Nodes: nodes, PollInterval: time.Second})
}

// poll polls at a time of the day, such as "12:05".
func (w *watched) poll(at string, processes ...cesi.Process) {
	w.t.Helper()
	w.moveTo(at)
	w.client.processes = processes
	w.order[0].poll(w.t.Context())
}

func (w *watched) moveTo(at string) {
	w.t.Helper()
	t, err := time.Parse("15:04", at)
	if err != nil {
		w.t.Fatal(err)
	}
	w.now = midnight.Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
}

func (w *watched) node() *Node { return w.Snapshot().Nodes[0] }

// day draws the day of g:p since midnight, a letter a slot.
func (w *watched) day() string {
	day := w.node().Day(cesi.ProcessID{Group: "g", Name: "p"}, w.now)
	since := int(cesi.BucketOf(w.now) - cesi.BucketOf(midnight))
	return draw(day[len(day)-1-since:])
}

func draw(marks []cesi.Mark) string {
	letters := ".<>sxRubBF" // bad ones: unknown, failed, BACKOFF, FATAL
	var b strings.Builder
	for _, m := range marks {
		b.WriteByte(letters[m])
	}
	return b.String()
}

func inState(state cesi.State) cesi.Process { return process("g", "p", state).Process }

func exitedBadly() cesi.Process {
	p := inState(cesi.Exited)
	p.SpawnErr = "Bad exit code 1"
	return p
}

func TestHistory_SlotShowsWorstElseLast(t *testing.T) {
	type answer struct {
		at      string
		process cesi.Process
	}
	tests := []struct {
		name    string
		answers []answer
		want    string
	}{
		{"calm", []answer{{"00:00", inState(cesi.Running)}, {"00:10", inState(cesi.Running)}, {"00:20", inState(cesi.Running)}}, "RRR"},
		{"fatal for one poll", []answer{{"00:00", inState(cesi.Running)}, {"00:12", inState(cesi.Running)}, {"00:13", inState(cesi.Fatal)},
			{"00:14", inState(cesi.Running)}, {"00:20", inState(cesi.Running)}}, "RFR"},
		{"fatal until it is started again", []answer{{"00:00", inState(cesi.Fatal)}, {"00:10", inState(cesi.Fatal)}, {"00:11", inState(cesi.Running)},
			{"00:20", inState(cesi.Running)}}, "FFR"},
		{"the worst of two", []answer{{"00:00", inState(cesi.Backoff)}, {"00:01", inState(cesi.Fatal)}, {"00:02", exitedBadly()}, {"00:10", exitedBadly()}}, "Fb"},
		{"unexpected exit and unknown", []answer{{"00:00", exitedBadly()}, {"00:10", inState(cesi.Unknown)}}, "bu"},
		{"expected exit", []answer{{"00:00", inState(cesi.Running)}, {"00:01", inState(cesi.Exited)}, {"00:10", inState(cesi.Exited)}}, "xx"},
		{"restart", []answer{{"00:00", inState(cesi.Running)}, {"00:01", inState(cesi.Stopping)}, {"00:02", inState(cesi.Stopped)},
			{"00:03", inState(cesi.Starting)}, {"00:04", inState(cesi.Running)}}, "R"},
		{"restart across slots", []answer{{"00:00", inState(cesi.Running)}, {"00:09", inState(cesi.Stopping)}, {"00:10", inState(cesi.Starting)},
			{"00:11", inState(cesi.Running)}}, "RR"},
		{"a long start", []answer{{"00:00", inState(cesi.Stopped)}, {"00:01", inState(cesi.Starting)}, {"00:10", inState(cesi.Starting)},
			{"00:20", inState(cesi.Starting)}, {"00:21", inState(cesi.Running)}}, "s<R"},
		{"stopped", []answer{{"00:00", inState(cesi.Running)}, {"00:05", inState(cesi.Stopped)}, {"00:10", inState(cesi.Stopped)}}, "ss"},
		{"the clock is set back", []answer{{"00:20", inState(cesi.Running)}, {"00:10", inState(cesi.Fatal)}, {"00:20", inState(cesi.Fatal)}}, "..F"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := watch(t)
			for _, a := range test.answers {
				w.poll(a.at, a.process)
			}
			if got := w.day(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestHistory_SilenceIsEmpty(t *testing.T) {
	w := watch(t)
	w.poll("00:20", inState(cesi.Running))
	w.poll("00:31") // no answer
	w.poll("00:45") // no answer
	w.moveTo("00:55")
	if got, want := w.day(), "..R..."; got != want {
		t.Errorf("while it is silent: got %s, want %s", got, want)
	}
	w.poll("01:02", inState(cesi.Fatal))
	w.poll("01:03", inState(cesi.Running))
	if got, want := w.day(), "..R...F"; got != want {
		t.Errorf("after it is back: got %s, want %s", got, want)
	}
	w.poll("01:10", process("g", "another", cesi.Running).Process)
	w.poll("01:20", process("g", "another", cesi.Running).Process)
	w.poll("01:30", inState(cesi.Stopped))
	if got, want := w.day(), "..R...F..s"; got != want {
		t.Errorf("it was not there for a while: got %s, want %s", got, want)
	}
}

func TestHistory_StartOfSlotIsNotSilence(t *testing.T) {
	w := watch(t)
	w.poll("00:09", inState(cesi.Running))
	w.moveTo("00:10")
	if got, want := w.day(), "RR"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHistory_LongPollIntervalIsNotSilence(t *testing.T) {
	w := watch(t)
	w.Apply(Settings{Nodes: []cesi.Node{{Name: "n", Timeout: time.Second}}, PollInterval: time.Hour})
	w.poll("00:00", inState(cesi.Running))
	w.poll("01:00", inState(cesi.Running))
	if got, want := w.day(), "RRRRRRR"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHistory_LoadsEarlierRun(t *testing.T) {
	first := watch(t)
	first.poll("00:00", inState(cesi.Running))
	first.poll("00:11", inState(cesi.Backoff))
	first.poll("00:12", inState(cesi.Running))
	first.poll("00:20", inState(cesi.Running))
	if err := first.SaveHistory(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := watch(t, first.shelf.stored...)
	second.moveTo("00:50")
	if got, want := second.day(), "RBR..."; got != want {
		t.Errorf("before its first answer: got %s, want %s", got, want)
	}
	second.poll("00:50", inState(cesi.Running))
	if got, want := second.day(), "RBR..R"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	third := watch(t, first.shelf.stored...)
	third.poll("00:50", process("g", "another", cesi.Running).Process)
	third.poll("01:00", inState(cesi.Running))
	if got, want := third.day(), "RBR...R"; got != want {
		t.Errorf("it was away when CeSI came back: got %s, want %s", got, want)
	}
}

func TestHistory_SavesOnlyChanges(t *testing.T) {
	w := watch(t)
	saved := func() string {
		t.Helper()
		w.shelf.stored = nil
		if err := w.SaveHistory(t.Context()); err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, h := range w.shelf.stored {
			for _, a := range h.Answered {
				list = append(list, fmt.Sprint(a.First-cesi.BucketOf(midnight), "-", a.Last-cesi.BucketOf(midnight)))
			}
			for _, p := range h.Points {
				list = append(list, fmt.Sprint(p.ProcessID, "@", p.Bucket-cesi.BucketOf(midnight), draw([]cesi.Mark{p.Worst, p.Last})))
			}
		}
		return strings.Join(list, " ")
	}
	steps := []struct {
		at    string
		state cesi.State
		want  string
	}{
		{"00:00", cesi.Running, "0-0"},
		{"00:01", cesi.Running, "g:p@0RR"}, // it has been there a minute
		{"00:02", cesi.Fatal, "g:p@0FF"},
		{"00:03", cesi.Running, "g:p@0FR"},
		{"00:10", cesi.Running, "0-1"},
		{"00:30", cesi.Stopped, "3-3 g:p@3ss"},
	}
	for _, step := range steps {
		w.poll(step.at, inState(step.state))
		if got := saved(); got != step.want {
			t.Errorf("at %s: saved %q, want %q", step.at, got, step.want)
		}
	}
	w.shelf.full = true
	w.poll("00:40", inState(cesi.Fatal))
	if err := w.SaveHistory(t.Context()); err == nil {
		t.Error("that it is full goes unnoticed")
	}
	w.poll("00:50", inState(cesi.Running))
	w.shelf.full = false
	if got, want := saved(), "3-5 g:p@4FF g:p@5RR"; got != want {
		t.Errorf("after the disk had room again: saved %q, want %q", got, want)
	}
}

func TestHistory_ForgetsRemovedProcesses(t *testing.T) {
	w := watch(t)
	w.poll("00:00", inState(cesi.Running), process("g", "short", cesi.Running).Process)
	w.poll("00:05", inState(cesi.Running), process("g", "short", cesi.Running).Process)
	w.poll("00:10", inState(cesi.Running))
	if processes, _ := w.node().history.Size(); processes != 2 {
		t.Errorf("it remembers %d processes, not what was there today", processes)
	}
	w.now = w.now.Add(25 * time.Hour)
	w.client.processes = []cesi.Process{inState(cesi.Stopped)}
	w.order[0].poll(t.Context())
	if processes, stretches := w.node().history.Size(); processes != 1 || stretches != 1 {
		t.Errorf("it remembers %d processes and %d stretches", processes, stretches)
	}
	for i := range 1100 {
		w.client.processes = []cesi.Process{process("g", fmt.Sprint(i), cesi.Running).Process}
		w.order[0].poll(t.Context())
		w.now = w.now.Add(time.Minute)
		w.order[0].poll(t.Context())
	}
	if n, _ := w.node().history.Size(); n > 1002 {
		t.Errorf("it remembers %d processes of a node that has one", n)
	}
}

func TestHistory_StoresProcessAfterAMinute(t *testing.T) {
	w := watch(t)
	const names = 500
	w.poll("00:00", inState(cesi.Running))
	for i := range 20 { // of one node, which names others with every answer
		w.now = w.now.Add(30 * time.Second)
		list := []cesi.Process{inState(cesi.Running)}
		for n := range names {
			list = append(list, process("new", fmt.Sprintf("%d-%d", i, n), cesi.Running).Process)
		}
		w.client.processes = list
		w.order[0].poll(t.Context())
		processes, _ := w.node().history.Size()
		if n := w.node(); n.Counts.Total != names+1 || processes != names+1 {
			t.Fatalf("%d are counted, %d are remembered", n.Counts.Total, processes)
		}
		if w.node().history.Points(list[1].ProcessID) == 0 {
			t.Fatal("a new process has no past to be shown")
		}
		if err := w.SaveHistory(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	stored := make(map[cesi.ProcessID]bool)
	for _, h := range w.shelf.stored {
		for _, p := range h.Points {
			stored[p.ProcessID] = true
		}
	}
	waiting := 0
	for h := range w.unsaved.Take(w.histories()) {
		waiting += len(h.Points)
	}
	if len(stored) != 1 || waiting != 0 {
		t.Errorf("%d processes are stored, %d changes wait, want the one that stayed", len(stored), waiting)
	}
}

// TestHistory_ForgottenProcessesEnd removes more processes of a node at once than are
// remembered. None of them may be stored with its last state for ever.
func TestHistory_ForgottenProcessesEnd(t *testing.T) {
	w := watch(t)
	var many []cesi.Process
	for i := range 1500 {
		many = append(many, process("g", fmt.Sprint(i), cesi.Running).Process)
	}
	w.poll("00:00", many...)
	w.poll("00:05", many...)
	w.poll("00:10", inState(cesi.Running))
	w.poll("00:12", inState(cesi.Running))
	if err := w.SaveHistory(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := make(map[cesi.ProcessID]cesi.Point)
	for _, h := range w.shelf.stored {
		for _, p := range h.Points {
			if p.Bucket >= last[p.ProcessID].Bucket {
				last[p.ProcessID] = p.Point
			}
		}
	}
	if len(last) != len(many)+1 {
		t.Errorf("%d processes are stored", len(last))
	}
	for id, point := range last {
		if id.Name != "p" && point.Last != cesi.MarkNoData {
			t.Errorf("%s is stored as what it was for ever: %v", id, point)
			break
		}
	}
}

func TestHistory_NodeRemovedAndAddedKeepsIt(t *testing.T) {
	w := watch(t)
	w.poll("00:00", inState(cesi.Fatal))
	w.configure(cesi.Node{Name: "another", Timeout: time.Second})
	if err := w.SaveHistory(t.Context()); err != nil || len(w.shelf.stored) == 0 {
		t.Errorf("what it did last is not stored: %v", err)
	}
	w.configure(cesi.Node{Name: "n", Timeout: time.Second})
	w.poll("00:10", inState(cesi.Running))
	if got, want := w.day(), "FR"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHistory_SurvivesClockJump(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, 24 * time.Hour, 10 * 365 * 24 * time.Hour} {
		w := watch(t)
		w.poll("00:00", inState(cesi.Running))
		w.now = w.now.Add(ahead)
		w.client.processes = []cesi.Process{inState(cesi.Fatal)}
		w.order[0].poll(t.Context())
		w.poll("00:10", inState(cesi.Fatal))
		w.poll("00:20", inState(cesi.Running))
		w.poll("00:30", inState(cesi.Running))
		want := "RFRR"
		if ahead >= 24*time.Hour {
			want = ".FRR" // the earlier part was dropped by then
		}
		if got := w.day(); got != want {
			t.Errorf("%s ahead: got %s, want %s", ahead, got, want)
		}
	}
}

func TestHistory_FailedPollIsSilence(t *testing.T) {
	w := watch(t)
	w.Apply(Settings{Nodes: []cesi.Node{{Name: "n", Timeout: time.Second}}, PollInterval: time.Hour})
	w.poll("00:00", inState(cesi.Running))
	w.poll("00:30")
	w.poll("00:50", inState(cesi.Running))
	if got, want := w.day(), "R....R"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHistory_NodeAtNewURLKeepsIt(t *testing.T) {
	w := watch(t)
	w.poll("00:00", inState(cesi.Fatal))
	w.configure(cesi.Node{Name: "n", URL: "http://127.0.0.1:2", Timeout: time.Second})
	w.poll("00:10", inState(cesi.Running))
	if got, want := w.day(), "FR"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHistory_PointsAreBounded(t *testing.T) {
	w := watch(t)
	for i := range 10 * cesi.DayBuckets {
		w.now = midnight.Add(time.Duration(i) * cesi.BucketLength / 2)
		w.client.processes = []cesi.Process{inState([]cesi.State{cesi.Running, cesi.Stopped, cesi.Fatal}[i%3])}
		w.order[0].poll(t.Context())
	}
	if n := w.node().history.Points(cesi.ProcessID{Group: "g", Name: "p"}); n > cesi.DayBuckets+1 {
		t.Errorf("%d points for a day", n)
	}
	day := w.node().Day(cesi.ProcessID{Group: "g", Name: "p"}, w.now)
	if strings.Contains(draw(day[:]), ".") {
		t.Errorf("the day has gaps: %s", draw(day[:]))
	}
}

func TestHistory_TimeChangesNoVersion(t *testing.T) {
	w := watch(t)
	w.poll("00:00", inState(cesi.Running))
	version := w.Snapshot().Version
	w.poll("00:10", inState(cesi.Running))
	w.poll("00:20", inState(cesi.Running))
	if got := w.Snapshot().Version; got != version {
		t.Errorf("the version went from %d to %d", version, got)
	}
}

func TestHistory_RecordsFastPoll(t *testing.T) {
	w := watch(t)
	w.poll("00:00", inState(cesi.Running))
	before := w.node()
	w.order[0].merge(inState(cesi.Fatal))
	w.order[0].merge(inState(cesi.Running))
	if got, want := w.day(), "F"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	day := before.Day(cesi.ProcessID{Group: "g", Name: "p"}, w.now)
	if diff := cmp.Diff("R", draw(day[len(day)-1:])); diff != "" {
		t.Error("a snapshot has changed: ", diff)
	}
}

func TestPoller_ProcessesAreBounded(t *testing.T) {
	w := watch(t)
	list := make([]cesi.Process, 0, cesi.MaxProcesses+5)
	for i := range cap(list) {
		list = append(list, process("g", fmt.Sprintf("p%05d", cap(list)-i), cesi.Running).Process)
	}
	w.poll("00:00", list...)
	n := w.node()
	if len(n.Processes) != cesi.MaxProcesses || n.Counts.Total != cesi.MaxProcesses || n.Omitted != 5 || n.Processes[0].Name != "p00001" {
		t.Errorf("%d are kept from %s on, %d counted, %d left out", len(n.Processes), n.Processes[0].Name, n.Counts.Total, n.Omitted)
	}
	w.poll("00:01", list[:1]...)
	if n := w.node(); len(n.Processes) != 1 || n.Omitted != 0 {
		t.Errorf("later: %d, and %d are left out", len(n.Processes), n.Omitted)
	}
}
