package api

import (
	"fmt"
	"net/http"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

type nodeJSON struct {
	General   generalJSON   `json:"general"`
	Processes []ProcessJSON `json:"processes"`
}

// generalJSON is a node without its processes. The fields after Connected are new;
// CeSi's clients ignore them.
type generalJSON struct {
	Name           string     `json:"name"`
	Environment    string     `json:"environment"`
	Environments   []string   `json:"environments"`
	Connected      bool       `json:"connected"`
	Cause          string     `json:"cause,omitempty"`
	Message        string     `json:"message,omitempty"`
	LastContact    *time.Time `json:"last_contact"`
	LatencyMS      float64    `json:"latency_ms"`
	Followed       bool       `json:"followed"` // its main log tells of changes
	Supervisor     string     `json:"supervisor_version"`
	Identification string     `json:"identification"`
}

// ProcessJSON has supervisord's fields, CeSi's additions and new ones.
type ProcessJSON struct {
	Name          string `json:"name"`
	Group         string `json:"group"`
	Start         int64  `json:"start"`
	Stop          int64  `json:"stop"`
	Now           int64  `json:"now"`
	State         int    `json:"state"`
	StateName     string `json:"statename"`
	SpawnErr      string `json:"spawnerr"`
	ExitStatus    int    `json:"exitstatus"`
	Logfile       string `json:"logfile"`
	StdoutLogfile string `json:"stdout_logfile"`
	StderrLogfile string `json:"stderr_logfile"`
	PID           int    `json:"pid"`
	Description   string `json:"description"`
	Uptime        string `json:"uptime"` // H:MM:SS; 0:00:00 unless it runs
	StartHR       string `json:"start_hr"`
	StopHR        string `json:"stop_hr"`
	NowHR         string `json:"now_hr"`
	Node          string `json:"node"`
	Environment   string `json:"environment"`
	Wanted        bool   `json:"wanted"`      // CeSI stopped it to start it again
	NotStarted    string `json:"not_started"` // why CeSI did not start it again; empty unless it is down and wanted
}

func newNodeJSON(n *fleet.Node) nodeJSON {
	node := nodeJSON{
		General: generalJSON{
			Name: n.Name, Environment: firstEnvironment(n), Environments: append([]string{}, n.Environments...),
			Connected: n.Status == fleet.Up, Followed: n.Following.On, LatencyMS: float64(n.Latency.Microseconds()) / 1000,
			Supervisor: n.Supervisor.Version, Identification: n.Supervisor.Identification,
		},
		Processes: []ProcessJSON{},
	}
	if !n.LastContact.IsZero() {
		node.General.LastContact = &n.LastContact
	}
	if n.Failure != nil {
		node.General.Cause, node.General.Message = string(n.Failure.Cause), n.Failure.Message.String()
	}
	if n.Status == fleet.Up {
		node.Processes = newProcessesJSON(n)
	}
	return node
}

func newProcessesJSON(n *fleet.Node) []ProcessJSON {
	list := make([]ProcessJSON, len(n.Processes))
	for i, p := range n.Processes {
		list[i] = newProcessJSON(n, p)
	}
	return list
}

func newProcessJSON(n *fleet.Node, p fleet.Process) ProcessJSON {
	var uptime time.Duration
	if p.State == cesi.Running {
		uptime = p.Uptime()
	}
	// The API shows supervisord's own state: NOT STARTED is CeSI's, and clients of
	// supervisord do not know it.
	state, notStarted := p.State, ""
	if p.Wanted != nil {
		state = p.Wanted.State
		if p.State == cesi.NotStarted {
			notStarted = p.Wanted.Reason.String()
		}
	}
	return ProcessJSON{
		Wanted: p.Wanted != nil, NotStarted: notStarted,
		Name: p.Name, Group: p.Group, Start: p.Start, Stop: p.Stop, Now: p.Now,
		State: int(state), StateName: state.String(), SpawnErr: p.SpawnErr, ExitStatus: p.ExitStatus,
		Logfile: p.Logfile, StdoutLogfile: p.StdoutLogfile, StderrLogfile: p.StderrLogfile,
		PID: p.PID, Description: p.Describe(), Uptime: hoursMinutesSeconds(uptime),
		StartHR: clock(p.Start), StopHR: clock(p.Stop), NowHR: clock(p.Now),
		Node: n.Name, Environment: firstEnvironment(n),
	}
}

func firstEnvironment(n *fleet.Node) string {
	if len(n.Environments) == 0 {
		return ""
	}
	return n.Environments[0]
}

func hoursMinutesSeconds(d time.Duration) string {
	s := int64(d / time.Second)
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// clock returns the time of day in the server's zone, as in CeSi.
func clock(seconds int64) string { return time.Unix(seconds, 0).Format("15:04:05") }

// ListNodes lists the nodes.
func (h *Handler) ListNodes(w http.ResponseWriter, _ *http.Request) error {
	snapshot := h.Fleet.Snapshot()
	nodes := make([]nodeJSON, len(snapshot.Nodes))
	for i, n := range snapshot.Nodes {
		nodes[i] = newNodeJSON(n)
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Nodes []nodeJSON `json:"nodes"`
	}{ok(), nodes})
	return nil
}

// ShowNode returns one node.
func (h *Handler) ShowNode(w http.ResponseWriter, r *http.Request) error {
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Node nodeJSON `json:"node"`
	}{ok(), newNodeJSON(n)})
	return nil
}

// ListProcesses lists the processes of a node that answers.
func (h *Handler) ListProcesses(w http.ResponseWriter, r *http.Request) error {
	n, err := h.Requests.FindAnsweringNode(r)
	if err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Processes []ProcessJSON `json:"processes"`
	}{ok(), newProcessesJSON(n)})
	return nil
}

// ShowProcess returns one process of a node that answers.
func (h *Handler) ShowProcess(w http.ResponseWriter, r *http.Request) error {
	n, err := h.Requests.FindAnsweringNode(r)
	if err != nil {
		return err
	}
	p, err := request.FindProcess(n, r)
	if err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Process ProcessJSON `json:"process"`
	}{ok(), newProcessJSON(n, p)})
	return nil
}
