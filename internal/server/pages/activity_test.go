package pages

import (
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
	"cesi/internal/server/view/viewtest"
	"cesi/internal/store"

	"github.com/google/go-cmp/cmp"
)

func TestActivityPage_Sentences(t *testing.T) {
	page := newActivityPage(sampleBase(cesi.Admin), request.ActivityQuery{}, sampleActivity(), true)
	doc := draw(t, viewtest.Renderer(t, "/cesi"), sample{"activity", "activity", page})
	doc.Find(".activity-targets").Remove()
	want := []string{
		"02:17:26 lin 10.9.0.4 restarted payments:* on pay-eu-2 partly in 4.1 s",
		"02:16:51 admin 10.9.0.4 is stopping api:worker_03 on web-07 under way",
		"02:10:31 maria 10.9.0.4 stopped report:nightly on batch-1 ok in 1.2 s",
		"02:08:31 maria 10.9.0.4 tried to restart everything on db-eu-1 no answer within 5 s failed in 5.0 s",
		"01:57:31 lin 10.9.0.4 tried to stop api:worker_00 on web-01 stopped: unknown, not started unknown in 5 min",
		"01:27:31 maria 10.9.0.4 logged in ok",
		"01:17:31 root 10.9.0.4 failed to log in ×37 wrong username or password failed",
		"21 Nov 20:17:31 cli:root added user maria role operator ok",
	}
	if diff := cmp.Diff(want, texts(doc, ".activity")); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestActivityPage_CommandOnManyListsTargets(t *testing.T) {
	page := newActivityPage(sampleBase(cesi.Admin), request.ActivityQuery{}, sampleActivity(), false)
	doc := draw(t, viewtest.Renderer(t, "/cesi"), sample{"activity", "activity", page})
	details := doc.Find("details.activity-targets")
	if details.Length() != 1 {
		t.Fatalf("%d entries open", details.Length())
	}
	want := []string{
		"ok payments:worker_01 on pay-eu-2 in 2.0 s",
		"ok payments:worker_02 on pay-eu-2 in 2.0 s",
		"failed payments:worker_03 on pay-eu-2 can't find command '/srv/pay/bin/worker' in 2.0 s",
		"ok payments:worker_04 on pay-eu-2 in 2.0 s",
	}
	if diff := cmp.Diff(want, texts(doc, ".activity-target")); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestActivityPage_CountsTargetsNotShown(t *testing.T) {
	line := sampleActivity()[0]
	line.Targets, line.Chosen, line.Total = line.Targets[2:3], 1, 4
	page := newActivityPage(sampleBase(cesi.Admin), sampleActivityQuery("result=failed"), []store.ActivityLine{line}, false)
	doc := draw(t, viewtest.Renderer(t, "/cesi"), sample{"activity", "activity", page})
	want := []string{"3 ok, 1 failed · filtered to 1 of 4 failed payments:worker_03 on pay-eu-2 can't find command '/srv/pay/bin/worker' in 2.0 s all 4"}
	if diff := cmp.Diff(want, texts(doc, ".activity-targets")); diff != "" {
		t.Error(diff)
	}
	if got := doc.Find(".activity-targets > a").AttrOr("href", ""); got != "/cesi/activity/90" {
		t.Errorf("all are at %q", got)
	}
}

func TestActivityEntryPage_FailedTargetsFirst(t *testing.T) {
	line := sampleActivity()[0]
	doc := draw(t, viewtest.Renderer(t, ""), sample{"entry", "activity_entry", newActivityEntryPage(sampleBase(cesi.Viewer), line.Entry, line.Targets)})
	want := []string{"payments:worker_03", "payments:worker_01", "payments:worker_02", "payments:worker_04"}
	if diff := cmp.Diff(want, texts(doc, ".activity-target bdi.strong")); diff != "" {
		t.Error(diff)
	}
}

func TestActivityPage_Pages(t *testing.T) {
	r := viewtest.Renderer(t, "/cesi")
	items := sampleActivity()
	for name, c := range map[string]struct {
		query string
		more  bool
		want  string
		live  bool
	}{
		"the only page":   {"", false, "", true},
		"the first page":  {"", true, "/cesi/activity?before=70", true},
		"a page between":  {"before=99", true, "/cesi/activity /cesi/activity?before=70", false},
		"the oldest page": {"before=99", false, "/cesi/activity", false},
		"with a filter":   {"before=99&user=lin&q=a+b", true, "/cesi/activity?q=a+b&user=lin /cesi/activity?before=70&q=a+b&user=lin", false},
	} {
		t.Run(name, func(t *testing.T) {
			page := newActivityPage(sampleBase(cesi.Admin), sampleActivityQuery(c.query), items, c.more)
			var links []string
			for _, n := range draw(t, r, sample{name, "activity", page}).Find(".pager a").Nodes {
				links = append(links, attribute(n, "href"))
			}
			if got := strings.Join(links, " "); got != c.want {
				t.Errorf("%s links to %q, want %q", name, got, c.want)
			}
			if page.Live != c.live {
				t.Errorf("%s: refreshed %v", name, page.Live)
			}
		})
	}
}

func TestActivityRow_HiddenName(t *testing.T) {
	row := newActivityRow(fleettest.Now, cesi.Activity{Time: fleettest.Now, Action: cesi.ActionLoginFailed, Result: cesi.Failed})
	if row.Who.String() != "someone" || row.What.Text.String() != "failed to log in" {
		t.Errorf("%q %q", row.Who, row.What.Text)
	}
}

func TestActivityRow_FailedActionTexts(t *testing.T) {
	for action, want := range map[cesi.Action]string{
		cesi.ActionLoginFailed: "failed to log in", cesi.ActionLogout: "tried to log out",
		cesi.ActionUserAdd: "tried to add user bob", cesi.ActionUserDelete: "tried to delete user bob",
		cesi.ActionUserRole: "tried to change the role of bob", cesi.ActionUserPassword: "tried to change the password of bob",
		cesi.ActionSessionEnd: "tried to end sessions of bob", cesi.ActionTokenAdd: "tried to make an API token of bob",
		cesi.ActionTokenRevoke: "tried to revoke API tokens of bob", cesi.ActionActivityPurged: "tried to purge the activity log",
		cesi.ActionReload: "tried to reload bob",
	} {
		if got := view.ActivityText(cesi.Activity{Action: action, Result: cesi.Failed}, cesi.Raw("bob")).String(); got != want {
			t.Errorf("a failed %s reads %q, want %q", action, got, want)
		}
	}
}

func TestDashboard_FailedActionShowsReason(t *testing.T) {
	failed := cesi.Activity{
		Time: fleettest.Now, User: "cli:root", Action: cesi.ActionUserDelete, Target: "admin", Result: cesi.Failed,
		Message: cesi.Raw("admin is the last administrator"), Count: 1,
	}
	page := newDashboardPage(sampleBase(cesi.Viewer), sampleFleet(), dashboardOptions{Activity: []store.ActivityLine{{Entry: failed}}})
	doc := draw(t, viewtest.Renderer(t, ""), sample{"dashboard", "dashboard", page})
	want := []string{"02:17:31 cli:root tried to delete user admin admin is the last administrator failed"}
	if diff := cmp.Diff(want, texts(doc, ".activity-line")); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}
