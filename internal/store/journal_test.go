package store

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

func TestJournal_KeepsEveryField(t *testing.T) {
	db, path := openTest(t)
	db.now = atNoon
	j, _ := newTestJournal(t, db)
	hostile := "a\x00b\n\u202e\\\"'; DROP TABLE activity"
	entries := []cesi.Activity{{User: "ann", Address: "2001:db8::1", Action: cesi.ActionRestart, Node: "web-01", Target: hostile, Detail: hostile}}
	j.Begin(t.Context(), entries)
	end := entries[0]
	end.Result, end.Duration, end.Message = cesi.Failed, 1500*time.Millisecond, cesi.Raw(hostile)
	j.Complete(t.Context(), end)

	got, _, err := reopenTest(t, path).Activity(t.Context(), entries[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	want := cesi.Activity{ID: cesi.ActivityID(noon.UnixMicro()), Time: noon, User: "ann", Address: "2001:db8::1", Action: cesi.ActionRestart,
		Node: "web-01", Target: hostile, Detail: hostile, Result: cesi.Failed, Duration: 1500 * time.Millisecond, Message: cesi.Raw(hostile), Count: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestJournal_TextsAreBounded(t *testing.T) {
	db, _ := openTest(t)
	j, _ := newTestJournal(t, db)
	long := strings.Repeat("x", 1<<20)
	j.Add(t.Context(), cesi.Activity{User: long, Target: long, Message: cesi.Raw(long)})
	got := all(t, db)[0]
	if len(got.User) != maxName || len(got.Target) != maxName || len(got.Message.String()) != maxMessage {
		t.Errorf("kept %d, %d and %d bytes", len(got.User), len(got.Target), len(got.Message.String()))
	}
}

func TestJournal_IDsAreUniqueAcrossPrograms(t *testing.T) {
	_, path := openTest(t)
	var wg sync.WaitGroup
	const programs, commands = 4, 25
	for p := range programs {
		db := reopenTest(t, path)
		db.now = atNoon
		j, _ := newTestJournal(t, db)
		j.patience = time.Minute // four programs take turns, on a disk that may be slow
		wg.Go(func() {
			for n := range commands {
				entries := []cesi.Activity{{Target: "bulk"}, {Target: "one"}, {Target: "two"}}
				for i := range entries {
					entries[i].Message = cesi.Raw(fmt.Sprint(p, n))
				}
				j.Begin(t.Context(), entries)
				for _, a := range entries {
					if stored, _, err := db.Activity(t.Context(), a.ID); err != nil || stored.Message.String() != a.Message.String() || stored.Target != a.Target {
						t.Errorf("entry %+v is stored as %+v, error %v", a, stored, err)
					}
					a.Result, a.Message = cesi.OK, cesi.Raw(fmt.Sprint(p, n, a.Target))
					j.Complete(t.Context(), a)
				}
			}
		})
	}
	wg.Wait()
	entries := all(t, reopenTest(t, path))
	if want := programs * commands * 3; len(entries) != want {
		t.Fatalf("%d entries, want %d", len(entries), want)
	}
	parents := map[cesi.ActivityID]string{}
	for _, a := range entries {
		if a.Result != cesi.OK || !strings.HasSuffix(a.Message.String(), a.Target) {
			t.Fatalf("completed by another: %+v", a)
		}
		if a.Parent == 0 {
			parents[a.ID] = strings.TrimSuffix(a.Message.String(), a.Target)
		}
	}
	for _, a := range entries {
		if a.Parent != 0 && parents[a.Parent] != strings.TrimSuffix(a.Message.String(), a.Target) {
			t.Fatalf("wrong parent: %+v", a)
		}
	}
}

func TestJournal_ConcurrentWritesShareCommits(t *testing.T) {
	db, _ := openTest(t)
	j, _ := newTestJournal(t, db)
	var wg sync.WaitGroup
	for n := range 200 {
		wg.Go(func() {
			entries := []cesi.Activity{{Target: fmt.Sprint(n)}}
			j.Begin(t.Context(), entries)
			if a, _, err := db.Activity(t.Context(), entries[0].ID); err != nil || a.Target != entries[0].Target {
				t.Errorf("not there when Begin returned: %v, error %v", a, err)
			}
			entries[0].Result = cesi.OK
			j.Complete(t.Context(), entries[0])
		})
	}
	wg.Wait()
	for _, a := range all(t, db) {
		if a.Result != cesi.OK {
			t.Fatalf("not complete: %+v", a)
		}
	}
}

func TestJournal_StoresEntryOfCancelledCaller(t *testing.T) {
	db, _ := openTest(t)
	j, _ := newTestJournal(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	j.Add(ctx, cesi.Activity{Target: "x", Result: cesi.OK})
	if got := targets(all(t, db)); len(got) != 1 {
		t.Errorf("stored %v", got)
	}
}

// fillDisk has SQLite answer "disk full" (SQLITE_FULL) to whatever needs
// another page, until the returned function is called.
func fillDisk(t *testing.T, db *DB) (emptied func()) {
	t.Helper()
	db.sql.SetMaxOpenConns(1) // the limit is the connection's
	run := func(pages int) {
		if _, err := db.sql.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages)); err != nil {
			t.Fatal(err)
		}
	}
	run(1) // SQLite takes the present size where that is more
	return func() { run(1 << 30) }
}

// bulky is an entry that fills more than a page.
func bulky(target string) cesi.Activity {
	return cesi.Activity{Target: target, User: strings.Repeat("u", maxName), Message: cesi.Raw(strings.Repeat("m", maxMessage)), Result: cesi.OK}
}

func TestJournal_FullDiskLogsNowAndStoresLater(t *testing.T) {
	db, _ := openTest(t)
	j, log := newTestJournal(t, db)
	emptied := fillDisk(t, db)
	j.Add(t.Context(), bulky("first"))
	if log.count(`activity entry not stored yet`) != 1 || log.count("entry.target=first") != 1 || log.count("level=ERROR") != 1 {
		t.Fatalf("log:\n%s", &log.b)
	}
	begun := []cesi.Activity{bulky("command"), bulky("target")}
	j.Begin(t.Context(), begun)
	begun[1].Result = cesi.OK
	j.Complete(t.Context(), begun[1])
	if _, waiting, err := j.Degraded(); waiting != 4 || err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("%d waiting, cause %v", waiting, err)
	}
	if got := log.count("entry.target=target"); got != 2 {
		t.Errorf("beginning and end logged %d times, want 2", got)
	}

	emptied()
	drain(t, j)
	var got []string
	for _, a := range all(t, db) {
		got = append(got, a.Target+" "+string(a.Result))
	}
	if diff := cmp.Diff([]string{"first ok", "command pending", "target ok"}, got); diff != "" {
		t.Error(diff)
	}
	if _, waiting, err := j.Degraded(); waiting != 0 || err != nil {
		t.Errorf("%d waiting, cause %v after all was stored", waiting, err)
	}
	if log.count("can be stored again") != 1 {
		t.Errorf("log:\n%s", &log.b)
	}
}

func TestJournal_RunStoresWaitingEntries(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	j, _ := newTestJournal(t, db)
	emptied := fillDisk(t, db)
	j.Add(t.Context(), bulky("x"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); j.Run(ctx) }()
	emptied()
	eventually(t, "the entry is stored", func() bool { return len(all(t, db)) == 1 })
	cancel()
	<-ended
}

func TestJournal_LogsOverflow(t *testing.T) {
	db, _ := openTest(t)
	j, log := newTestJournal(t, db)
	j.limit = 2
	emptied := fillDisk(t, db)
	lost := []cesi.Activity{bulky("lost")}
	j.Add(t.Context(), bulky("one"))
	j.Add(t.Context(), bulky("two"))
	j.Begin(t.Context(), lost)
	if log.count("in the log only") != 1 || log.count("entry.target=lost") != 1 {
		t.Fatalf("log:\n%s", &log.b)
	}
	emptied()
	drain(t, j)
	lost[0].Result = cesi.Failed
	j.Complete(t.Context(), lost[0]) // its lost part is stored with its end
	if diff := cmp.Diff([]string{"one", "two", "lost"}, targets(all(t, db))); diff != "" {
		t.Error(diff)
	}
}

func TestJournal_LockedDatabaseDelaysBriefly(t *testing.T) {
	db, path := openTest(t)
	j, log := newTestJournal(t, db)
	j.patience = 10 * time.Millisecond
	release := lock(t, path)
	begun := []cesi.Activity{{Target: "command"}}
	j.Begin(t.Context(), begun)
	if log.count("entry.target=command") != 1 {
		t.Errorf("log:\n%s", &log.b)
	}
	if since, waiting, err := j.Degraded(); since.IsZero() || waiting != 1 || err == nil {
		t.Errorf("since %v, %d waiting, cause %v", since, waiting, err)
	}
	begun[0].Result = cesi.OK
	j.Complete(t.Context(), begun[0])
	release()
	drain(t, j)
	if got := all(t, db); len(got) != 1 || got[0].Result != cesi.OK {
		t.Errorf("stored %v", got)
	}
}

func TestJournal_DrainCountsUnstored(t *testing.T) {
	db, _ := openTest(t)
	j, _ := newTestJournal(t, db)
	fillDisk(t, db)
	j.Add(t.Context(), bulky("x"))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := j.Drain(ctx); err == nil || !strings.Contains(err.Error(), "1 activity entries") {
		t.Errorf("error %v", err)
	}
}

func TestJournal_RepeatedWriteIsIgnored(t *testing.T) {
	db, _ := openTest(t)
	j, _ := newTestJournal(t, db)
	a := cesi.Activity{Target: "x", Result: cesi.OK}
	j.number(&a)
	for range 2 {
		j.waiting = []*record{{entries: []cesi.Activity{a}}}
		if err := j.store(j.waiting); err != nil {
			t.Fatal(err)
		}
	}
	if got := all(t, db); len(got) != 1 {
		t.Errorf("stored %v", got)
	}
}

func TestJournal_ServerAndCommandLineTogether(t *testing.T) {
	t.Parallel()
	server, path := openTest(t)
	cli := reopenTest(t, path)
	var wg sync.WaitGroup
	for name, db := range map[string]*DB{"server": server, "cli": cli} {
		j := NewJournal(db, slog.New(slog.DiscardHandler))
		wg.Go(func() {
			for n := range 50 {
				j.Add(t.Context(), cesi.Activity{Target: name})
				if _, err := db.AddUser(t.Context(), cesi.User{Name: fmt.Sprint(name, n)}, "h"); err != nil {
					t.Error(err)
				}
			}
			drain(t, j)
		})
	}
	wg.Wait()
	if got := len(all(t, server)); got != 100 {
		t.Errorf("%d entries, want 100", got)
	}
}

func TestJournal_AdoptsSentCommandsOfEarlierRun(t *testing.T) {
	db, path := openTest(t)
	first, _ := newTestJournal(t, db)
	begun := []cesi.Activity{{Target: "reload"}}
	first.Begin(t.Context(), begun)
	begun[0].Message = cesi.Raw("sent")
	first.Complete(t.Context(), begun[0])
	first.Begin(t.Context(), []cesi.Activity{{Target: "start"}})

	db = reopenTest(t, path)
	next, _ := newTestJournal(t, db)
	if n, err := db.MarkInterrupted(t.Context()); n != 1 || err != nil {
		t.Errorf("%d interrupted, error %v", n, err)
	}
	adopted, err := next.Adopt(t.Context())
	if err != nil || len(adopted) != 1 || adopted[0].Target != "reload" || adopted[0].Message.String() != "sent" {
		t.Fatalf("adopted %+v, error %v", adopted, err)
	}
	adopted[0].Result, adopted[0].Message = cesi.OK, cesi.Raw("it is back")
	next.Complete(t.Context(), adopted[0])
	var got []string
	for _, a := range all(t, db) {
		got = append(got, a.Target+" "+string(a.Result)+" "+a.Message.String())
	}
	if diff := cmp.Diff([]string{"reload ok it is back", "start interrupted cesi ended before the command did"}, got); diff != "" {
		t.Error(diff)
	}
}
