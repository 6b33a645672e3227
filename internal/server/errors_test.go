package server

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/server/api"
)

func TestErrors_StatusOfEachKind(t *testing.T) {
	h := startServer(t, nil)
	h.addUser("viewer", cesi.Viewer)
	for kind, want := range map[cesi.Kind]int{
		cesi.Internal: 500, cesi.NotFound: 404, cesi.Invalid: 400, cesi.Unauthorized: 401, cesi.Forbidden: 403, cesi.Conflict: 409,
		cesi.Busy: 409, cesi.Throttled: 429, cesi.TooOften: 429, cesi.TooManyOpen: 429, cesi.Unreachable: 502, cesi.Timeout: 504, cesi.Fault: 422, cesi.Unavailable: 503,
	} {
		failing := h.public(func(http.ResponseWriter, *http.Request) error {
			cause := cesi.Wrap(kind, errors.New("dial 10.0.0.1: the <secret> detail"), "the node said no")
			return fmt.Errorf("select from secrets: %w", cause)
		})
		page := h.withRoute(t, "/failing", failing).as("viewer").get("/failing")
		answer := h.withRoute(t, "/api/v2/failing", failing).as("viewer").get("/api/v2/failing")
		var failure api.ErrorJSON
		answer.json(t, &failure)
		if page.status != want || answer.status != want || failure.Status != "error" || failure.Kind != kind.String() {
			t.Errorf("%v: %d, %d %+v", kind, page.status, answer.status, failure)
		}
		sentence := "the node said no"
		if kind == cesi.Internal {
			sentence = "Internal error; see CeSI's log."
		}
		if said := page.page(t).Find("main section p bdi").Text(); !strings.EqualFold(said, sentence) || failure.Message != sentence {
			t.Errorf("%v: the page says %q, the answer %q", kind, said, failure.Message)
		}
		if strings.Contains(page.body+answer.body, "secret") {
			t.Errorf("%v: internals are shown", kind)
		}
		if logged := strings.Contains(h.log.String(), "secret"); logged != (kind == cesi.Internal) && kind == cesi.Internal {
			t.Errorf("%v is logged: %v", kind, logged)
		}
	}
	if got := strings.Count(h.log.String(), "request failed"); got != 4 {
		t.Errorf("%d failures are logged, want those of kinds internal and unavailable, which are 4: %s", got, h.log)
	}
}

func TestErrors_BrokenDatabaseShowsNoDetails(t *testing.T) {
	h, b := startServerAs(t, cesi.Admin, nil)
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	for path, got := range map[string]reply{
		"/nodes":        b.get("/nodes"),
		"/api/v2/users": b.get("/api/v2/users"),
		"/login":        h.anybody().post("/login", loginForm("admin", passwordOf("admin"))),
		"api login":     h.anybody().do(http.MethodPost, "/api/v2/auth/login", `{"username":"a","password":"b"}`),
	} {
		t.Run(path, func(t *testing.T) {
			if got.status != http.StatusInternalServerError || !strings.Contains(got.body, "Internal error; see CeSI") ||
				strings.Contains(got.body, "sql") || strings.Contains(got.body, "database is closed") {
				t.Errorf("%s: %d %s", path, got.status, got.body)
			}
		})
	}
	if !strings.Contains(h.log.String(), "database is closed") {
		t.Error("the log does not say what it was")
	}
	if got := h.anybody().get("/login"); got.status != http.StatusOK {
		t.Errorf("the login page: %d", got.status)
	}
}

func TestErrors_LockedDatabaseIs503(t *testing.T) {
	t.Parallel()
	h, b := startServerAs(t, cesi.Admin, nil)
	lock, err := sql.Open("sqlite", "file:"+h.path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	tx, err := lock.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	var wg sync.WaitGroup
	for what, ask := range map[string]func() reply{
		"user, page": func() reply {
			return b.post("/users", url.Values{"username": {"eve"}, "role": {"viewer"}})
		},
		"user, API": func() reply {
			return b.do(http.MethodPost, "/api/v2/users", `{"username":"eve","password":"a long password","usertype":3}`)
		},
		"token, page": func() reply { return b.post("/profile/tokens", url.Values{"name": {"ci"}, "days": {"30"}}) },
		"token, API":  func() reply { return b.do(http.MethodPost, "/api/v2/profile/tokens", `{"name":"ci"}`) },
		"preferences": func() reply { return b.post("/profile/preferences", url.Values{"scheme": {"dark"}}) },
	} {
		wg.Go(func() {
			got := ask()
			if got.status != http.StatusServiceUnavailable || !strings.Contains(strings.ToLower(got.body), "the database is locked by another program") ||
				strings.Contains(got.body, "SQLITE") {
				t.Errorf("%s: %d %s", what, got.status, got.body)
			}
		})
	}
	wg.Wait()
}
