package supervisor

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"cesi/internal/cesi"
)

// mainLogTime is the layout of the time that a line of supervisord's own log begins with.
const mainLogTime = "2006-01-02 15:04:05,000"

// ParseMainLogLine reads one line of a supervisord's own log. It fails for no line: one that
// it does not know tells of nothing. At loglevel=debug supervisord copies the output of
// its programs into its log, so a line that tells of a process may be a program's own text.
func ParseMainLogLine(text []byte) cesi.MainLogLine {
	text = bytes.TrimRight(text, "\r\n")
	if len(text) < len(mainLogTime)+1+len("INFO ") || text[len(mainLogTime)] != ' ' {
		return cesi.MainLogLine{}
	}
	at, err := time.Parse(mainLogTime, string(text[:len(mainLogTime)]))
	if err != nil {
		return cesi.MainLogLine{}
	}
	level, rest, found := strings.Cut(string(text[len(mainLogTime)+1:]), " ")
	if !found || len(level) != 4 || strings.ToUpper(level) != level {
		return cesi.MainLogLine{}
	}
	line := cesi.MainLogLine{Time: at, Level: level}
	if !readEvent(&line, rest) {
		return cesi.MainLogLine{Time: at, Level: level}
	}
	return line
}

// readEvent reads what follows the level, and reports whether it tells of a process.
func readEvent(line *cesi.MainLogLine, text string) bool {
	verb, rest, found := strings.Cut(text, " ")
	if !found {
		return false
	}
	switch verb {
	case "spawned:":
		line.Event = cesi.LogSpawned
		return readQuoted(line, rest, "with pid ", "")
	case "killing":
		line.Event = cesi.LogKilling
		return readQuoted(line, rest, "(", ") with SIGKILL")
	case "success:":
		line.Event = cesi.LogRunning
		return readState(line, rest, " entered RUNNING state")
	case "exited:", "stopped:":
		line.Event = cesi.LogExited
		if verb == "stopped:" {
			line.Event = cesi.LogStopped
		}
		return readEnd(line, rest)
	case "spawnerr:":
		line.Event, line.Reason = cesi.LogSpawnError, rest
		return true
	case "gave":
		line.Event = cesi.LogFatal
		rest, is := strings.CutPrefix(rest, "up: ")
		return is && readState(line, rest, " entered FATAL state")
	case "waiting":
		line.Event = cesi.LogStopping
		rest, is := strings.CutPrefix(rest, "for ")
		for _, end := range []string{" to stop", " to die"} {
			if name, found := strings.CutSuffix(rest, end); is && found && name != "" {
				line.Name = name
				return true
			}
		}
	}
	return false
}

// readQuoted reads "'NAME' BEFORE N AFTER".
func readQuoted(line *cesi.MainLogLine, text, before, after string) bool {
	end := strings.LastIndex(text, "' "+before)
	if end < 1 || text[0] != '\'' {
		return false
	}
	number, is := strings.CutSuffix(text[end+len("' "+before):], after)
	pid, err := strconv.Atoi(number)
	line.Name, line.PID = text[1:end], pid
	return is && err == nil && line.Name != ""
}

// readState reads "NAME entered STATE state, …".
func readState(line *cesi.MainLogLine, text, entered string) bool {
	end := strings.LastIndex(text, entered)
	if end < 1 {
		return false
	}
	line.Name = text[:end]
	return true
}

// readEnd reads "NAME (exit status N; expected)" and "NAME (terminated by SIGNAL; …)",
// which for a stop have nothing after the semicolon.
func readEnd(line *cesi.MainLogLine, text string) bool {
	text, is := strings.CutSuffix(text, ")")
	begin := max(strings.LastIndex(text, " (exit status "), strings.LastIndex(text, " (terminated by "))
	if !is || begin < 1 {
		return false
	}
	line.Name = text[:begin]
	how, verdict, _ := strings.Cut(text[begin+len(" ("):], "; ")
	line.Expected = verdict == "expected"
	if status, is := strings.CutPrefix(how, "exit status "); is {
		var err error
		line.Exit, err = strconv.Atoi(status)
		return err == nil
	}
	if signal, is := strings.CutPrefix(how, "terminated by "); is {
		line.Signal, _, _ = strings.Cut(signal, " ") // "SIGSEGV (core dumped)"
		return true
	}
	return false
}
