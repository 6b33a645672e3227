package pages

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/view"
	"cesi/internal/server/view/viewtest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// paletteFleet has names that hold each other.
func paletteFleet() *fleet.Snapshot {
	return fleettest.Snapshot(
		fleettest.Node("web-1", "production",
			fleettest.Process("api", "api_0", cesi.Running, time.Hour), fleettest.Process("api", "api_1", cesi.Fatal, time.Hour),
			fleettest.Process("mail", "mail", cesi.Stopped, time.Hour)),
		fleettest.Node("web-2", "production", fleettest.Process("api", "api_0", cesi.Running, time.Hour)),
		fleettest.Node("api-db", "staging", fleettest.Process("pg", "pg", cesi.Running, time.Hour)),
		fleettest.Silenced(fleettest.Node("old", "staging", fleettest.Process("api", "api_0", cesi.Running, time.Hour)), cesi.CauseTimeout, "no answer", time.Minute),
		payNode(),
	)
}

// paletteFinds describes the palette's results, one per line: the label, and its link
// (=) or where it is sent (!).
func paletteFinds(base view.Base, s *fleet.Snapshot, text string) []string {
	var lines []string
	for _, item := range (paletteSearch{base: base, snapshot: s, back: "/back"}).find(text) {
		name := item.Label.String()
		if item.Group != "" {
			name = item.Group + ":" + name + " on " + item.Detail.String()
		}
		if item.Send != "" {
			lines = append(lines, name+" ! "+item.Send)
		} else {
			lines = append(lines, name+" = "+item.Link)
		}
	}
	return lines
}

func TestPalette_BestMatchFirst(t *testing.T) {
	for text, want := range map[string][]string{
		"Activity": {"Activity = /activity"},
		"prod":     {"production = /environments/production"},
		"API": {
			"api = /groups/api", "api-db = /nodes/api-db",
			"api:api_1 on web-1 = /nodes/web-1/processes/api:api_1",
			"api:api_0 on web-1 = /nodes/web-1/processes/api:api_0", "api:api_0 on web-2 = /nodes/web-2/processes/api:api_0",
			"api:api_0 on old = /nodes/old/processes/api:api_0",
			"pg:pg on api-db = /nodes/api-db/processes/pg:pg",
		},
		"api_0 web-2":     {"api:api_0 on web-2 = /nodes/web-2/processes/api:api_0"},
		"pay:worker":      nil,
		"payments:wo  03": {"payments:worker_03 on pay-eu-2 = /nodes/pay-eu-2/processes/payments:worker_03"},
		"工":               {"工人 = /groups/%E5%B7%A5%E4%BA%BA", "工人:工人 on pay-eu-2 = /nodes/pay-eu-2/processes/%E5%B7%A5%E4%BA%BA:%E5%B7%A5%E4%BA%BA"},
		"nothing like it": nil,
		"restart api_0 on web-1": {
			"Restart api:api_0 on web-1 ! /nodes/web-1/processes/api:api_0/restart",
		},
		"start mail": {
			"Start all of group mail… = /command?action=start&back=%2Fback&name=mail&scope=group",
			"Start mail:mail on web-1 ! /nodes/web-1/processes/mail:mail/start",
		},
		"stop pg": {
			"Stop pg:pg on api-db ! /nodes/api-db/processes/pg:pg/stop",
		},
		"stop cesi": {
			"Stop cesi:cesi on pay-eu-2 = /nodes/pay-eu-2/confirm?action=stop&back=%2Fback&process=cesi%3Acesi",
		},
		"restart staging": {"Restart all in environment staging… = /command?action=restart&back=%2Fback&name=staging&scope=environment"},
		"restart web-1": {
			"Restart all on node web-1… = /nodes/web-1/confirm?action=restart&back=%2Fback",
			"Restart api:api_1 on web-1 ! /nodes/web-1/processes/api:api_1/restart",
			"Restart api:api_0 on web-1 ! /nodes/web-1/processes/api:api_0/restart",
		},
		"restart old": nil, // it does not answer
		"restart": {
			"Restart api:api_1 on web-1 ! /nodes/web-1/processes/api:api_1/restart",
			"Restart payments:worker_03 on pay-eu-2 ! /nodes/pay-eu-2/processes/payments:worker_03/restart",
			"Restart mail:mail on pay-eu-2 ! /nodes/pay-eu-2/processes/mail:mail/restart",
			"Restart job:import on pay-eu-2 ! /nodes/pay-eu-2/processes/job:import/restart",
			"Restart beat:beat on pay-eu-2 ! /nodes/pay-eu-2/processes/beat:beat/restart",
		},
	} {
		if diff := cmp.Diff(want, paletteFinds(sampleBase(cesi.Operator), paletteFleet(), text)); diff != "" {
			t.Errorf("%q: - want, + got:\n%s", text, diff)
		}
	}
}

func TestPalette_ShowsPagesBeforeTyping(t *testing.T) {
	for role, want := range map[cesi.Role]bool{cesi.Admin: true, cesi.Viewer: false} {
		got := strings.Join(paletteFinds(sampleBase(role), paletteFleet(), " "), "\n")
		if !strings.HasPrefix(got, "Dashboard = /\n") || !strings.Contains(got, "About = /about") || strings.Contains(got, "= /users") != want {
			t.Errorf("%s: %s", role, got)
		}
	}
}

func TestPalette_CommandsNeedPermission(t *testing.T) {
	for _, role := range []cesi.Role{cesi.Viewer, cesi.LogReader} {
		if got := paletteFinds(sampleBase(role), paletteFleet(), "restart api_0"); got != nil {
			t.Errorf("%s: %v", role, got)
		}
	}
}

func TestPalette_UnderstandsReadersLanguage(t *testing.T) {
	r := viewtest.Renderer(t, "")
	base := sampleBase(cesi.Operator)
	base.Localizer = r.Bundle.Choose("zh-CN")
	for text, want := range map[string]string{
		"节点":      "Nodes = /nodes",
		"重启 api":  "Restart all of group api… = /command?action=restart&back=%2Fback&name=api&scope=group",
		"停止api":   "Stop all of group api… = /command?action=stop&back=%2Fback&name=api&scope=group",
		"start 工": "Start 工人:工人 on pay-eu-2 ! /nodes/pay-eu-2/processes/%E5%B7%A5%E4%BA%BA:%E5%B7%A5%E4%BA%BA/start",
	} {
		t.Run(text, func(t *testing.T) {
			if got := strings.Join(paletteFinds(base, paletteFleet(), text), "\n"); !strings.Contains("\n"+got+"\n", "\n"+want+"\n") {
				t.Errorf("%q finds %s", text, got)
			}
		})
	}
}

// manyProcesses is a snapshot of 50,000 processes on 1,000 nodes.
func manyProcesses() *fleet.Snapshot {
	var nodes []*fleet.Node
	for n := range 1000 {
		var processes []fleet.Process
		for p := range 50 {
			processes = append(processes, fleettest.Process(fmt.Sprintf("group_%d", p/5), fmt.Sprintf("worker_%02d", p), cesi.States()[(n+p)%7], time.Hour))
		}
		nodes = append(nodes, fleettest.Node(fmt.Sprintf("node-%04d", n), "production", processes...))
	}
	return fleettest.Snapshot(nodes...)
}

func TestPalette_ResultsAreBounded(t *testing.T) {
	s := manyProcesses()
	for _, text := range []string{"o", "restart worker", strings.Repeat("x ", 5000), strings.Repeat("o", 5000), "工工" + strings.Repeat("人", 99)} {
		if got := paletteFinds(sampleBase(cesi.Admin), s, text); len(got) > maxResults {
			t.Errorf("%.20q: %d results", text, len(got))
		}
	}
	if got := paletteFinds(sampleBase(cesi.Admin), s, "o"); len(got) != maxResults {
		t.Errorf("%d results for o", len(got))
	}
}

// BenchmarkPalette_50000Processes measures the palette in a fleet of 50,000 processes: a few
// milliseconds a question.
func BenchmarkPalette_50000Processes(b *testing.B) {
	s := manyProcesses()
	s.Groups()
	for _, text := range []string{"w", "worker_49 node-0999", "restart worker_1"} {
		b.Run(text, func(b *testing.B) {
			search := paletteSearch{base: sampleBase(cesi.Admin), snapshot: s, back: "/"}
			for b.Loop() {
				search.find(text)
			}
		})
	}
}

func TestPalette_EscapesHostileNames(t *testing.T) {
	r := viewtest.Renderer(t, "")
	for _, evil := range fleettest.HostileNames {
		item := newNodeItem(hostileNode(evil))
		action := paletteItem{Action: cesi.ActionStop, Label: view.ActionOfNode(cesi.ActionStop, evil), Link: "/x"}
		w := httptest.NewRecorder()
		if err := r.RenderPartial(w, http.StatusOK, nil, "palette_results", paletteResults{Items: []paletteItem{item, action}}); err != nil {
			t.Fatal(err)
		}
		doc, err := goquery.NewDocumentFromReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if doc.Find("[role=option]").Length() != 2 || doc.Find("script, img").Length() > 0 {
			t.Errorf("%q breaks out: %v", evil, doc.Text())
		}
	}
}
