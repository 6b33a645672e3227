package server

import (
	"fmt"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"
)

// health is how a server answers /healthz and /readyz.
func (h *harness) health() string {
	h.t.Helper()
	lives, ready := h.anybody().get("/healthz"), h.anybody().get("/readyz")
	return fmt.Sprintf("%d %q, %d %q", lives.status, lives.body, ready.status, ready.body)
}

const (
	wellAndReady = `200 "ok\n", 200 "ready\n"`
	wellNotReady = `200 "ok\n", 503 "not ready\n"`
)

func TestReadyz_WaitsForFirstPollOfEveryNode(t *testing.T) {
	hangs := supervisortest.StartFleet(t).Add("n")
	hangs.Misbehave(supervisortest.Hang)
	h := startServer(t, []cesi.Node{hangs.Node()}, func(s *setup) { s.unready = true })
	if got := h.health(); got != wellNotReady {
		t.Errorf("before it: %s", got)
	}
	down := cesi.Node{Name: "n", URL: "http://127.0.0.1:1", Timeout: hangs.Node().Timeout}
	asked := startServer(t, []cesi.Node{down})
	if got := asked.health(); got != wellAndReady {
		t.Errorf("with a node that is down: %s", got)
	}
	if got := startServer(t, nil).health(); got != wellAndReady {
		t.Errorf("without nodes: %s", got)
	}
}

func TestReadyz_FailsWhileDatabaseIsLocked(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	conn, err := h.another().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, step := range []struct{ statement, want string }{
		{"BEGIN IMMEDIATE", wellNotReady},
		{"ROLLBACK", wellAndReady},
	} {
		if _, err := conn.ExecContext(t.Context(), step.statement); err != nil {
			t.Fatal(err)
		}
		if got := h.health(); got != step.want {
			t.Errorf("after %s: %s", step.statement, got)
		}
	}
}
