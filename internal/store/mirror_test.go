package store

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

// numbers returns the targets that the lines of the files name, in order.
func numbers(t *testing.T, files ...string) []string {
	t.Helper()
	var got []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			_, rest, ok := strings.Cut(line, " started n node's ")
			number, _, ok2 := strings.Cut(rest, " process. (ok)\n")
			if !ok || !ok2 {
				t.Fatalf("%s: not a whole line: %q", filepath.Base(file), line)
			}
			got = append(got, number)
		}
	}
	return got
}

func started(target string) cesi.Activity {
	return cesi.Activity{User: "ann", Action: cesi.ActionStart, Node: "n", Target: target, Result: cesi.OK}
}

func count(from, to int) []string {
	var names []string
	for n := from; n < to; n++ {
		names = append(names, fmt.Sprint(n))
	}
	return names
}

func mirrored(t *testing.T) (db *DB, j *Journal, log *logBuffer, file string) {
	t.Helper()
	db, path := openTest(t)
	j, log = newTestJournal(t, db)
	file = filepath.Join(filepath.Dir(path), "logs", "activity.log")
	j.SetMirror(file)
	return db, j, log, file
}

func TestMirror_WritesCompletedEntries(t *testing.T) {
	_, j, _, file := mirrored(t)
	bulk := []cesi.Activity{started("bulk"), started("one"), started("two")}
	j.Begin(t.Context(), bulk)
	j.Add(t.Context(), started("added"))
	if diff := cmp.Diff([]string{"added"}, numbers(t, file)); diff != "" {
		t.Error(diff)
	}
	for _, i := range []int{2, 1, 0} {
		bulk[i].Result = cesi.OK
		j.Complete(t.Context(), bulk[i])
	}
	if diff := cmp.Diff([]string{"added", "two", "one", "bulk"}, numbers(t, file)); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm()&0o007 != 0 {
		t.Errorf("mode %v, error %v: names that were tried are readable by all", info.Mode(), err)
	}
}

func TestMirror_WritesEntriesOfOtherPrograms(t *testing.T) {
	t.Parallel()
	db, path := openTest(t)
	cli, _ := newTestJournal(t, reopenTest(t, path))
	cli.Add(t.Context(), started("before"))
	server, _ := newTestJournal(t, db)
	file := filepath.Join(t.TempDir(), "activity.log")
	server.SetMirror(file)
	go server.Run(t.Context())
	eventually(t, "the first line", func() bool { _, err := os.Stat(file); return err == nil && len(numbers(t, file)) == 1 })
	cli.Add(t.Context(), started("during"))
	eventually(t, "the second line", func() bool { return len(numbers(t, file)) == 2 })
	if diff := cmp.Diff([]string{"before", "during"}, numbers(t, file)); diff != "" {
		t.Error(diff)
	}
}

func TestMirror_RestartContinues(t *testing.T) {
	db, j, _, file := mirrored(t)
	j.Add(t.Context(), started("0"))
	j.SetMirror(filepath.Dir(file)) // a folder: entries get no line now
	j.Add(t.Context(), started("1"))
	drain(t, j)

	next, _ := newTestJournal(t, db)
	next.SetMirror(file)
	next.Add(t.Context(), started("2"))
	drain(t, next)
	if diff := cmp.Diff(count(0, 3), numbers(t, file)); diff != "" {
		t.Error(diff)
	}
}

func TestMirror_FailureIsLoggedOnceAndCatchesUp(t *testing.T) {
	db, j, log, file := mirrored(t)
	if err := os.MkdirAll(file, 0o700); err != nil { // in the file's place
		t.Fatal(err)
	}
	for n := range 5 {
		j.Add(t.Context(), started(fmt.Sprint(n)))
		j.mirror.tick(t.Context(), false)
	}
	if got := log.count("can't be written"); got != 1 {
		t.Errorf("logged %d times, want once", got)
	}
	if got := len(all(t, db)); got != 5 {
		t.Errorf("%d entries stored, want 5", got)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	j.mirror.tick(t.Context(), false)
	if diff := cmp.Diff(count(0, 5), numbers(t, file)); diff != "" {
		t.Error(diff)
	}
	if got := log.count("is written again"); got != 1 {
		t.Errorf("logged %d times, want once", got)
	}
}

func TestMirror_ReloadSwitchesFile(t *testing.T) {
	_, j, _, first := mirrored(t)
	j.Add(t.Context(), started("0"))
	second := filepath.Join(t.TempDir(), "second.log")
	j.SetMirror(second)
	j.Add(t.Context(), started("1"))
	j.SetMirror("")
	j.Add(t.Context(), started("2"))
	j.mirror.tick(t.Context(), true)
	j.SetMirror(second)
	j.Add(t.Context(), started("3"))
	drain(t, j)
	if diff := cmp.Diff([]string{"0"}, numbers(t, first)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"1", "3"}, numbers(t, second)); diff != "" {
		t.Error(diff)
	}
}

func TestMirror_RecreatesRemovedFile(t *testing.T) {
	_, j, _, file := mirrored(t)
	j.Add(t.Context(), started("0"))
	if err := os.Rename(file, file+".1"); err != nil {
		t.Fatal(err)
	}
	j.Add(t.Context(), started("1"))
	if err := os.RemoveAll(filepath.Dir(file)); err != nil {
		t.Fatal(err)
	}
	j.Add(t.Context(), started("2"))
	if diff := cmp.Diff([]string{"2"}, numbers(t, file)); diff != "" {
		t.Error(diff)
	}
}

func TestMirror_EndsTornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "torn he")
	f, err := openAppend(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	f.torn = true
	for _, line := range []string{"one", "two"} {
		if err := f.writeLine(line); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "torn he\none\ntwo\n" {
		t.Errorf("%q, error %v", got, err)
	}
}

// logrotate runs the real one on the file.
func logrotate(t *testing.T, file, how string) {
	t.Helper()
	binary, err := exec.LookPath("/usr/sbin/logrotate")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no logrotate: apt-get install logrotate")
		}
		t.Skip("NOT TESTED, no logrotate: apt-get install logrotate")
	}
	folder := filepath.Dir(file)
	conf := filepath.Join(t.TempDir(), "logrotate.conf")
	write(t, conf, fmt.Sprintf("%s {\nrotate 20\nsu %d %d\n%s\n}\n", file, os.Getuid(), os.Getgid(), how))
	out, err := exec.Command(binary, "--force", "--state", filepath.Join(folder, "state"), conf).CombinedOutput()
	if err != nil {
		t.Fatalf("logrotate: %v\n%s", err, out)
	}
}

// rotatedUnderLoad writes 1,000 lines and lets logrotate rotate several times
// meanwhile; it returns the files, oldest first.
func rotatedUnderLoad(t *testing.T, rotate func(write func(), file string)) []string {
	t.Helper()
	_, j, _, file := mirrored(t)
	j.Add(t.Context(), started("0"))
	if err := os.Chmod(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	written := 1
	done := make(chan struct{})
	for _, stop := range []int{250, 500, 750, 1000} {
		go func() {
			for ; written < stop; written++ {
				j.Add(t.Context(), started(fmt.Sprint(written)))
			}
			done <- struct{}{}
		}()
		rotate(func() { <-done }, file)
	}
	drain(t, j)
	files := []string{file}
	for n := 1; n <= 4; n++ {
		files = append([]string{fmt.Sprintf("%s.%d", file, n)}, files...)
	}
	return files
}

func TestMirror_LogrotateCreate(t *testing.T) {
	t.Parallel()
	files := rotatedUnderLoad(t, func(wait func(), file string) {
		logrotate(t, file, "create 0640") // while lines are written
		wait()
	})
	if diff := cmp.Diff(count(0, 1000), numbers(t, files...)); diff != "" {
		t.Error(diff)
	}
}

func TestMirror_LogrotateCopytruncate(t *testing.T) {
	t.Parallel()
	files := rotatedUnderLoad(t, func(wait func(), file string) {
		wait() // copytruncate itself loses lines written between the copy and the cut
		logrotate(t, file, "copytruncate")
	})
	if diff := cmp.Diff(count(0, 1000), numbers(t, files...)); diff != "" {
		t.Error(diff)
	}
}

// quickly fails unless do ends within limit.
func quickly(t *testing.T, what string, limit time.Duration, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatalf("%s: still under way after %s", what, limit)
	}
}

func TestMirror_HangingFileBlocksNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		hang func(t *testing.T, j *Journal, file string)
	}{
		{"dead disk", func(t *testing.T, j *Journal, _ string) {
			j.mirror.mu.Lock() // as a write that does not return does
			t.Cleanup(func() {
				j.mirror.mu.Unlock()
				<-j.mirror.ticks.kick() // what still waits writes into the test's folder
				<-j.mirror.ends.kick()
			})
		}},
		{"pipe without a reader", func(t *testing.T, _ *Journal, file string) { makePipe(t, file) }},
		{"full pipe", func(t *testing.T, _ *Journal, file string) {
			makePipe(t, file)
			reader, err := os.OpenFile(file, os.O_RDWR, 0) // and never reads
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = reader.Close() })
			if _, err := reader.Write(make([]byte, 65_536)); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			db, j, _, file := mirrored(t)
			test.hang(t, j, file)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				j.Run(ctx)
			}()
			quickly(t, "20 entries", 4*time.Second, func() {
				j.mirror.begin(true)
				for n := range 20 { // 5 s, if each waited for its line
					j.Add(t.Context(), started(fmt.Sprint(n)))
				}
			})
			if got := len(all(t, db)); got != 20 {
				t.Errorf("%d entries are stored, want 20", got)
			}
			quickly(t, "the shutdown", 5*time.Second, func() {
				cancel()
				<-ended
				short, done := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer done()
				if err := j.Drain(short); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func makePipe(t *testing.T, file string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(file, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestMirror_WritesToReadPipe(t *testing.T) {
	_, j, log, file := mirrored(t)
	makePipe(t, file)
	j.Add(t.Context(), started("0"))
	if log.count("it is a pipe that no program reads") != 1 {
		t.Error("the log does not say that the pipe is not read")
	}
	reader, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	j.Add(t.Context(), started("1"))
	drain(t, j)
	text := make([]byte, 4096)
	n, err := reader.Read(text)
	if got := strings.Count(string(text[:n]), "\n"); err != nil || got != 2 {
		t.Errorf("%d lines, error %v in %q", got, err, text[:n])
	}
}
