package api

import (
	"fmt"
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

type reportJSON struct {
	success
	Kind     string          `json:"kind,omitempty"` // of the first failure, if nothing succeeded
	Message  string          `json:"message"`
	Activity cesi.ActivityID `json:"activity"`
	Process  *ProcessJSON    `json:"process,omitempty"`
	Results  []outcomeJSON   `json:"results,omitempty"`
	Silent   []string        `json:"silent,omitempty"` // skipped nodes, since they do not answer
}

type outcomeJSON struct {
	Node    string      `json:"node"`
	Process string      `json:"process"`
	Result  cesi.Result `json:"result"`
	Message string      `json:"message"`
}

// SendCommand sends a command to one process.
func (h *Handler) SendCommand(w http.ResponseWriter, r *http.Request) error {
	process := request.Param(r, "process")
	c, err := h.readCommand(r, []string{process})
	if err != nil {
		return err
	}
	report, err := h.Requests.Control(r, session.ActorOf(r), c)
	if err != nil {
		return err
	}
	if !report.Done {
		return h.writeUnderWay(w, report, nil)
	}
	outcome := report.Outcomes[0]
	if outcome.Err != nil {
		return withMessage(outcome.Err, outcome.Message)
	}
	// The sentence is CeSi 2.7.1's, with its misspelling.
	answer := reportJSON{success: ok(), Activity: report.ID,
		Message: fmt.Sprintf("%s %s %s event succesfully", outcome.Node, process, c.Action)}
	if n, found := h.Fleet.Snapshot().Node(outcome.Node); found {
		if p, found := n.Process(outcome.ProcessID); found {
			process := newProcessJSON(n, p)
			answer.Process = &process
		}
	}
	h.WriteJSON(w, http.StatusOK, answer)
	return nil
}

// SendCommandToNode sends a command to all processes of a node.
func (h *Handler) SendCommandToNode(w http.ResponseWriter, r *http.Request) error {
	c, err := h.readCommand(r, nil)
	if err != nil {
		return err
	}
	report, err := h.Requests.Control(r, session.ActorOf(r), c)
	if err != nil {
		return err
	}
	return h.writeReport(w, report, nil)
}

// allFailed returns the first error of a command without any success.
func allFailed(report fleet.Report) error {
	if report.Result != cesi.Failed && report.Result != cesi.UnknownEnd {
		return nil
	}
	for _, o := range report.Outcomes {
		if o.Err != nil {
			return o.Err
		}
	}
	return nil
}

// readCommand reads a command. Its body may have {"confirm": "group:name"} to stop CeSI
// itself. For a signal it has the name or number, for standard input the text.
func (h *Handler) readCommand(r *http.Request, processes []string) (fleet.Command, error) {
	var body struct {
		Confirm string `json:"confirm"`
		Signal  any    `json:"signal"`
		Text    string `json:"text"`
	}
	if err := readJSON(r, &body, true); err != nil {
		return fleet.Command{}, err
	}
	c, err := request.CommandOf(r, request.ActionOf(r), nil, processes)
	c.ConfirmSelf, c.Text = body.Confirm, body.Text
	if body.Signal != nil {
		c.Signal = fmt.Sprint(body.Signal)
	}
	return c, err
}

func (h *Handler) writeUnderWay(w http.ResponseWriter, report fleet.Report, silent []string) error {
	h.WriteJSON(w, http.StatusAccepted, reportJSON{success: ok(), Activity: report.ID, Results: newOutcomesJSON(report), Silent: silent,
		Message: fmt.Sprintf("still under way: see activity %d", report.ID)})
	return nil
}

func newOutcomesJSON(report fleet.Report) []outcomeJSON {
	list := make([]outcomeJSON, len(report.Outcomes))
	for i, o := range report.Outcomes {
		list[i] = outcomeJSON{Node: o.Node, Process: o.What(), Result: o.Result, Message: o.Message.String()}
	}
	return list
}

// withMessage returns err with the text of its outcome.
func withMessage(err error, text cesi.Text) error {
	return &cesi.Error{Kind: cesi.KindOf(err), Text: text, Err: err}
}
