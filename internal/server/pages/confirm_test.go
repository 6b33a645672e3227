package pages

import (
	"fmt"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view/viewtest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// refsOn names n processes on a node.
func refsOn(node string, n int) []fleet.Ref {
	var refs []fleet.Ref
	for i := range n {
		refs = append(refs, fleet.Ref{Node: node, ProcessID: cesi.ProcessID{Group: "api", Name: fmt.Sprint(i)}})
	}
	return refs
}

// askFor is a request for an action on node n.
func askFor(action cesi.Action) request.Command {
	return request.Command{Command: fleet.Command{Action: action}, Post: request.LocalURL("nodes", "n", action), Back: "/nodes/n"}
}

func drawConfirm(t *testing.T, command request.Command, preview fleet.Preview) *goquery.Document {
	t.Helper()
	return draw(t, viewtest.Renderer(t, "/cesi"), sample{"confirm", "confirm", newConfirmPage(sampleBase(cesi.Operator), command, preview, cesi.Text{})})
}

func TestConfirmPage_HeadingNamesCountAndPlace(t *testing.T) {
	for want, c := range map[string]struct {
		action cesi.Action
		hit    []fleet.Ref
		nodes  int
	}{
		"Stop 14 processes on web-1?":       {cesi.ActionStop, refsOn("web-1", 14), 1},
		"Restart 1,200 processes on web-1?": {cesi.ActionRestart, refsOn("web-1", 1200), 1},
		"Start api:0 on web-1?":             {cesi.ActionStart, refsOn("web-1", 1), 1},
		"Stop 14 processes on 2 nodes?":     {cesi.ActionStop, append(refsOn("web-1", 7), refsOn("web-2", 7)...), 2},
		"There is nothing to stop":          {cesi.ActionStop, nil, 0},
	} {
		t.Run(want, func(t *testing.T) {
			page := newConfirmPage(sampleBase(cesi.Operator), askFor(c.action), fleet.Preview{Hit: c.hit, Nodes: c.nodes}, cesi.Text{})
			if page.Question != want {
				t.Errorf("%q, want %q", page.Question, want)
			}
		})
	}
}

func TestConfirmPage_FormRepeatsTheCommand(t *testing.T) {
	command := askFor(cesi.ActionRestart)
	command.Post, command.Back = request.LocalURL("nodes", "a/b", "restart"), "/nodes/a%2Fb?x=1"
	command.Fields = []request.Field{{Name: "group", Value: "api"}, {Name: "group", Value: `x"y`}, {Name: "process", Value: "g:工人"}}
	doc := drawConfirm(t, command, fleet.Preview{Hit: refsOn("a/b", 2), Nodes: 1})
	form := doc.Find("main form").First()
	if got := form.AttrOr("method", "") + " " + form.AttrOr("action", ""); got != "post /cesi/nodes/a%2Fb/restart" {
		t.Errorf("it goes to %q", got)
	}
	var got []string
	form.Find("input[type=hidden]").Each(func(_ int, e *goquery.Selection) {
		got = append(got, e.AttrOr("name", "")+"="+e.AttrOr("value", ""))
	})
	want := []string{"confirmed=yes", "back=/nodes/a%2Fb?x=1", "group=api", `group=x"y`, "process=g:工人"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if got := doc.Find("a[autofocus]").AttrOr("href", ""); got != "/cesi/nodes/a%2Fb?x=1" {
		t.Errorf("Cancel, which has the focus, leads to %q", got)
	}
}

func TestConfirmPage_EnterDoesNotConfirm(t *testing.T) {
	doc := drawConfirm(t, askFor(cesi.ActionStop), fleet.Preview{Hit: refsOn("n", 2), Nodes: 1, Self: "cesi:cesi"})
	// Enter in a field presses the first submit button; a disabled one does nothing.
	if _, disabled := doc.Find("main form button[type=submit]").First().Attr("disabled"); !disabled {
		t.Error("Enter presses a button")
	}
	if doc.Find("main button[autofocus], main input[autofocus]").Length() != 0 {
		t.Error("something other than Cancel has the focus")
	}
}

func TestConfirmPage_ListsSkippedManualAndSelf(t *testing.T) {
	refs := refsOn("n", 9)
	preview := fleet.Preview{Hit: refs[:4], Nodes: 1, Manual: refs[1:2], Self: "cesi:cesi", Skipped: []fleet.Outcome{
		{Ref: refs[4], Skip: fleet.SkipDown, Message: fleet.SkipDown.Text()}, {Ref: refs[5], Skip: fleet.SkipStopping, Message: fleet.SkipStopping.Text()},
		{Ref: refs[6], Skip: fleet.SkipDown, Message: fleet.SkipDown.Text()},
	}}
	doc := drawConfirm(t, askFor(cesi.ActionRestart), preview)
	want := []string{"2 processes skipped: they do not run api:4 api:6", "1 process skipped: it is stopping api:5"}
	if diff := cmp.Diff(want, texts(doc, ".skipped-list")); diff != "" {
		t.Errorf("skipped: - want, + got:\n%s", diff)
	}
	if got := strings.Join(texts(doc, ".remark-warning"), ""); got != "One of these has autostart=false: api:1" {
		t.Errorf("manual: %q", got)
	}
	if doc.Find("input[name=confirm_self]").Length() != 1 {
		t.Error("a stop of itself needs no typing")
	}
	if got := strings.Join(texts(doc, "#live > section > p"), ""); !strings.Contains(got, "Processes that were stopped stay stopped") {
		t.Errorf("a restart is explained as %q", got)
	}
}

func TestConfirmPage_NothingToDoHasNoButton(t *testing.T) {
	doc := drawConfirm(t, askFor(cesi.ActionStop), fleet.Preview{})
	if got := texts(doc, ".choices > *"); !cmp.Equal(got, []string{"Back"}) {
		t.Errorf("it offers %q", got)
	}
}
