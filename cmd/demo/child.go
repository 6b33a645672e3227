package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// child is a program that the demo starts and ends.
type child struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// startChild runs a program in its own process group, so that a Ctrl-C in the terminal
// reaches it only through the demo. Its output goes to a file.
func startChild(output, name string, args ...string) (*child, error) {
	file, err := os.Create(output)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = file, file
	cmd.Dir = filepath.Dir(output)
	if cmd.Path, err = filepath.Abs(cmd.Path); err != nil {
		return nil, err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	c := &child{cmd: cmd, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // the exit status does not matter
		close(c.ended)
	}()
	return c, nil
}

// endAll ends the children, all at once; a supervisord ends its programs. A child that
// does not end in time is killed.
func endAll(children []*child, out io.Writer) {
	for _, c := range children {
		_ = c.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	}
	deadline := time.After(20 * time.Second)
	for _, c := range children {
		select {
		case <-c.ended:
		case <-deadline:
			fmt.Fprintf(out, "%s did not end in time and is killed\n", c.cmd.Path)
			_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
			<-c.ended
		}
	}
}

// waitReady waits until the URL answers 200, or until the child or ctx ends.
func waitReady(ctx context.Context, url string, c *child) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("cesi did not get ready: %w", ctx.Err())
		case <-c.ended:
			return fmt.Errorf("cesi did not start")
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// freePort returns the wanted port, or says that it is taken and returns another.
func freePort(wanted int, out io.Writer) int {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", wanted))
	if err != nil {
		if listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return wanted
		}
		fmt.Fprintf(out, "port %d is taken: using %d instead\n", wanted, listener.Addr().(*net.TCPAddr).Port)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
