package server

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
)

// apiProcessConfig is a process's configuration as last reread, with the names of
// supervisord.conf.
type apiProcessConfig struct {
	Autostart     bool           `json:"autostart"`
	Priority      int            `json:"priority"`
	GroupPriority int            `json:"group_priority"`
	Program       *apiFullConfig `json:"program"` // null where supervisord is older than 4.0
}

type apiFullConfig struct {
	Command        string       `json:"command"`
	Directory      *string      `json:"directory"` // this and user: null where supervisord is older than 4.2.5
	User           *string      `json:"user"`
	ExitCodes      string       `json:"exitcodes"`
	StartSecs      int          `json:"startsecs"`
	StartRetries   int          `json:"startretries"`
	StopSignal     int          `json:"stopsignal"`
	StopWaitSecs   int          `json:"stopwaitsecs"`
	KillAsGroup    bool         `json:"killasgroup"`
	RedirectStderr bool         `json:"redirect_stderr"`
	Stdout         apiLogConfig `json:"stdout"`
	Stderr         apiLogConfig `json:"stderr"`
}

type apiLogConfig struct {
	Logfile  string `json:"logfile"`
	MaxBytes int64  `json:"maxbytes"`
	Backups  int    `json:"backups"`
	Syslog   bool   `json:"syslog"`
}

// apiConfig gives the configuration of a process.
func (h *apiHandler) apiConfig(w http.ResponseWriter, r *http.Request) error {
	n, err := h.Requests.FindAnsweringNode(r)
	if err != nil {
		return err
	}
	p, err := request.FindProcess(n, r)
	switch {
	case err != nil:
		return err
	case p.Config == nil && n.NoConfig != "":
		return cesi.Errorf(cesi.Fault, "node %q does not tell its configuration: %s", n.Name, n.NoConfig)
	case p.Config == nil:
		return cesi.Errorf(cesi.NotFound, "the configuration of node %q, as last reread, does not have %q", n.Name, p.ProcessID)
	}
	h.writeJSON(w, http.StatusOK, struct {
		success
		Config apiProcessConfig `json:"config"`
	}{ok(), newAPIProcessConfig(p.Config)})
	return nil
}

func newAPIProcessConfig(c *cesi.ProcessConfig) apiProcessConfig {
	config := apiProcessConfig{Autostart: c.Autostart, Priority: c.Priority, GroupPriority: c.GroupPriority}
	if c.Full {
		config.Program = &apiFullConfig{
			Command: c.Command, ExitCodes: c.ExitCodes,
			StartSecs: c.StartSecs, StartRetries: c.StartRetries, StopSignal: c.StopSignal, StopWaitSecs: c.StopWaitSecs,
			KillAsGroup: c.KillAsGroup, RedirectStderr: c.RedirectStderr,
			Stdout: newAPILogConfig(c.Stdout), Stderr: newAPILogConfig(c.Stderr),
		}
		if c.Placed {
			config.Program.Directory, config.Program.User = &c.Directory, &c.UID
		}
	}
	return config
}

func newAPILogConfig(c cesi.LogConfig) apiLogConfig {
	return apiLogConfig{Logfile: c.File, MaxBytes: c.MaxBytes, Backups: c.Backups, Syslog: c.Syslog}
}
