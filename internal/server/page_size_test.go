package server

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/supervisor/supervisortest"

	"github.com/PuerkitoBio/goquery"
)

// Bounds of the first visit of the dashboard, in bytes as sent.
const (
	mostInAll   = 150 << 10
	mostScripts = 60 << 10
)

// packedBytes requests a path as a browser does, and returns the size of the reply as
// sent.
func (b *browser) packedBytes(t *testing.T, path string) int {
	t.Helper()
	response := b.send(http.MethodGet, path, "", with{"Accept-Encoding", "gzip, deflate, br"}, with{"Sec-Fetch-Site", "same-origin"})
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", path, response.StatusCode, err)
	}
	if response.Header.Get("Content-Encoding") != "gzip" && len(body) > 1000 {
		t.Errorf("%s is sent as it is, %d bytes", path, len(body))
	}
	return len(body)
}

// loaded lists the addresses that a browser gets for a page.
func loaded(page *goquery.Document) []string {
	seen := make(map[string]bool)
	var list []string
	page.Find("script[src], img[src], link[href], use").Each(func(_ int, e *goquery.Selection) {
		address, _, _ := strings.Cut(e.AttrOr("src", e.AttrOr("href", "")), "#")
		if address != "" && !seen[address] {
			seen[address] = true
			list = append(list, address)
		}
	})
	return list
}

func TestDashboard_FirstVisitIsSmall(t *testing.T) {
	fakes := supervisortest.StartFleet(t)
	var nodes []cesi.Node
	for n := range 20 {
		var processes []cesi.Process
		for p := range 20 {
			processes = append(processes, fakeProcess("group", fmt.Sprintf("program_%02d", p), cesi.States()[p%8]))
		}
		nodes = append(nodes, fakes.Add(fmt.Sprintf("node%02d", n), processes...).Node())
	}
	_, b := startServerAs(t, cesi.Admin, nodes)
	page := b.get("/").page(t)
	all, scripts := b.packedBytes(t, "/"), 0
	t.Logf("%7d bytes: the page, of 20 nodes with 400 processes", all)
	for _, address := range loaded(page) {
		if u, err := url.Parse(address); err != nil || u.Host != "" || u.Scheme != "" {
			t.Errorf("the page loads %s", address)
			continue
		}
		size := b.packedBytes(t, address)
		t.Logf("%7d bytes: %s", size, address)
		all += size
		if path.Ext(address) == ".js" {
			scripts += size
		}
	}
	t.Logf("%7d bytes in all (at most %d), %d of them scripts (at most %d)", all, mostInAll, scripts, mostScripts)
	if all > mostInAll || scripts > mostScripts || scripts == 0 {
		t.Error("too heavy")
	}
}

func TestNodes_PageIsLight(t *testing.T) {
	const most = 120_000 // bytes, not compressed
	fakes := supervisortest.StartFleet(t)
	var processes []cesi.Process
	for p := range 50 {
		state := cesi.Running
		if p%7 == 0 {
			state = cesi.Stopped
		}
		processes = append(processes, fakeProcess("group", fmt.Sprintf("program_%02d", p), state))
	}
	var nodes []cesi.Node
	for n := range request.PageRows + 20 {
		nodes = append(nodes, fakes.Add(fmt.Sprintf("node%04d", n), processes...).Node())
	}
	h, b := startServerAs(t, cesi.Admin, nodes)
	h.wait("all nodes to answer", func() bool { return h.fleet.Snapshot().NodesUp == len(nodes) })
	for _, path := range []string{"/nodes", "/nodes?q=node&state=up"} {
		got := b.get(path)
		if rows := got.page(t).Find("tr.node").Length(); got.status != http.StatusOK || rows != request.PageRows {
			t.Errorf("%s: %d, %d rows", path, got.status, rows)
		}
		t.Logf("%7d bytes: %s", len(got.body), path)
		if len(got.body) >= most {
			t.Errorf("%s: %d bytes, want fewer than %d", path, len(got.body), most)
		}
	}
}

func TestCompress_UnlessAnotherSiteAsks(t *testing.T) {
	_, nodes := fakeNode(t)
	_, b := startServerAs(t, cesi.Admin, nodes)
	for _, c := range []struct {
		path, accepted, site string
		want                 string
	}{
		{"/nodes/n", "gzip", "none", "gzip"},
		{"/nodes/n", "gzip", "same-origin", "gzip"},
		{"/nodes/n", "gzip", "cross-site", ""},
		{"/nodes/n", "gzip", "same-site", ""},
		{"/nodes/n", "deflate, gzip;q=0", "none", ""},
		{"/api/v2/nodes", "gzip", "", "gzip"},
		{"/api/v2/activitylogs/export", "gzip", "", ""},
		{"/live?at=/", "gzip", "same-origin", ""},
	} {
		t.Run(c.path, func(t *testing.T) {
			response := b.send(http.MethodGet, c.path, "", with{"Accept-Encoding", c.accepted}, with{"Sec-Fetch-Site", c.site})
			response.Body.Close()
			if got := response.Header.Get("Content-Encoding"); response.StatusCode != http.StatusOK || got != c.want {
				t.Errorf("%+v: %d, Content-Encoding %q", c, response.StatusCode, got)
			}
		})
	}
}
