package pages

import (
	"slices"
	"strconv"

	"cesi/internal/cesi"
)

// setting is one option of a program, with its name in supervisord.conf.
type setting struct {
	Name  string
	Value cesi.Text
	Note  cesi.Text // explains the value, if necessary
	Wide  bool      // the value is long
}

// newSettings lists a process's configuration; nil if there is none.
func newSettings(c *cesi.ProcessConfig) []setting {
	if c == nil {
		return nil
	}
	short := []setting{
		{Name: "autostart", Value: yes(c.Autostart)},
		{Name: "priority", Value: digits(c.Priority), Note: groupPriority(c)},
	}
	if !c.Full {
		return short
	}
	command := []setting{{Name: "command", Value: cesi.Raw(c.Command), Wide: true}}
	return slices.Concat(command, placeSettings(c), short, []setting{
		{Name: "startsecs", Value: seconds(c.StartSecs)},
		{Name: "startretries", Value: digits(c.StartRetries)},
		{Name: "exitcodes", Value: cesi.Raw(c.ExitCodes)},
		{Name: "stopsignal", Value: digits(c.StopSignal), Note: cesi.Raw(cesi.SignalName(c.StopSignal))},
		{Name: "stopwaitsecs", Value: seconds(c.StopWaitSecs)},
		{Name: "killasgroup", Value: yes(c.KillAsGroup)},
		{Name: "redirect_stderr", Value: yes(c.RedirectStderr)},
	}, logSettings("stdout", c.Stdout), logSettings("stderr", c.Stderr))
}

// placeSettings are the directory and user of the program, if known.
func placeSettings(c *cesi.ProcessConfig) []setting {
	if !c.Placed {
		return nil
	}
	own := cesi.T("supervisord's own")
	return []setting{
		{Name: "directory", Value: cesi.Raw(c.Directory), Note: ifEmpty(c.Directory, own), Wide: true},
		{Name: "user", Value: cesi.Raw(c.UID), Note: ifEmpty(c.UID, own)},
	}
}

// groupPriority returns the group's priority if it differs from the process's own.
func groupPriority(c *cesi.ProcessConfig) cesi.Text {
	if c.GroupPriority == c.Priority {
		return cesi.Text{}
	}
	return cesi.T("its group: %s", digits(c.GroupPriority))
}

func logSettings(name string, c cesi.LogConfig) []setting {
	list := []setting{{Name: name + "_logfile", Value: cesi.Raw(c.File), Note: ifEmpty(c.File, cesi.T("none")), Wide: true}}
	if c.File != "" {
		list = append(list, setting{Name: name + "_logfile_maxbytes", Value: size(c.MaxBytes), Note: rotation(c), Wide: true})
	}
	if c.Syslog {
		list = append(list, setting{Name: name + "_syslog", Value: yes(true), Wide: true})
	}
	return list
}

func rotation(c cesi.LogConfig) cesi.Text {
	if c.MaxBytes == 0 {
		return cesi.T("never rotated")
	}
	return cesi.T("%d backups", c.Backups)
}

func ifEmpty(value string, remark cesi.Text) cesi.Text {
	if value == "" {
		return remark
	}
	return cesi.Text{}
}

// digits writes a number as in the configuration.
func digits[N int | int64](n N) cesi.Text { return cesi.Raw(strconv.FormatInt(int64(n), 10)) }

func yes(b bool) cesi.Text { return cesi.Raw(strconv.FormatBool(b)) }

func seconds(n int) cesi.Text { return cesi.T("%s s", digits(n)) }

// size writes a number of bytes in the units of supervisord.conf, if it is a round one.
func size(n int64) cesi.Text {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return cesi.T("%s GB", digits(n>>30))
	case n >= 1<<20 && n%(1<<20) == 0:
		return cesi.T("%s MB", digits(n>>20))
	case n >= 1<<10 && n%(1<<10) == 0:
		return cesi.T("%s KB", digits(n>>10))
	default:
		return cesi.T("%s bytes", digits(n))
	}
}
