package pages

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view/viewtest"

	"github.com/PuerkitoBio/goquery"
)

func TestLive_EveryRegionHasAnID(t *testing.T) {
	t.Parallel()
	r := viewtest.Renderer(t, "")
	regions := 0
	for _, s := range samplePages(cesi.Admin) {
		draw(t, r, s).Find("[data-live]").Each(func(_ int, e *goquery.Selection) {
			regions++
			if e.AttrOr("id", "") == "" {
				t.Errorf("%s: the region %q has no id", s.name, e.AttrOr("class", ""))
			}
		})
	}
	if regions == 0 {
		t.Error("no page has a region")
	}
}

func TestLive_PagesWatchTheirProcesses(t *testing.T) {
	n := payNode()
	base := sampleBase(cesi.Viewer)
	s := fleettest.Snapshot(n, fleettest.Node("web", "production", fleettest.Process("payments", "worker_01", cesi.Running, time.Hour)))
	node := newNodePage(base, n, 1)
	group := sampleGroup(base, s, "payments", "")
	dashboard := newDashboardPage(base, s, dashboardOptions{})
	for name, c := range map[string]struct {
		got  []fleet.Ref
		want string
	}{
		"node": {node.watches(), "beat:beat@pay-eu-2 cesi:cesi@pay-eu-2 job:import@pay-eu-2 job:nightly@pay-eu-2 ledger:ledger@pay-eu-2 " +
			"mail:mail@pay-eu-2 payments:worker_01@pay-eu-2 payments:worker_02@pay-eu-2 payments:worker_03@pay-eu-2 " +
			"payments:worker_04@pay-eu-2 search:indexer@pay-eu-2 工人:工人@pay-eu-2"},
		"group": {group.watches(), "payments:worker_01@pay-eu-2 payments:worker_01@web payments:worker_02@pay-eu-2 " +
			"payments:worker_03@pay-eu-2 payments:worker_04@pay-eu-2"},
		"dashboard": {dashboard.watches(), "payments:worker_04@pay-eu-2 search:indexer@pay-eu-2"},
		"processes": {refsOf(newProcessesPage(base, s, request.ProcessesQuery{Filter: fleet.Filter{Node: "web"}, Sort: "name", Page: 1}, "").Rows), "payments:worker_01@web"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, ref := range c.got {
				got = append(got, ref.ProcessID.String()+"@"+ref.Node)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("the page %q watches %q", name, got)
			}
		})
	}
}

func TestShowLive_HandlerKnowsRoleAndLanguageOnly(t *testing.T) {
	h := &Handler{Renderer: viewtest.Renderer(t, "")}
	h.Apply(Settings{Name: "CeSI"})
	user := &cesi.User{ID: 7, Name: "maria", Role: cesi.Operator, Language: "zh-CN", Scheme: "dark"}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r = r.WithContext(session.With(r.Context(), session.Visitor{User: user, Token: "secret", Address: "10.0.0.1"}))
	w := httptest.NewRecorder()
	err := h.ShowLive(w, r, func(r *http.Request) (Live, error) {
		if v := session.Of(r); *v.User != (cesi.User{Role: cesi.Operator, Language: "zh-CN"}) || v.Token != "" || v.Address != "" {
			t.Errorf("the handler sees %+v of %+v", v.User, v)
		}
		base := sampleBase(cesi.Operator)
		base.User = session.Of(r).User
		return Live{Template: "groups", Page: sampleGroups(base, groupFleet(), "")}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := doc.Find(".user-name").Text(); got != "maria" {
		t.Errorf("the bar names %q", got)
	}
}
