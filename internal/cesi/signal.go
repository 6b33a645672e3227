package cesi

import (
	"slices"
	"strconv"
	"strings"
)

// MaxStdin bounds the text of one command to standard input, in bytes.
const MaxStdin = 4096

// Signals lists the signals that are offered, the usual ones first.
func Signals() []string {
	return []string{"HUP", "TERM", "INT", "QUIT", "USR1", "USR2", "KILL", "STOP", "CONT", "WINCH", "ALRM", "ABRT", "PIPE"}
}

// otherSignals are the other names that every system with supervisord knows.
func otherSignals() []string {
	return []string{"BUS", "CHLD", "FPE", "ILL", "IO", "PROF", "SEGV", "SYS", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "VTALRM", "XCPU", "XFSZ"}
}

// maxSignal is the highest number of a signal on Linux.
const maxSignal = 64

// ParseSignal reads a signal such as "HUP", "sighup" or "1", and returns it in
// supervisord's form: the name without SIG, or the number.
func ParseSignal(text string) (string, error) {
	text = strings.TrimSpace(text)
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= maxSignal {
		return strconv.Itoa(n), nil
	}
	name := strings.TrimPrefix(strings.ToUpper(text), "SIG")
	if slices.Contains(Signals(), name) || slices.Contains(otherSignals(), name) {
		return name, nil
	}
	return "", Errorf(Invalid, "%q is not a signal: want a name such as HUP, or a number from 1 to %d", text, maxSignal)
}

// SignalName returns the name of a Linux signal by its number; "" if it has no common
// name.
func SignalName(n int) string {
	return map[int]string{
		1: "HUP", 2: "INT", 3: "QUIT", 6: "ABRT", 9: "KILL", 10: "USR1", 12: "USR2", 13: "PIPE", 14: "ALRM", 15: "TERM",
		18: "CONT", 19: "STOP", 28: "WINCH",
	}[n]
}
