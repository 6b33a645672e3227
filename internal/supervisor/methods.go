package supervisor

import (
	"context"
	"errors"

	"cesi/internal/cesi"
)

// processInfo is getProcessInfo's struct.
type processInfo struct {
	Name          string `xmlrpc:"name"`
	Group         string `xmlrpc:"group"`
	Start         int64  `xmlrpc:"start"`
	Stop          int64  `xmlrpc:"stop"`
	Now           int64  `xmlrpc:"now"`
	State         int    `xmlrpc:"state"`
	SpawnErr      string `xmlrpc:"spawnerr"`
	ExitStatus    int    `xmlrpc:"exitstatus"`
	Logfile       string `xmlrpc:"logfile"`
	StdoutLogfile string `xmlrpc:"stdout_logfile"`
	StderrLogfile string `xmlrpc:"stderr_logfile"`
	PID           int    `xmlrpc:"pid"`
	Description   string `xmlrpc:"description"`
}

var errNameless = errors.New("a process without name or group")

func (p processInfo) raw() rawProcess {
	return rawProcess{
		name: []byte(p.Name), group: []byte(p.Group), spawnErr: []byte(p.SpawnErr), logfile: []byte(p.Logfile),
		stdoutLogfile: []byte(p.StdoutLogfile), stderrLogfile: []byte(p.StderrLogfile), description: []byte(p.Description),
		start: p.Start, stop: p.Stop, now: p.Now, state: int64(p.State), exitStatus: int64(p.ExitStatus), pid: int64(p.PID),
	}
}

// stateOf returns the state of supervisord's number; cesi.NotStarted is not one of its
// states.
func stateOf(number int) cesi.State {
	if state := cesi.State(number); state != cesi.NotStarted {
		return state
	}
	return cesi.Unknown
}

// Info identifies the supervisord (getSupervisorVersion, getAPIVersion,
// getIdentification, getPID).
func (c *Client) Info(ctx context.Context) (cesi.SupervisorInfo, error) {
	var info cesi.SupervisorInfo
	for _, ask := range []struct {
		method string
		answer any
	}{
		{"supervisor.getSupervisorVersion", &info.Version},
		{"supervisor.getAPIVersion", &info.APIVersion},
		{"supervisor.getIdentification", &info.Identification},
		{"supervisor.getPID", &info.PID},
	} {
		if err := c.call(ctx, ask.answer, ask.method); err != nil {
			if cesi.FaultOf(err) == cesi.FaultUnknownMethod && ask.method == "supervisor.getSupervisorVersion" {
				err = noInterface(err)
			}
			return cesi.SupervisorInfo{}, err
		}
	}
	return info, nil
}

// Processes returns every process, in supervisord's order (getAllProcessInfo).
func (c *Client) Processes(ctx context.Context) ([]cesi.Process, error) {
	list, err := c.UpdateProcesses(ctx, cesi.ProcessList{})
	if err != nil {
		return nil, err
	}
	return list.Slice(), nil
}

// UpdateProcesses is Processes for a caller that knows an earlier list, which is only
// read. The new list shares its memory where nothing changed: no memory is allocated
// for a reply that differs in nothing but the time.
func (c *Client) UpdateProcesses(ctx context.Context, known cesi.ProcessList) (cesi.ProcessList, error) {
	var list cesi.ProcessList
	err := c.exchange(ctx, c.post, func(reply []byte) (err error) {
		list, err = c.decodeProcesses(reply, known)
		return err
	}, "supervisor.getAllProcessInfo")
	if cesi.FaultOf(err) == cesi.FaultUnknownMethod {
		err = noInterface(err)
	}
	return list, err
}

// Process returns one process (getProcessInfo); NotFound if it does not exist.
func (c *Client) Process(ctx context.Context, id cesi.ProcessID) (cesi.Process, error) {
	var info processInfo
	if err := c.call(ctx, &info, "supervisor.getProcessInfo", id.String()); err != nil {
		return cesi.Process{}, err
	}
	raw := info.raw()
	return raw.process(cesi.Process{})
}

// StartProcess starts a process and waits until it has run for its startsecs
// (startProcess). It fails with Conflict if it already runs, or with a Fault.
func (c *Client) StartProcess(ctx context.Context, id cesi.ProcessID) error {
	return c.callWaiting(ctx, nil, "supervisor.startProcess", id.String(), true)
}

// BeginStop stops a process and returns as soon as it is stopping (stopProcess without
// wait). It fails with Conflict if it does not run.
func (c *Client) BeginStop(ctx context.Context, id cesi.ProcessID) error {
	return c.call(ctx, nil, "supervisor.stopProcess", id.String(), false)
}

// StartGroup starts the processes of a group that do not run, in priority order, and
// waits.
func (c *Client) StartGroup(ctx context.Context, group string) ([]cesi.CallResult, error) {
	return c.callMany(ctx, "supervisor.startProcessGroup", group, true)
}

// StartAll starts the processes of the node that do not run, in priority order, and
// waits.
func (c *Client) StartAll(ctx context.Context) ([]cesi.CallResult, error) {
	return c.callMany(ctx, "supervisor.startAllProcesses", true)
}

// callMany makes a call whose result is a status for each process.
func (c *Client) callMany(ctx context.Context, method string, args ...any) ([]cesi.CallResult, error) {
	var statuses []struct {
		Name        string `xmlrpc:"name"`
		Group       string `xmlrpc:"group"`
		Status      int    `xmlrpc:"status"`
		Description string `xmlrpc:"description"`
	}
	if err := c.callWaiting(ctx, &statuses, method, args...); err != nil {
		return nil, err
	}
	results := make([]cesi.CallResult, len(statuses))
	for i, s := range statuses {
		results[i].ProcessID = processID(s.Group, s.Name)
		if cesi.FaultCode(s.Status) != cesi.FaultSuccess {
			results[i].Err = statusFault(s.Status, s.Description)
		}
	}
	return results, nil
}

// State asks whether supervisord runs (getState), in a reply of 300 bytes. It fails as any
// call does, and with Unreachable while supervisord restarts or shuts down.
func (c *Client) State(ctx context.Context) error {
	var state struct {
		Code int `xmlrpc:"statecode"`
	}
	if err := c.call(ctx, &state, "supervisor.getState"); err != nil {
		return err
	}
	if state.Code != stateRunning {
		e := cesi.Errorf(cesi.Unreachable, "supervisord is shutting down or restarting.")
		e.Cause = cesi.CauseShuttingDown
		return e
	}
	return nil
}

// stateRunning is getState's code of a supervisord that works; FATAL is 2, RESTARTING 0,
// SHUTDOWN -1.
const stateRunning = 1
