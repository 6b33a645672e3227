package api

import (
	"fmt"
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// Reread returns what an update would add, change and remove.
func (h *Handler) Reread(w http.ResponseWriter, r *http.Request) error {
	changes, err := h.Fleet.Reread(r.Context(), request.Param(r, "node"))
	if err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Added   []string `json:"added"`
		Changed []string `json:"changed"`
		Removed []string `json:"removed"`
	}{ok(), append([]string{}, changes.Added...), append([]string{}, changes.Changed...), append([]string{}, changes.Removed...)})
	return nil
}

// SendToSupervisord sends a command to a node's supervisord itself.
func (h *Handler) SendToSupervisord(w http.ResponseWriter, r *http.Request) error {
	c, err := daemonCommandOf(r)
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
	answer := reportJSON{success: ok(), Message: report.Message.String(), Activity: report.ID}
	if c.Action == cesi.ActionUpdate {
		answer.Results = newOutcomesJSON(report)
	} else if outcome := report.Outcomes[0]; outcome.Err != nil {
		return withMessage(outcome.Err, outcome.Message)
	}
	if answer.Message == "" {
		answer.Message = fmt.Sprintf("%s %s event succesfully", c.Targets[0].Node, c.Action)
	}
	status := http.StatusOK
	if err := allFailed(report); err != nil {
		status, answer.Status, answer.Kind = request.Status(err), "error", cesi.KindOf(err).String()
	}
	h.WriteJSON(w, status, answer)
	return nil
}

// daemonCommandOf reads a command to the path's node: on the path's group, on
// {"groups": […]} for an update, else on the node. {"confirm": …} is the node's name
// for a shutdown, and otherwise the "group:name" of CeSI itself.
func daemonCommandOf(r *http.Request) (fleet.Command, error) {
	var body struct {
		Groups  []string `json:"groups"`
		Confirm string   `json:"confirm"`
	}
	if err := readJSON(r, &body, true); err != nil {
		return fleet.Command{}, err
	}
	c := fleet.Command{Action: cesi.Action(request.ActionOf(r)), ConfirmSelf: body.Confirm, ConfirmNode: body.Confirm}
	groups := body.Groups
	if group := request.Param(r, "group"); group != "" {
		groups = []string{group}
	}
	return request.OnGroups(c, request.Param(r, "node"), groups), nil
}
