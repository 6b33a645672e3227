// Command demo runs CeSI on its own small fleet, for `make demo`: three real
// supervisords on loopback with programs of every kind, and the dashboard. All files
// are in one temporary folder, which is removed at the end.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	binary := flag.String("cesi", "./cesi", "the cesi binary to run")
	port := flag.Int("port", 5000, "the dashboard's port, if it is free")
	nodePort := flag.Int("node-port", 9101, "the first node's port, if it is free")
	flag.Parse()
	if err := run(ctx, *binary, *port, *nodePort, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run starts the fleet and the dashboard, and ends both with ctx.
func run(ctx context.Context, binary string, port, nodePort int, out io.Writer) (err error) {
	supervisord, err := exec.LookPath("supervisord")
	if err != nil {
		return fmt.Errorf("supervisord is missing: install it with your package manager (Debian: apt-get install supervisor)")
	}
	dir, err := os.MkdirTemp("", "cesi-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fleet, err := newFleet(dir, nodePort, out)
	if err != nil {
		return err
	}
	var started []*child
	defer func() { endAll(started, out) }()
	for _, n := range fleet {
		c, err := startChild(filepath.Join(dir, n.Name+".out"), supervisord, "-n", "-c", n.conf)
		if err != nil {
			return err
		}
		started = append(started, c)
	}
	port = freePort(port, out)
	conf, password, err := writeConfig(dir, port, fleet)
	if err != nil {
		return err
	}
	log := filepath.Join(dir, "cesi.out")
	c, err := startChild(log, binary, "-c", conf)
	if err != nil {
		return err
	}
	started = append([]*child{c}, started...)
	url := fmt.Sprintf("http://localhost:%d", port)
	if err := waitReady(ctx, url+"/readyz", c); err != nil {
		copyFile(out, log)
		return err
	}
	fmt.Fprintf(out, "\nCeSI runs on %s\n  user      admin\n  password  %s\n\nConfiguration, database and logs are in %s.\nCtrl-C ends it all and removes them.\n", url, password, dir)
	select {
	case <-ctx.Done():
	case <-c.ended:
		copyFile(out, log)
		return fmt.Errorf("cesi ended by itself")
	}
	fmt.Fprintln(out, "\nEnding …")
	return nil
}

// copyFile shows a child's output after an error.
func copyFile(out io.Writer, path string) {
	if text, err := os.ReadFile(path); err == nil {
		_, _ = out.Write(text)
	}
}
