package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/config"
	"cesi/internal/supervisor"
)

// errProblems is the result of check when it has printed problems.
var errProblems = errors.New("there are problems")

// check prints the problems of the configuration and, with --connect, of its nodes.
func check(ctx context.Context, args []string, stdout io.Writer) error {
	flags := newFlags("check")
	path := flags.String("c", "", "the configuration's path")
	connect := flags.Bool("connect", false, "also try each node")
	if err := parse(flags, args); err != nil {
		return printHelp(err, stdout)
	}
	if err := rejectArgs(flags); err != nil {
		return err
	}
	conf, err := findConfig(*path)
	var problems *config.Error
	if errors.As(err, &problems) {
		printFindings(stdout, problems.Findings)
		return fmt.Errorf("%w: %d", errProblems, len(problems.Problems))
	}
	if err != nil {
		return err
	}
	printFindings(stdout, conf.Warnings)
	warnings := slices.Concat(readableFiles(conf.Database), unfitActivityLog(conf), weakPassword(conf))
	for _, warning := range warnings {
		fmt.Fprintln(stdout, "warning:", oneLine(warning))
	}
	fmt.Fprintf(stdout, "%s: fine, %s\n", conf.Path, plural(len(conf.Nodes), "node"))
	if *connect {
		return checkNodes(ctx, conf.Nodes, stdout)
	}
	return nil
}

// weakPassword says what is wrong with the first administrator's password, which is
// accepted nevertheless.
func weakPassword(conf *config.Config) []string {
	if conf.AdminPassword == "" {
		return nil
	}
	err := auth.CheckPassword(conf.AdminPassword.Reveal())
	if err == nil {
		return nil
	}
	return []string{fmt.Sprintf("%s: [cesi]: admin_password: %s", conf.Path, cesi.TextOf(err).String())}
}

func printFindings(stdout io.Writer, findings []config.Problem) {
	for _, f := range findings {
		if f.Warning {
			fmt.Fprint(stdout, "warning: ")
		}
		fmt.Fprintln(stdout, oneLine(f.String()))
	}
}

// checkNodes asks all nodes at once and prints their answers in the order of the
// configuration.
func checkNodes(ctx context.Context, nodes []cesi.Node, stdout io.Writer) error {
	lines := make([]string, len(nodes))
	failed := make([]bool, len(nodes))
	var all sync.WaitGroup
	for i, node := range nodes {
		all.Go(func() {
			line, err := checkNode(ctx, node)
			if err != nil {
				line, failed[i] = cesi.TextOf(err).String(), true
			}
			lines[i] = oneLine(fmt.Sprintf("%s (%s): %s", node.Name, node.Address(), line))
		})
	}
	all.Wait()
	bad := 0
	for i, line := range lines {
		fmt.Fprintln(stdout, line)
		if failed[i] {
			bad++
		}
	}
	if bad > 0 {
		return fmt.Errorf("%w: %d of %d nodes can't be used", errProblems, bad, len(nodes))
	}
	return nil
}

func checkNode(ctx context.Context, node cesi.Node) (string, error) {
	client, err := supervisor.New(node)
	if err != nil {
		return "", err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, node.Timeout)
	defer cancel()
	info, err := client.Info(ctx)
	if err != nil {
		return "", err
	}
	processes, err := client.Processes(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("fine, supervisord %s with %s", info.Version, plural(len(processes), "process")), nil
}

// plural counts in English: "1 node", "2 processes".
func plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "s"):
		return fmt.Sprintf("%d %ses", n, noun)
	default:
		return fmt.Sprintf("%d %ss", n, noun)
	}
}
