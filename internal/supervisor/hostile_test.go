package supervisor_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"
)

// listenAndSay answers the first request of every connection with a text and then
// another, which it repeats without end unless it is empty. It returns the URL.
func listenAndSay(t *testing.T, first, again string) string {
	t.Helper()
	return listen(t, func(conn net.Conn) {
		request, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body) // an unread rest would reset the connection
		_, err = io.WriteString(conn, first)
		for err == nil && again != "" {
			_, err = io.WriteString(conn, again)
		}
	})
}

// listen serves every connection by serve, and closes it then. It returns the URL.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// TestCalls_EndlessHeadersAreRefused checks the same bound for every kind of call.
func TestCalls_EndlessHeadersAreRefused(t *testing.T) {
	t.Parallel()
	const ok = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
	for name, again := range map[string]string{
		"many lines": strings.Repeat("X-A: "+strings.Repeat("b", 50)+"\r\n", 100),
		"one line":   strings.Repeat("b", 1<<16),
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, cesi.Node{Name: "n", URL: listenAndSay(t, ok, again)})
			for method, do := range map[string]func(context.Context) error{
				"start": func(ctx context.Context) error { return c.StartProcess(ctx, id(t, "a")) },
				"list":  func(ctx context.Context) error { _, err := c.Processes(ctx); return err },
			} {
				began := time.Now()
				err := do(within(t, 30*time.Second))
				if !strings.Contains(cesi.TextOf(err).String(), "header") || time.Since(began) > 10*time.Second {
					t.Errorf("%s: %v after %v", method, err, time.Since(began))
				}
			}
		})
	}
}

func TestCalls_EndlessBodiesAreRefused(t *testing.T) {
	t.Parallel()
	c := dial(t, cesi.Node{Name: "n", URL: listenAndSay(t, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n", strings.Repeat("x", 1<<16))})
	if err := c.StartProcess(within(t, 30*time.Second), id(t, "a")); cesi.CauseOf(err) != cesi.CauseTooLarge {
		t.Error(err)
	}
}

func TestConfigs_CountIsBounded(t *testing.T) {
	t.Parallel()
	var processes []cesi.Process
	for i := range cesi.MaxProcesses + 5 {
		processes = append(processes, cesi.Process{ProcessID: cesi.ProcessID{Group: "g", Name: fmt.Sprintf("p%05d", cesi.MaxProcesses+5-i)}})
	}
	fake := supervisortest.StartFleet(t).Add("n", processes...)
	configs, err := dial(t, fake.Node()).Configs(within(t, 30*time.Second))
	if err != nil || len(configs) != cesi.MaxProcesses || configs[0].Name != "p00001" {
		t.Errorf("%d are kept, %v", len(configs), err)
	}
}
