package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// bulkJSON is a command on targets of the whole fleet: named ones, or all of a scope.
type bulkJSON struct {
	Action  cesi.Action `json:"action"`
	Signal  any         `json:"signal"` // a name or a number
	Confirm string      `json:"confirm"`
	Targets []string    `json:"targets"`

	Scope       string   `json:"scope"`
	Name        string   `json:"name"`
	Environment string   `json:"environment"`
	Q           string   `json:"q"`
	Node        string   `json:"node"`
	Group       string   `json:"group"`
	State       []string `json:"state"`
	Attention   string   `json:"attention"`
}

// form returns the body in the form of the pages.
func (b bulkJSON) form() url.Values {
	form := url.Values{"target": b.Targets, "state": b.State}
	for name, value := range map[string]string{
		"scope": b.Scope, "name": b.Name, "environment": b.Environment,
		"q": b.Q, "node": b.Node, "group": b.Group, "attention": b.Attention,
	} {
		form.Set(name, value)
	}
	return form
}

// SendCommands sends a command to many processes of the fleet and returns the result of
// each.
func (h *Handler) SendCommands(w http.ResponseWriter, r *http.Request) error {
	var body bulkJSON
	if err := readStrictJSON(r, &body); err != nil {
		return err
	}
	if !slices.Contains(append(request.SetActions(), cesi.ActionSignal), body.Action) {
		return cesi.Errorf(cesi.Invalid, "%q is no action: want start, stop, restart or signal", body.Action)
	}
	where, err := request.ParseScope(body.form())
	if err != nil {
		return err
	}
	if where.Kind != "" && len(body.Targets) > 0 {
		return cesi.Errorf(cesi.Invalid, "name targets or a scope, not both")
	}
	if where.Kind == "" && len(body.Targets) == 0 {
		return cesi.Errorf(cesi.Invalid, "there is nothing to %s: name targets, such as node/group:name, or a scope", body.Action)
	}
	a, err := where.Resolve(h.Fleet.Snapshot())
	if err != nil {
		return err
	}
	c := fleet.Command{Action: body.Action, Targets: a.Targets, ConfirmSelf: body.Confirm}
	if body.Signal != nil {
		c.Signal = fmt.Sprint(body.Signal)
	}
	report, err := h.Requests.Control(r, session.ActorOf(r), c)
	if err != nil {
		return err
	}
	return h.writeReport(w, report, a.SkippedNodes)
}

// writeReport writes the result of a command on many. Silent are the nodes that were
// skipped, since they do not answer.
func (h *Handler) writeReport(w http.ResponseWriter, report fleet.Report, silent []string) error {
	if !report.Done {
		return h.writeUnderWay(w, report, silent)
	}
	status, answer := http.StatusOK, reportJSON{success: ok(), Message: messageOnMany(report, silent), Activity: report.ID,
		Results: newOutcomesJSON(report), Silent: silent}
	if err := allFailed(report); err != nil {
		status, answer.Status, answer.Kind = request.Status(err), "error", cesi.KindOf(err).String()
	}
	h.WriteJSON(w, status, answer)
	return nil
}

// messageOnMany summarizes a command on many: "2 ok, 1 failed; web-3 does not answer".
func messageOnMany(report fleet.Report, silent []string) string {
	message := report.Message.String()
	if message == "" {
		message = fmt.Sprintf("%d %s", len(report.Outcomes), report.Result)
	}
	switch len(silent) {
	case 0:
		return message
	case 1:
		return fmt.Sprintf("%s; %s does not answer", message, silent[0])
	default:
		return fmt.Sprintf("%s; %d nodes do not answer", message, len(silent))
	}
}
