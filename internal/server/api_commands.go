package server

import (
	"fmt"
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

type apiReport struct {
	success
	Message  string          `json:"message"`
	Activity cesi.ActivityID `json:"activity"`
	Process  *apiProcess     `json:"process,omitempty"`
	Results  []apiOutcome    `json:"results,omitempty"`
	Silent   []string        `json:"silent,omitempty"` // nodes left out, since they do not answer
}

type apiOutcome struct {
	Node    string      `json:"node"`
	Process string      `json:"process"`
	Result  cesi.Result `json:"result"`
	Message string      `json:"message"`
}

// apiCommand starts, stops or restarts one process.
func (h *apiHandler) apiCommand(w http.ResponseWriter, r *http.Request) error {
	process := request.Param(r, "process")
	c, err := h.apiCommandOf(r, []string{process})
	if err != nil {
		return err
	}
	report, err := h.Requests.Control(r, session.ActorOf(r), c)
	if err != nil {
		return err
	}
	if !report.Done {
		return h.apiUnderWay(w, report, nil)
	}
	outcome := report.Outcomes[0]
	if outcome.Err != nil {
		return saying(outcome.Err, outcome.Message)
	}
	answer := apiReport{success: ok(), Activity: report.ID,
		Message: fmt.Sprintf("%s %s %s event succesfully", outcome.Node, process, c.Action)}
	if n, found := h.Fleet.Snapshot().Node(outcome.Node); found {
		if p, found := n.Process(outcome.ProcessID); found {
			process := newAPIProcess(n, p)
			answer.Process = &process
		}
	}
	h.writeJSON(w, http.StatusOK, answer)
	return nil
}

// apiCommandAll starts, stops or restarts all of a node.
func (h *apiHandler) apiCommandAll(w http.ResponseWriter, r *http.Request) error {
	c, err := h.apiCommandOf(r, nil)
	if err != nil {
		return err
	}
	report, err := h.Requests.Control(r, session.ActorOf(r), c)
	if err != nil {
		return err
	}
	return h.apiReportOnMany(w, report, nil)
}

// allFailed returns the first error of a command that achieved nothing.
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

// apiCommandOf reads a command; its body may hold {"confirm": "group:name"} for
// a stop of CeSI itself, and holds the signal, a name or a number, or the text of
// those commands.
func (h *apiHandler) apiCommandOf(r *http.Request, processes []string) (fleet.Command, error) {
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

func (h *apiHandler) apiUnderWay(w http.ResponseWriter, report fleet.Report, silent []string) error {
	h.writeJSON(w, http.StatusAccepted, apiReport{success: ok(), Activity: report.ID, Results: newAPIOutcomes(report), Silent: silent,
		Message: fmt.Sprintf("still under way: see activity %d", report.ID)})
	return nil
}

func newAPIOutcomes(report fleet.Report) []apiOutcome {
	list := make([]apiOutcome, len(report.Outcomes))
	for i, o := range report.Outcomes {
		list[i] = apiOutcome{Node: o.Node, Process: o.Target(), Result: o.Result, Message: o.Message}
	}
	return list
}

// saying gives an error the sentence that the outcome words it with.
func saying(err error, sentence string) error {
	return cesi.Wrap(cesi.KindOf(err), err, "%s", sentence)
}
