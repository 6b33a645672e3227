package main

import (
	"bytes"
	"log/slog"
	"os"
	"strconv"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// self identifies the program of a supervisord that this process is, if any. Then it
// also reads standard input from now on, to prove it.
func self(log *slog.Logger) fleet.Self {
	id := cesi.ProcessID{Group: os.Getenv("SUPERVISOR_GROUP_NAME"), Name: os.Getenv("SUPERVISOR_PROCESS_NAME")}
	if id.Name == "" {
		return fleet.Self{}
	}
	stdin := fleet.NewStdin()
	go func() {
		_ = cesi.Contain(log, "read the standard input", func() error { // Contain has logged it
			stdin.Read(os.Stdin)
			return nil
		})
	}()
	return fleet.Self{Process: id, PID: os.Getpid(), Parent: os.Getppid(), Started: started(), Proof: stdin}
}

// ticks is how many ticks a second has in the kernel's start times (USER_HZ on every
// Linux that Go supports).
const ticks = 100

// started returns when the kernel started this process; zero if unknown. A program that
// has executed itself keeps its time.
func started() time.Time {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return time.Time{}
	}
	system, err := os.ReadFile("/proc/stat")
	if err != nil {
		return time.Time{}
	}
	return startFrom(stat, system)
}

// startFrom reads the start from /proc/self/stat, whose 22nd field it is, in ticks
// since boot, and /proc/stat, which has the time of the boot.
func startFrom(stat, system []byte) time.Time {
	_, after, found := bytes.Cut(stat[max(0, bytes.LastIndexByte(stat, ')')):], []byte(") "))
	_, boot, told := bytes.Cut(system, []byte("\nbtime "))
	fields := bytes.Fields(after) // beginning with the third
	if !found || !told || len(fields) < 20 {
		return time.Time{}
	}
	boot, _, _ = bytes.Cut(boot, []byte("\n"))
	since, err := strconv.ParseInt(string(fields[19]), 10, 64)
	if err != nil {
		return time.Time{}
	}
	seconds, err := strconv.ParseInt(string(boot), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0).Add(time.Duration(since) * (time.Second / ticks))
}
