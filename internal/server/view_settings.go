package server

import (
	"fmt"
	"strconv"

	"cesi/internal/cesi"
)

// setting is one option of a program, named as in supervisord.conf.
type setting struct {
	Name, Value string
	Note        string // what the value means, where that is not plain
	Wide        bool   // the value is long
}

// newSettings lists a process's configuration; nil where there is none.
func newSettings(c *cesi.ProcessConfig) []setting {
	if c == nil {
		return nil
	}
	short := []setting{
		{Name: "autostart", Value: strconv.FormatBool(c.Autostart)},
		{Name: "priority", Value: strconv.Itoa(c.Priority), Note: groupPriority(c)},
	}
	if !c.Full {
		return short
	}
	return append(append([]setting{
		{Name: "command", Value: c.Command, Wide: true},
		{Name: "directory", Value: c.Directory, Note: ifEmpty(c.Directory, "supervisord's own"), Wide: true},
		{Name: "user", Value: c.UID, Note: ifEmpty(c.UID, "supervisord's own")},
	}, short...), append([]setting{
		{Name: "startsecs", Value: seconds(c.StartSecs)},
		{Name: "startretries", Value: strconv.Itoa(c.StartRetries)},
		{Name: "exitcodes", Value: c.ExitCodes},
		{Name: "stopsignal", Value: strconv.Itoa(c.StopSignal), Note: cesi.SignalName(c.StopSignal)},
		{Name: "stopwaitsecs", Value: seconds(c.StopWaitSecs)},
		{Name: "killasgroup", Value: strconv.FormatBool(c.KillAsGroup)},
		{Name: "redirect_stderr", Value: strconv.FormatBool(c.RedirectStderr)},
	}, append(logSettings("stdout", c.Stdout), logSettings("stderr", c.Stderr)...)...)...)
}

// groupPriority tells the group's priority where it is not the process's own.
func groupPriority(c *cesi.ProcessConfig) string {
	if c.GroupPriority == c.Priority {
		return ""
	}
	return fmt.Sprintf("its group: %d", c.GroupPriority)
}

func logSettings(name string, c cesi.LogConfig) []setting {
	list := []setting{{Name: name + "_logfile", Value: c.File, Note: ifEmpty(c.File, "none"), Wide: true}}
	if c.File != "" {
		list = append(list, setting{Name: name + "_logfile_maxbytes", Value: size(c.MaxBytes), Note: rotation(c), Wide: true})
	}
	if c.Syslog {
		list = append(list, setting{Name: name + "_syslog", Value: "true", Wide: true})
	}
	return list
}

func rotation(c cesi.LogConfig) string {
	if c.MaxBytes == 0 {
		return "never rotated"
	}
	return plural(c.Backups, "backup")
}

func ifEmpty(value, words string) string {
	if value == "" {
		return words
	}
	return ""
}

func seconds(n int) string { return strconv.Itoa(n) + " s" }

// size writes a number of bytes in the units of supervisord.conf, where it is a
// round one.
func size(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GB", n>>30)
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KB", n>>10)
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}
