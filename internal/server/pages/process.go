package pages

import (
	"net/http"
	"strconv"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// ShowProcess shows one process.
func (h *Handler) ShowProcess(r *http.Request) (Live, error) {
	n, p, err := h.Requests.FindNodesProcess(r)
	if err != nil {
		return Live{}, err
	}
	page := newProcessPage(h.Base(r), n, p)
	return Live{Template: "process", Page: page, Watches: []fleet.Ref{page.Ref()}}, nil
}

// processPage shows one process: its state, its configuration, and the commands for it.
type processPage struct {
	view.Base
	view.ProcessRow
	Up, Stale bool // of its node
	Failure   *failureView
	Contact   view.Contact
	DayMarks  []time.Time
	Started   time.Time // by the node's clock; zero: never
	Ended     time.Time // zero: not since its start
	Exit      cesi.Text // how it ended; zero while it is up
	SpawnErr  string
	Reads     bool // the user may see logs and configuration
	Logs      []view.LogPanel
	Config    []setting
	NoConfig  cesi.Text // why there is none
	Partial   bool      // supervisord does not report all of it
	Signals   []signalChoice
	CanSignal bool   // its state allows signals and texts
	ClearLogs string // local path of the confirmation; empty without permission, and while impossible
}

// newProcessPage shows a process, with the ends of its logs, live.
func newProcessPage(base view.Base, n *fleet.Node, p fleet.Process) processPage {
	page := processPage{
		Base:       base.At("nodes", base.Say("%s on %s", p.ProcessID, n.Name)).AsLive(),
		ProcessRow: view.NewProcessRow(base, n, p, base.BackPath()),
		Up:         n.Status == fleet.Up, Stale: n.Stale(), Failure: newFailureView(n), Contact: view.NewContact(base.Now, n),
		DayMarks: view.NewDayMarks(base.Now),
		SpawnErr: p.SpawnErr, Exit: exitWords(p.Process), Reads: base.Can(cesi.ReadLogs),
	}
	if base.CanDaemon() && page.Up {
		page.ClearLogs = request.NodeQuestion(n.Name, cesi.ActionClearLogs, base.BackPath(), request.Field{Name: "process", Value: p.ProcessID.String()})
	}
	if p.State == cesi.Fatal || p.State == cesi.Backoff { // its reason says it
		page.SpawnErr = ""
	}
	if p.Start > 0 {
		page.Started = time.Unix(p.Start, 0)
	}
	if p.Stop > 0 && p.Stop >= p.Start {
		page.Ended = time.Unix(p.Stop, 0)
	}
	if page.Reads {
		page.Logs = []view.LogPanel{newProcessLog(n, p, cesi.Stdout), newProcessLog(n, p, cesi.Stderr)}
		page.Config, page.NoConfig = newSettings(p.Config), n.NoConfig
		page.Partial = p.Config != nil && !p.Config.Full
	}
	if base.CanControl() {
		page.Signals = signalChoices("")
		page.CanSignal = page.Up && p.State.Signallable()
	}
	return page
}

// exitWords says how a process that is not up ended; zero if it never ran.
func exitWords(p cesi.Process) cesi.Text {
	switch {
	case p.State.Active() || p.State == cesi.Stopping || p.Start == 0:
		return cesi.Text{}
	case p.State == cesi.Fatal && p.ExitStatus == 0: // it may not even have started
		return cesi.Text{}
	case p.ExitStatus == -1:
		return cesi.T("none, it was ended by a signal")
	case p.UnexpectedExit():
		return cesi.T("%d, which is not expected", p.ExitStatus)
	case p.State == cesi.Exited:
		return cesi.T("%d, as expected", p.ExitStatus)
	default:
		return cesi.Raw(strconv.Itoa(p.ExitStatus))
	}
}

// When writes a time of the process by the node's clock.
func (p processPage) When(t time.Time) cesi.Text { return view.When(p.Now, t) }

// newProcessLog is the end of one of a process's logs, live, next to the other.
func newProcessLog(n *fleet.Node, p fleet.Process, stream cesi.LogStream) view.LogPanel {
	panel := view.NewLogPanel(n.Name, cesi.LogName{Process: p.ProcessID, Stream: stream})
	if p.LogFile(stream) == "" {
		panel.NoLog = request.WhyNoLog(&p, stream)
		panel.Live = false
	}
	panel.Tabs = nil
	panel.Stream = stream.String()
	panel.Shared = request.LocalURL("nodes", n.Name, "processes", p.ProcessID, "log", "tail")
	return panel
}
