package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"cesi/internal/cesi"
)

// Line writes an entry as CeSi wrote its activity log, in local time, with what
// CeSi left out in parentheses:
//
//	2026-11-23 08:15:02,123 [INFO]: admin restarted web-01 node's web:worker_01 process. (ok, 1.2s, from 10.1.2.3)
//
// It is one line whatever the entry's texts hold: what can't be printed is
// escaped.
func Line(a cesi.Activity) string {
	at := a.Time.Local().Format("2006-01-02 15:04:05,000")
	return fmt.Sprintf("%s [%s]: %s (%s)", at, level(a.Result), printable(sentence(a)), printable(details(a)))
}

// level returns the level of Python's logging for the result.
func level(r cesi.Result) string {
	switch r {
	case cesi.OK, cesi.Skipped, cesi.Pending:
		return "INFO"
	default:
		return "WARNING"
	}
}

func sentence(a cesi.Activity) string {
	subject, object := who(a), ""
	switch {
	case a.Action.OnProcesses():
		object = " " + processes(a)
	case a.Action.OnDaemon():
		object = " " + a.Node + " node's " + a.Target
	case !slices.Contains([]cesi.Action{cesi.ActionLogin, cesi.ActionLogout, cesi.ActionLoginFailed, cesi.ActionActivityPurged}, a.Action):
		object = fmt.Sprintf(" '%s' user", a.Target)
	}
	text := subject + " " + verb(a) + object
	if a.Message.ID == "" {
		return text + "."
	}
	return text + ": " + a.Message.String()
}

// who names the user. A name of a failed login is in quotes, since it may be any text.
func who(a cesi.Activity) string {
	switch {
	case a.User == "":
		return "somebody"
	case a.Action == cesi.ActionLoginFailed:
		return strconv.Quote(a.User)
	default:
		return a.User
	}
}

// verb names the action in CeSi's words: "started", "unsuccessful start event".
func verb(a cesi.Activity) string {
	if a.Action == cesi.ActionLoginFailed {
		return "unsuccessful login event"
	}
	switch a.Result {
	case cesi.OK:
		if a.Action == cesi.ActionSignal {
			return "sent " + a.Detail + " to"
		}
		return a.Action.Rule().Past
	case cesi.Skipped:
		return "skipped"
	}
	adjectives := map[cesi.Result]string{
		cesi.Failed: "unsuccessful", cesi.Partial: "partly successful",
		cesi.Interrupted: "interrupted", cesi.UnknownEnd: "unfinished", cesi.Pending: "pending",
	}
	return fmt.Sprintf("%s %s event", adjectives[a.Result], a.Action)
}

// processes names the target of a command: "web-01 node's web:worker process".
func processes(a cesi.Activity) string {
	what := a.Target + " process"
	switch {
	case a.Target == "*":
		what = "all processes"
	case a.Target == "":
		what = "processes"
	case strings.HasSuffix(a.Target, ":*"):
		what = a.Target + " processes"
	}
	if a.Node == "" {
		return what
	}
	return a.Node + " node's " + what
}

// details are the result and, if known, the count, the duration and the address.
func details(a cesi.Activity) string {
	parts := []string{string(a.Result)}
	if a.Count > 1 {
		parts = append(parts, fmt.Sprintf("%d times", a.Count))
	}
	if a.Duration > 0 {
		parts = append(parts, a.Duration.Round(time.Millisecond).String())
	}
	if a.Address != "" {
		parts = append(parts, "from "+a.Address)
	}
	return strings.Join(parts, ", ")
}

// printable escapes every character that is not a letter, a mark, a number, a sign or a
// plain space, so that no text can end a line or control a terminal.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}
