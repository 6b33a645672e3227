package e2e

import (
	"bufio"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"cesi/internal/supervisor/supervisortest"
)

// TestFollow_KillIsOnTheLivePage kills a program of a node that is polled once a minute:
// the new pid comes to an open page all the same.
func TestFollow_KillIsOnTheLivePage(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: "[program:web]\ncommand = tail -f /dev/null\nstartsecs = 0\n"})
	in := startCesi(t, nodesConf(s.Node("n")), "poll_interval = 60")
	b := in.login(t)
	waitFollowed(t, b)
	b.client.Timeout = 0
	response, err := b.client.Do(b.request(http.MethodGet, "/live?at=/nodes/n", "", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	watchdog := time.AfterFunc(50*time.Second, func() { response.Body.Close() })
	defer watchdog.Stop()
	page := bufio.NewScanner(response.Body)
	page.Buffer(nil, 1<<20)
	pidOnPage := regexp.MustCompile(`cell-pid mono">\s*(?:<span[^>]*>pid</span>)?\s*(\d+)`)
	pid := s.ProcessPID("web")
	var took []time.Duration
	for range 7 {
		time.Sleep(time.Duration(200+rand.IntN(700)) * time.Millisecond) // idle, as most are
		began := time.Now()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for old := pid; pid == old; {
			if !page.Scan() {
				t.Fatalf("no new pid after %v: %v", time.Since(began), page.Err())
			}
			if m := pidOnPage.FindStringSubmatch(page.Text()); m != nil {
				pid, _ = strconv.Atoi(m[1])
			}
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	t.Logf("a kill is on the page after %v (median), %v at most", took[len(took)/2], took[len(took)-1])
}

// waitFollowed waits until node n is followed.
func waitFollowed(t *testing.T, b *browser) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		var answer struct {
			Node struct {
				General struct {
					Followed bool `json:"followed"`
				} `json:"general"`
			} `json:"node"`
		}
		if b.api(http.MethodGet, "/api/v2/nodes/n", nil, &answer); answer.Node.General.Followed {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the node is not followed")
		}
	}
}
