package supervisor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cesi/internal/cesi"
)

// configInfo is one process of getAllConfigInfo. supervisord 3.x has only the first
// five fields, and up to 4.2.4 neither directory nor uid. A field of type any may be
// the word "none", or "auto" if supervisord chooses.
type configInfo struct {
	Name          string `xmlrpc:"name"`
	Group         string `xmlrpc:"group"`
	Autostart     bool   `xmlrpc:"autostart"`
	GroupPriority int    `xmlrpc:"group_prio"`
	Priority      int    `xmlrpc:"process_prio"`

	Command        string `xmlrpc:"command"`
	Directory      string `xmlrpc:"directory"`
	UID            any    `xmlrpc:"uid"`
	ExitCodes      []int  `xmlrpc:"exitcodes"`
	StartSecs      int    `xmlrpc:"startsecs"`
	StartRetries   int    `xmlrpc:"startretries"`
	StopSignal     int    `xmlrpc:"stopsignal"`
	StopWaitSecs   int    `xmlrpc:"stopwaitsecs"`
	KillAsGroup    bool   `xmlrpc:"killasgroup"`
	RedirectStderr bool   `xmlrpc:"redirect_stderr"`

	StdoutFile     string `xmlrpc:"stdout_logfile"`
	StdoutMaxBytes int64  `xmlrpc:"stdout_logfile_maxbytes"`
	StdoutBackups  int    `xmlrpc:"stdout_logfile_backups"`
	StdoutSyslog   bool   `xmlrpc:"stdout_syslog"`
	StderrFile     string `xmlrpc:"stderr_logfile"`
	StderrMaxBytes int64  `xmlrpc:"stderr_logfile_maxbytes"`
	StderrBackups  int    `xmlrpc:"stderr_logfile_backups"`
	StderrSyslog   bool   `xmlrpc:"stderr_syslog"`
}

// Configs returns the configuration of the last reread (getAllConfigInfo), of at most
// cesi.MaxProcesses processes. A node without that method fails with
// cesi.FaultUnknownMethod.
func (c *Client) Configs(ctx context.Context) ([]cesi.ProcessConfig, error) {
	var configs []cesi.ProcessConfig
	err := c.exchange(ctx, c.post, func(reply []byte) (err error) {
		configs, err = c.decodeConfigs(reply)
		return err
	}, "supervisor.getAllConfigInfo")
	return configs, err
}

// decodeConfigs reads a reply of getAllConfigInfo. Processes with equal texts share
// their memory.
func (c *Client) decodeConfigs(reply []byte) ([]cesi.ProcessConfig, error) {
	var infos []configInfo
	if err := c.decodeBy(&decoder{reply: reply, interned: make(texts)}, &infos); err != nil {
		return nil, err
	}
	if len(infos) > cesi.MaxProcesses {
		slices.SortFunc(infos, func(a, b configInfo) int { return a.id().Compare(b.id()) })
		infos = infos[:cesi.MaxProcesses]
	}
	configs := make([]cesi.ProcessConfig, len(infos))
	for i, info := range infos {
		configs[i] = info.config()
		if i > 0 && configs[i].ExitCodes == configs[i-1].ExitCodes {
			configs[i].ExitCodes = configs[i-1].ExitCodes
		}
	}
	return configs, nil
}

func (i configInfo) id() cesi.ProcessID {
	return processID(i.Group, i.Name)
}

func (i configInfo) config() cesi.ProcessConfig {
	return cesi.ProcessConfig{
		ProcessID: i.id(),
		Autostart: i.Autostart, GroupPriority: i.GroupPriority, Priority: i.Priority,
		Full: i.Command != "", Command: i.Command,
		Placed: i.UID != nil, Directory: unlessNone(i.Directory), UID: unlessNone(i.UID), ExitCodes: joinInts(i.ExitCodes),
		StartSecs: i.StartSecs, StartRetries: i.StartRetries, StopSignal: i.StopSignal, StopWaitSecs: i.StopWaitSecs,
		KillAsGroup: i.KillAsGroup, RedirectStderr: i.RedirectStderr,
		Stdout: cesi.LogConfig{File: unlessNone(i.StdoutFile), MaxBytes: i.StdoutMaxBytes, Backups: i.StdoutBackups, Syslog: i.StdoutSyslog},
		Stderr: cesi.LogConfig{File: unlessNone(i.StderrFile), MaxBytes: i.StderrMaxBytes, Backups: i.StderrBackups, Syslog: i.StderrSyslog},
	}
}

// unlessNone returns a value as text, and empty for supervisord's "none".
func unlessNone(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		if value == "none" {
			return ""
		}
		return value
	default:
		return fmt.Sprint(value)
	}
}

func joinInts(list []int) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = fmt.Sprint(n)
	}
	return strings.Join(words, ", ")
}
