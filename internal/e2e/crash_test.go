package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"cesi/internal/supervisor/supervisortest"
)

// twentyPrograms are ten that are there after a second, and ten that take so
// long that a test is over before.
const twentyPrograms = `[program:quick]
command = tail -f /dev/null
process_name = %(program_name)s_%(process_num)02d
numprocs = 10
startsecs = 1
[program:slow]
command = tail -f /dev/null
process_name = %(program_name)s_%(process_num)02d
numprocs = 10
startsecs = 60
`

// command is a command on many with the entries of its targets.
type command struct {
	parent  entry
	targets []entry
}

// lastCommand is the latest entry of the activity log that has targets.
func (b *browser) lastCommand() command {
	b.t.Helper()
	var c command
	log := b.entries()
	i := slices.IndexFunc(log, func(e entry) bool { return e.Parent != 0 })
	if i < 0 {
		return c
	}
	for _, e := range log {
		switch log[i].Parent {
		case e.ID:
			c.parent = e
		case e.Parent:
			c.targets = append(c.targets, e)
		}
	}
	return c
}

func (c command) count(result string) int {
	n := 0
	for _, e := range c.targets {
		if e.Result == result {
			n++
		}
	}
	return n
}

// send posts a form without waiting for the reply.
func (b *browser) send(path string, form url.Values) {
	r := b.request("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	go func() {
		if response, err := b.client.Do(r); err == nil {
			response.Body.Close()
		}
	}()
}

func TestCrash_EveryTargetOfRestartHasAResult(t *testing.T) {
	t.Parallel()
	selection := url.Values{"confirmed": {"1"}}
	for i := range 10 {
		selection.Add("process", fmt.Sprintf("quick:quick_%02d", i))
		selection.Add("process", fmt.Sprintf("slow:slow_%02d", i))
	}
	for _, test := range []struct {
		name     string
		form     url.Values
		finished int // targets that have to be done at the crash
	}{
		{"of a selection", selection, 5},
		{"of the whole node", url.Values{"confirmed": {"1"}}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sv := supervisortest.Start(t, supervisortest.Options{Programs: twentyPrograms})
			in := startCesi(t, nodesConf(sv.Node("web-1")), "activity_log = activity.log")
			b := in.login(t)
			b.send("/nodes/web-1/restart", test.form)
			waitFor(t, "the restart to be half done", func() bool {
				c := b.lastCommand()
				return len(c.targets) == 20 && c.count("ok") >= test.finished
			})
			in.kill()
			in.start(t)
			in.waitReady(t)
			wantInterrupted(t, b, test.finished)
			if log := in.log.String(); !strings.Contains(log, "marked as interrupted") {
				t.Errorf("the log does not tell:\n%s", log)
			}
			waitFor(t, "the interrupted command in the text mirror", func() bool {
				return strings.Contains(in.read(t, "activity.log"), "interrupted")
			})
		})
	}
}

// wantInterrupted checks the last command, as an administrator who is still logged in.
func wantInterrupted(t *testing.T, b *browser, finished int) {
	t.Helper()
	c := b.lastCommand()
	if c.parent.Action != "restart" || c.parent.Result != "interrupted" || c.parent.Message == "" {
		t.Errorf("the command's own entry: %+v", c.parent)
	}
	ok, interrupted := c.count("ok"), c.count("interrupted")
	if len(c.targets) != 20 || ok+interrupted != 20 || ok < finished || interrupted < 10 {
		t.Errorf("%d targets, %d ok, %d interrupted: want 20, at least %d and 10, and no others: %+v",
			len(c.targets), ok, interrupted, finished, c.targets)
	}
	code, doc := b.get(fmt.Sprintf("/activity/%d", c.parent.ID))
	if text := doc.Find("main").Text(); code != http.StatusOK || strings.Count(text, "interrupted") < 11 || strings.Contains(text, "pending") {
		t.Errorf("the page of the command: status %d\n%s", code, text)
	}
}
