package e2e

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/store"
	"cesi/internal/supervisor/supervisortest"
)

// database opens cesi's database as another program would.
func (in *instance) database(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), in.path("cesi.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// lastStored is the last state of the process p:p of node n in the database.
func lastStored(t *testing.T, db *store.DB) cesi.Mark {
	t.Helper()
	h, err := db.History(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var newest cesi.Point
	for _, p := range h.Points {
		if p.Bucket >= newest.Bucket {
			newest = p.Point
		}
	}
	return newest.Last
}

// bar returns the bar of the last 24 hours on the process's page.
func (b *browser) bar() (label, bad, running string) {
	b.t.Helper()
	_, doc := b.get("/nodes/n/processes/p:p")
	bar := doc.Find("#process-day svg")
	return bar.AttrOr("aria-label", ""), bar.Find(".fill-bad").AttrOr("d", ""), bar.Find(".fill-running").AttrOr("d", "")
}

func TestHistory_OutlivesCeSI(t *testing.T) {
	s := supervisortest.Start(t, supervisortest.Options{Programs: "[program:p]\ncommand = tail -f /dev/null\nstartsecs = 0\nautorestart = false\n"})
	in := writeConf(t, nodesConf(s.Node("n")), "poll_interval = 200ms")
	db := in.database(t)
	then := cesi.BucketOf(time.Now()) - 100 // CeSI ran for fifty slots
	id := cesi.ProcessID{Group: "p", Name: "p"}
	if err := db.StoreHistory(t.Context(), cesi.History{
		Answered: []cesi.NodeSpan{{Node: "n", Span: cesi.Span{First: then, Last: then + 49}}},
		Points: []cesi.ProcessPoint{
			{Node: "n", ProcessID: id, Point: cesi.Point{Bucket: then, Worst: cesi.MarkRunning, Last: cesi.MarkRunning}},
			{Node: "n", ProcessID: id, Point: cesi.Point{Bucket: then + 20, Worst: cesi.MarkFatal, Last: cesi.MarkRunning}},
		},
	}); err != nil {
		t.Fatal(err)
	}

	in.start(t)
	in.waitReady(t)
	b := in.login(t)
	wantBar := func(also string) {
		t.Helper()
		waitFor(t, "the bar with what was before, and "+also, func() bool {
			x := int(then - cesi.BucketOf(time.Now()).DayBefore())
			label, bad, running := b.bar()
			return bad == fmt.Sprintf("M%d 14V0h2V14z", x+19) &&
				strings.HasPrefix(running, fmt.Sprintf("M%d 14V6h20V14zM%d 14V6h29V14z", x, x+21)) &&
				strings.Contains(label, "FATAL 10 min (until ") && strings.Contains(label, "not known 15 h") && strings.Contains(label, also)
		})
	}
	wantBar("RUNNING")

	var process struct{ Process struct{ PID int } }
	b.api("GET", "/api/v2/nodes/n/processes/p:p", nil, &process)
	if err := syscall.Kill(process.Process.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	wantBar("EXITED unexpectedly")
	waitFor(t, "that to be stored", func() bool { return lastStored(t, db) == cesi.MarkFailed })
	in.kill()
	in.start(t)
	in.waitReady(t)
	wantBar("EXITED unexpectedly")

	s.StartProcess("p")
	waitFor(t, "it to run", func() bool {
		_, doc := b.get("/nodes/n/processes/p:p")
		return doc.Find(".page-head .state").Text() == "RUNNING"
	})
	if took := in.terminate(t); took > time.Second {
		t.Errorf("it took %v to end", took)
	}
	if got := lastStored(t, db); got != cesi.MarkRunning {
		t.Errorf("the last seconds were not stored: %v", got.State())
	}
}

func TestRetention_RemovesOldHistory(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "", "history_retention = 2d")
	db := in.database(t)
	if err := db.StoreHistory(t.Context(), cesi.History{Answered: []cesi.NodeSpan{
		{Node: "old", Span: cesi.Span{Last: cesi.BucketOf(time.Now().Add(-49 * time.Hour))}},
		{Node: "young", Span: cesi.Span{Last: cesi.BucketOf(time.Now().Add(-47 * time.Hour))}},
		{Node: "new", Span: cesi.Span{Last: cesi.BucketOf(time.Now().Add(-time.Hour))}}, // else the clock has jumped
	}}); err != nil {
		t.Fatal(err)
	}
	in.start(t)
	var nodes []string
	waitFor(t, "the old to go", func() bool {
		h, err := db.History(t.Context(), time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		nodes = nil
		for _, s := range h.Answered {
			nodes = append(nodes, s.Node)
		}
		return !slices.Contains(nodes, "old")
	})
	slices.Sort(nodes)
	if !slices.Equal(nodes, []string{"new", "young"}) {
		t.Errorf("what is left is of %v", nodes)
	}
}
