package api

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
)

// processConfigJSON is a process's configuration as last reread, with the names of
// supervisord.conf.
type processConfigJSON struct {
	Autostart     bool            `json:"autostart"`
	Priority      int             `json:"priority"`
	GroupPriority int             `json:"group_priority"`
	Program       *fullConfigJSON `json:"program"` // null if supervisord is older than 4.0
}

type fullConfigJSON struct {
	Command        string        `json:"command"`
	Directory      *string       `json:"directory"` // this and user: null if supervisord is older than 4.2.5
	User           *string       `json:"user"`
	ExitCodes      string        `json:"exitcodes"`
	StartSecs      int           `json:"startsecs"`
	StartRetries   int           `json:"startretries"`
	StopSignal     int           `json:"stopsignal"`
	StopWaitSecs   int           `json:"stopwaitsecs"`
	KillAsGroup    bool          `json:"killasgroup"`
	RedirectStderr bool          `json:"redirect_stderr"`
	Stdout         logConfigJSON `json:"stdout"`
	Stderr         logConfigJSON `json:"stderr"`
}

type logConfigJSON struct {
	Logfile  string `json:"logfile"`
	MaxBytes int64  `json:"maxbytes"`
	Backups  int    `json:"backups"`
	Syslog   bool   `json:"syslog"`
}

// ShowConfig returns the configuration of a process.
func (h *Handler) ShowConfig(w http.ResponseWriter, r *http.Request) error {
	n, err := h.Requests.FindAnsweringNode(r)
	if err != nil {
		return err
	}
	p, err := request.FindProcess(n, r)
	switch {
	case err != nil:
		return err
	case p.Config == nil && n.NoConfig.ID != "":
		return cesi.Errorf(cesi.Fault, "node %q does not tell its configuration: %s", n.Name, n.NoConfig)
	case p.Config == nil:
		return cesi.Errorf(cesi.NotFound, "the configuration of node %q, as last reread, does not have %q", n.Name, p.ProcessID)
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Config processConfigJSON `json:"config"`
	}{ok(), newProcessConfigJSON(p.Config)})
	return nil
}

func newProcessConfigJSON(c *cesi.ProcessConfig) processConfigJSON {
	config := processConfigJSON{Autostart: c.Autostart, Priority: c.Priority, GroupPriority: c.GroupPriority}
	if c.Full {
		config.Program = &fullConfigJSON{
			Command: c.Command, ExitCodes: c.ExitCodes,
			StartSecs: c.StartSecs, StartRetries: c.StartRetries, StopSignal: c.StopSignal, StopWaitSecs: c.StopWaitSecs,
			KillAsGroup: c.KillAsGroup, RedirectStderr: c.RedirectStderr,
			Stdout: newLogConfigJSON(c.Stdout), Stderr: newLogConfigJSON(c.Stderr),
		}
		if c.Placed {
			config.Program.Directory, config.Program.User = &c.Directory, &c.UID
		}
	}
	return config
}

func newLogConfigJSON(c cesi.LogConfig) logConfigJSON {
	return logConfigJSON{Logfile: c.File, MaxBytes: c.MaxBytes, Backups: c.Backups, Syslog: c.Syslog}
}
