package pages

import (
	"slices"
	"strconv"

	"cesi/internal/cesi"
	"cesi/internal/i18n"
)

// setting is one option of a program, named as in supervisord.conf.
type setting struct {
	Name  string
	Value i18n.Phrase
	Note  i18n.Phrase // what the value means, where that is not plain
	Wide  bool        // the value is long
}

// newSettings lists a process's configuration; nil where there is none.
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
	command := []setting{{Name: "command", Value: i18n.Raw(c.Command), Wide: true}}
	return slices.Concat(command, placeSettings(c), short, []setting{
		{Name: "startsecs", Value: seconds(c.StartSecs)},
		{Name: "startretries", Value: digits(c.StartRetries)},
		{Name: "exitcodes", Value: i18n.Raw(c.ExitCodes)},
		{Name: "stopsignal", Value: digits(c.StopSignal), Note: i18n.Raw(cesi.SignalName(c.StopSignal))},
		{Name: "stopwaitsecs", Value: seconds(c.StopWaitSecs)},
		{Name: "killasgroup", Value: yes(c.KillAsGroup)},
		{Name: "redirect_stderr", Value: yes(c.RedirectStderr)},
	}, logSettings("stdout", c.Stdout), logSettings("stderr", c.Stderr))
}

// placeSettings says where and as whom the program runs, where that is told.
func placeSettings(c *cesi.ProcessConfig) []setting {
	if !c.Placed {
		return nil
	}
	own := i18n.Of("supervisord's own")
	return []setting{
		{Name: "directory", Value: i18n.Raw(c.Directory), Note: ifEmpty(c.Directory, own), Wide: true},
		{Name: "user", Value: i18n.Raw(c.UID), Note: ifEmpty(c.UID, own)},
	}
}

// groupPriority tells the group's priority where it is not the process's own.
func groupPriority(c *cesi.ProcessConfig) i18n.Phrase {
	if c.GroupPriority == c.Priority {
		return i18n.Phrase{}
	}
	return i18n.Of("its group: %s", digits(c.GroupPriority))
}

func logSettings(name string, c cesi.LogConfig) []setting {
	list := []setting{{Name: name + "_logfile", Value: i18n.Raw(c.File), Note: ifEmpty(c.File, i18n.Of("none")), Wide: true}}
	if c.File != "" {
		list = append(list, setting{Name: name + "_logfile_maxbytes", Value: size(c.MaxBytes), Note: rotation(c), Wide: true})
	}
	if c.Syslog {
		list = append(list, setting{Name: name + "_syslog", Value: yes(true), Wide: true})
	}
	return list
}

func rotation(c cesi.LogConfig) i18n.Phrase {
	if c.MaxBytes == 0 {
		return i18n.Of("never rotated")
	}
	return i18n.Of("%d backups", c.Backups)
}

func ifEmpty(value string, remark i18n.Phrase) i18n.Phrase {
	if value == "" {
		return remark
	}
	return i18n.Phrase{}
}

// digits writes a number as the configuration does.
func digits[N int | int64](n N) i18n.Phrase { return i18n.Raw(strconv.FormatInt(int64(n), 10)) }

func yes(b bool) i18n.Phrase { return i18n.Raw(strconv.FormatBool(b)) }

func seconds(n int) i18n.Phrase { return i18n.Of("%s s", digits(n)) }

// size writes a number of bytes in the units of supervisord.conf, where it is a
// round one.
func size(n int64) i18n.Phrase {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return i18n.Of("%s GB", digits(n>>30))
	case n >= 1<<20 && n%(1<<20) == 0:
		return i18n.Of("%s MB", digits(n>>20))
	case n >= 1<<10 && n%(1<<10) == 0:
		return i18n.Of("%s KB", digits(n>>10))
	default:
		return i18n.Of("%s bytes", digits(n))
	}
}
