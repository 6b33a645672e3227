package server

import (
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/server/pages"
	"cesi/internal/supervisor/supervisortest"
)

// Attacks, and the tests of the bounds against them. Those in this file send odd
// requests to a whole server, or use odd nodes; the others are next to their code.
//
//	A request ends the process
//	    live pages              TestLive_EveryRouteByEveryRole, TestLive_EqualPagesHaveOneAddress
//	    handlers                TestPanic_ReplyHasNoDetails, TestPanic_BreaksOffStartedReply
//	    other goroutines        cesi: TestContain_*; e2e: TestGoroutines_AreContained
//	    fleet, logs, live       TestPoller_PanicIsAFailureOfTheNode, TestControl_Panic*,
//	                            TestFeed_PanicEndsOnlyItself, TestHub_PanicEndsOnePageOnly
//	A reply ends or fills the process (internal/supervisor)
//	    depth, counts, size     TestDecode_HostileRepliesAreBounded, FuzzDecode
//	    headers and bodies      TestCalls_EndlessHeadersAreRefused, TestCalls_EndlessBodiesAreRefused
//	    names and texts         TestDecode_ClipsTextsButNotLogs, TestHostile_LongNamesOnANode
//	    processes               TestPoller_ProcessesAreBounded, TestConfigs_CountIsBounded,
//	                            TestHistory_StoresProcessAfterAMinute, TestNodePage_Pages
//	State that grows with what is sent
//	    live views              TestLive_OpenStreamsAreBounded
//	    log streams             TestLogStream_CapPerUser, logs: TestTail_CapsPerNodeAndUser
//	    sessions, tokens        auth: TestSessions_PerUserAreBounded; store: TestToken_CountIsBounded
//	    entries, forced polls   TestRates_ViewerCannotFloodTheActivityLog, TestRates_PollsPerUser
//	    failed log-ins          auth: TestThrottle_FloodIsBoundedAndKeepsWaits, TestFailures_FloodIsBoundedAndCounted
//	    connections             conns: TestLimiter_*; e2e: TestConnections_IdleOnesBlockNothing
//	Computing without end
//	    regular expressions     logs: TestQuery_HugeExpressionIsRefused,
//	                            TestQuery_EndsWithContext, TestSearch_TimeIsBounded
//	    sizes of logs           supervisor: TestLogSize_FailingGateway
//	    long queries            TestQuery_LongValueIsRefused, TestHostile_Requests
//	The store and the clock
//	    the file                store: TestServerLock_*, TestDatabaseFile_RemovedRefusesWritesUntilBack
//	    a log that hangs        store: TestMirror_HangingFileBlocksNothing
//	    a clock that jumps      store: TestClock_*; e2e: TestRetention_RemovesNothingAfterClockJump
//	Accounts (internal/auth)
//	    lockout                 TestLogin_KnownDeviceIsNotLockedOut,
//	                            TestLogin_KnownBrowserIsNotLockedOut (server)
//	    names and tokens        cesi: TestFoldUserName_EqualNames; TestTokens_CannotChangeAccounts (server),
//	                            TestToken_EndsWithPasswordReset
//	    guessing                TestPassword_UnknownUserTakesAsLong, TestCommonPasswords_RefusedEverywhere
//	    old sessions            TestSession_EndsWhenIdle, TestHeaders_StrictTransportOnlyWithHTTPS (server)
//	Texts from other machines
//	    spreadsheets            TestActivityExport_CSVIsSafeInSpreadsheets
//	    terminals               e2e: TestCheckConnect_TextOfNodeIsHarmless
//	    pages                   TestPages_EscapeHostileNames, TestPalette_EscapesHostileNames
//	    messages                cesi: TestErrorf_MessageIsBounded

// The bounds of one odd request. They are generous: each takes some milliseconds.
const (
	oddTime  = 15 * time.Second
	oddReply = 300 << 10
	oddHeap  = 64 << 20 // all of them together may leave in use
)

// counted repeats a parameter with another value each.
func counted(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// oddRequest is a request of a logged-in user.
type oddRequest struct {
	method, path, body string
	header             with
}

func oddRequests() []oddRequest {
	var list []oddRequest
	queries := []string{
		counted("p%d=v&", 10_000), counted("state=s%d&", 10_000), counted("action=a%d&", 5000), counted("result=r%d&", 5000), counted("process=n/g:p%d&", 5000),
		"page=99999999999999999999&limit=-1&before=99999999999999999999&offset=-5&length=9e9&since=99999-99-99&until=-1&environment=%00",
		"page=9223372036854775807&limit=9223372036854775807&before=9223372036854775807&offset=9223372036854775807&length=9223372036854775807",
		"%zz&=&&;&a;b&q=%ff%fe%00&sort=%00&attention=%f0%9f%92%a9&signal=" + strings.Repeat("9", 1900),
		"regexp=1&q=" + url.QueryEscape(strings.Repeat("(a{1,50}){1,20}", 120)),
		"regexp=1&q=" + url.QueryEscape("(?i)"+strings.Repeat(`[\pL\PL]`, 240)),
		"at=" + url.QueryEscape("/processes?"+strings.Repeat("at=%252f", 100)) + "&next=" + strings.Repeat("/..", 2000) + "&back=" + strings.Repeat("%2e%2e/", 500),
	}
	for _, page := range []string{
		"/", "/nodes", "/nodes/n", "/nodes/n/processes/g:p", "/processes", "/groups", "/groups/g", "/environments", "/activity", "/palette", "/users",
		"/command", "/nodes/n/confirm", "/nodes/n/daemon/confirm", "/nodes/n/log/search", "/nodes/n/processes/g:p/log/stdout/search",
		"/api/v2/processes", "/api/v2/activitylogs", "/api/v2/activitylogs/export", "/api/v2/nodes/n/log/search",
	} {
		for _, query := range queries {
			list = append(list, oddRequest{path: page + "?" + query})
		}
	}
	for _, path := range []string{
		"//evil.example/", "//evil.example/%2e%2e", "/%5cevil.example/", "/.//evil.example/", "/nodes/%2e%2e/daemon", "/nodes//n", "//nodes", "/nodes/n//",
		"/nodes/n/%2e%2e/%2e%2e/users", "/static/../../etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd", "/static//", "/static/%00", "/nodes/%00",
		"/nodes/" + strings.Repeat("a", 60_000), "/nodes/" + strings.Repeat("a/", 30_000), "/" + strings.Repeat("%2f", 20_000), "/users/%c3%89", "/users/%ff%fe",
		"/activity/-1", "/activity/99999999999999999999", "/api/v2/nodes/{node}", "/groups/%2e", "/environments/%2e%2e", "/nodes/n/processes/:",
		"/nodes/n/processes/" + strings.Repeat(":", 60_000), "/nodes/n/processes/%e2%80%ae", "/api/v2/activitylogs/" + strings.Repeat("9", 60_000), "/nodes;a=b", "/..;/users",
	} {
		list = append(list, oddRequest{path: path})
	}
	for _, at := range []string{
		"/live", "/live?at=/live", "//nodes", "/nodes//n", "/./nodes", "/nodes/%2e%2e/users", "/nodes/..%2f..", "/nodes/n/log/download", "/nodes/n/processes/g:p/log/tail",
		"/api/v2/nodes", "/nodes/{node}", "/nodes/%7Bprocess%7D/processes/%7Bnode%7D", "/NODES", "/nodes;x", "/nodes/n%00", "/nodes/n%23x", "/nodes/\u202en", "/activity/-1",
		"/activity/99999999999999999999", "/groups/%", "/processes?" + counted("state=%d&", 400), "/activity/purge", "/nodes/n/confirm", "/static/cesi.css", "/logout",
	} {
		list = append(list, oddRequest{method: http.MethodHead, path: "/live?at=" + url.QueryEscape(at)})
	}
	for _, method := range []string{"TRACE", http.MethodOptions, "PROPFIND", strings.Repeat("A", 5000)} {
		list = append(list, oddRequest{method: method, path: "/nodes/n"})
	}
	return append(list, oddBodies()...)
}

func oddBodies() []oddRequest {
	var list []oddRequest
	for _, header := range []with{
		{"Accept-Language", strings.Repeat("zh-Hans-x-a-b-c,", 3500)}, {"Accept-Language", strings.Repeat("a-", 30_000)}, {"Accept-Language", "zh" + strings.Repeat("-u-co", 10_000)},
		{"X-Forwarded-For", strings.Repeat("127.0.0.1,", 6000)}, {"X-Forwarded-For", strings.Repeat("[", 50_000)}, {"X-Forwarded-Proto", strings.Repeat("https,", 10_000)},
		{"Accept-Encoding", strings.Repeat("gzip;q=0.0,", 5000)}, {"Range", "bytes=" + strings.Repeat("0-1,", 10_000)}, {"If-None-Match", strings.Repeat(`"a",`, 10_000)},
		{"Last-Event-ID", strings.Repeat("9", 60_000)}, {"Authorization", "Bearer " + strings.Repeat("cesi_", 10_000)}, {"X-API-Key", strings.Repeat("a", 60_000)},
		{"Origin", strings.Repeat("http://a", 7000)}, {"Host", strings.Repeat("a.", 8000)}, {"Content-Type", "multipart/form-data; boundary=" + strings.Repeat("a", 60_000)},
		{"HX-Current-URL", "http://x/" + strings.Repeat("%2e%2e/", 8000)}, {"Referer", strings.Repeat("//", 30_000)},
	} {
		list = append(list, oddRequest{path: "/nodes/n", header: header}, oddRequest{path: "/static/cesi.css", header: header},
			oddRequest{method: http.MethodPost, path: "/profile/preferences", body: "language=en&scheme=dark", header: header})
	}
	for _, path := range []string{
		"/login", "/command", "/users", "/profile/tokens", "/profile/preferences", "/profile/password", "/nodes/n/stop", "/nodes/n/processes/g:p/signal",
		"/nodes/n/processes/g:p/stdin", "/activity/purge", "/nodes/n/update", "/users/viewer/role",
	} {
		for _, body := range []string{
			counted("p%d=v&", 10_000), counted("process=n/g:p%d&", 40_000), "a=" + strings.Repeat("%41", 300_000), strings.Repeat("&", 1<<20), strings.Repeat("a;", 1<<18),
			"username=" + strings.Repeat("%F0%9F%92%A9", 80_000) + "&name=" + strings.Repeat("é", 100_000) + "&days=99999999999&role=viewer&signal=" + strings.Repeat("9", 9999),
		} {
			list = append(list, oddRequest{http.MethodPost, path, body, asForm()})
		}
	}
	for _, path := range []string{
		"POST /api/v2/commands", "POST /api/v2/users", "PUT /api/v2/users/viewer/role", "PUT /api/v2/profile/password", "POST /api/v2/profile/tokens", "POST /api/v2/auth/login",
		"POST /api/v2/nodes/n/processes/g:p/signal", "POST /api/v2/nodes/n/processes/g:p/stdin", "DELETE /api/v2/activitylogs",
	} {
		method, path, _ := strings.Cut(path, " ")
		for _, body := range []string{
			strings.Repeat("[", 1<<19) + strings.Repeat("]", 1<<19-1), `{"action":` + strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000) + "}",
			strings.Repeat(`{"a":[`, 100_000), `{` + strings.Repeat(`"aaaa":1,`, 100_000) + `"b":1}`, `{"role":` + strings.Repeat("9", 1_000_000) + `}`, `{"limit":1e999999999}`,
			`{"action":"start","targets":[` + counted(`"n/g:p%d",`, 50_000) + `"n/g:p"]}`, `{"username":"` + strings.Repeat(`\ud800`, 100_000) + `"}`, "\ufeff{}",
		} {
			list = append(list, oddRequest{method, path, body, with{"Content-Type", "application/json"}})
		}
	}
	return list
}

// TestHostile_Requests sends odd requests of a logged-in user. None may make CeSI
// fail, take long, get a long answer, stay in memory or lead to another site.
func TestHostile_Requests(t *testing.T) {
	_, nodes := fakeNode(t)
	h := startServer(t, nodes)
	h.addUsers()
	b := h.as("admin")
	before := heapInUse()
	for _, r := range oddRequests() {
		if r.method == "" {
			r.method = http.MethodGet
		}
		what := fmt.Sprintf("%.9s %.60s %.40q %.30s", r.method, r.path, r.body, r.header.name)
		headers := []with{r.header}
		if r.header.name == "" {
			headers = nil
		}
		began := time.Now()
		got := b.do(r.method, r.path, r.body, headers...)
		if took := time.Since(began); got.status >= http.StatusInternalServerError || took > oddTime || len(got.body) > oddReply {
			t.Errorf("%s: %d with %d bytes after %v", what, got.status, len(got.body), took)
		}
		if to, err := url.Parse(got.location); err != nil || to.Host != "" || strings.HasPrefix(got.location, "//") {
			t.Errorf("%s leads to %.60q", what, got.location)
		}
	}
	h.log.mu.Lock()
	written := int64(h.log.b.Len())
	h.log.mu.Unlock()
	if log := h.log.String(); strings.Contains(log, "panic") {
		t.Errorf("something panicked: %.3000s", log[strings.Index(log, "panic"):])
	}
	if kept := heapInUse() - before - written; kept > oddHeap {
		t.Errorf("%d bytes stay in use", kept)
	}
}

func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestHostile_LongNamesOnANode checks that pages stay readable when all names of a
// node are as long as a reply allows.
func TestHostile_LongNamesOnANode(t *testing.T) {
	t.Parallel()
	var processes []cesi.Process
	for i := range pages.NodeRows + 20 {
		processes = append(processes, fakeProcess(fmt.Sprint(i%300)+strings.Repeat("%\"工", 300), fmt.Sprint(i)+strings.Repeat("\"工", 700), cesi.Fatal))
	}
	node := supervisortest.StartFleet(t).Add("n", processes...).Node()
	node.Timeout = 30 * time.Second
	_, admin := startServerAs(t, cesi.Admin, []cesi.Node{node})
	for _, path := range []string{"/", "/nodes", "/nodes/n", "/processes", "/groups", "/nodes/n/daemon", "/palette?q=stop", "/nodes/n/confirm?action=stop"} {
		if got := admin.get(path); got.status != http.StatusOK || len(got.body) > 16<<20 {
			t.Errorf("%s: %d with %d bytes", path, got.status, len(got.body))
		}
	}
}

func TestHostile_RowsDoNotRepeatTheQuery(t *testing.T) {
	t.Parallel()
	var processes []cesi.Process
	for i := range 200 {
		processes = append(processes, fakeProcess(fmt.Sprint("g", i), "p", cesi.Running))
	}
	node := supervisortest.StartFleet(t).Add("n", processes...).Node()
	_, admin := startServerAs(t, cesi.Admin, []cesi.Node{node})
	for _, query := range []string{counted("x=%d&", 5000), "environment=" + strings.Repeat("%22", 1900), "attention=" + strings.Repeat("%22", 1900)} {
		for _, path := range []string{"/", "/nodes/n", "/processes", "/groups", "/groups/g1", "/nodes/n/processes/g1:p"} {
			plain, long := admin.get(path), admin.get(path+"?"+query)
			if len(long.body) > len(plain.body)+100<<10 {
				t.Errorf("%s: %d bytes, and %d with a query of %d", path, len(plain.body), len(long.body), len(query))
			}
		}
	}
}
