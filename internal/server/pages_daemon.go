package server

import (
	"net/http"
	"net/url"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
)

// daemonPage shows what can be done to a node's supervisord itself.
func (h *pagesHandler) daemonPage(w http.ResponseWriter, r *http.Request) error {
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return err
	}
	number, err := request.ParsePage(r.URL.Query().Get("page"))
	if err != nil {
		return err
	}
	return h.Renderer.Render(w, http.StatusOK, "daemon", newDaemonPage(h.base(r), n, number))
}

// rereadForm has the node's supervisord read its configuration anew, which
// applies nothing, and shows what an update would do.
func (h *pagesHandler) rereadForm(w http.ResponseWriter, r *http.Request) error {
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return err
	}
	changes, err := h.Fleet.Reread(r.Context(), n.Name)
	if cesi.FaultOf(err) == cesi.FaultCantReread {
		return h.Renderer.Render(w, http.StatusUnprocessableEntity, "reread", newBrokenPage(h.base(r), n, cesi.Sentence(err)))
	}
	if err != nil {
		return err
	}
	return h.Renderer.Render(w, http.StatusOK, "reread", newRereadPage(h.base(r), n, changes))
}

// updateForm takes up the groups that were ticked on the page of a reread.
func (h *pagesHandler) updateForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return request.BodyError(err)
	}
	if len(r.PostForm["group"]) == 0 {
		return cesi.Errorf(cesi.Invalid, "No group was chosen. Reread the configuration, and tick what to take up.")
	}
	return h.sendToDaemon(w, r, h.daemonCommand(r, r.PostForm))
}

// daemonForm sends a command to a node's supervisord, unless it has to be asked
// about first.
func (h *pagesHandler) daemonForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return request.BodyError(err)
	}
	c := h.daemonCommand(r, r.PostForm)
	if c.Action != cesi.ActionAddGroup && !r.PostForm.Has("confirmed") {
		return h.askDaemon(w, r, c, nil)
	}
	return h.sendToDaemon(w, r, c)
}

// daemonConfirm asks about a command to a node's supervisord.
func (h *pagesHandler) daemonConfirm(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	c := h.daemonCommand(r, query)
	c.Action = cesi.Action(query.Get("action"))
	if !c.Action.OnDaemon() || c.Action == cesi.ActionUpdate {
		return cesi.Errorf(cesi.Invalid, "%q is not asked about: want remove, reload, shutdown or clear-log", c.Action)
	}
	return h.askDaemon(w, r, c, nil)
}

// daemonCommand reads a command to the path's node, on the groups of the form if
// it names any.
func (h *pagesHandler) daemonCommand(r *http.Request, form url.Values) fleet.Command {
	c := fleet.Command{
		Action:      cesi.Action(request.ActionOf(r)),
		ConfirmSelf: form.Get("confirm_self"), ConfirmNode: form.Get("confirm_node"),
	}
	return request.OnGroups(c, request.Param(r, "node"), form["group"])
}

func (h *pagesHandler) askDaemon(w http.ResponseWriter, r *http.Request, c fleet.Command, problem error) error {
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return err
	}
	status, question := http.StatusOK, newDaemonQuestion(n, c)
	if problem != nil {
		status, question.Problem = http.StatusConflict, view.Sentence(problem)
	}
	return h.Renderer.Render(w, status, "question", view.NewQuestionPage(h.base(r), "nodes", question))
}

// sendToDaemon sends a command out and leads back to the node's daemon page. What
// takes this program down with it is answered before it goes.
func (h *pagesHandler) sendToDaemon(w http.ResponseWriter, r *http.Request, c fleet.Command) error {
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return err
	}
	if _, ours := n.Self(); ours && (c.Action == cesi.ActionReload || c.Action == cesi.ActionShutdown) {
		op, err := h.Fleet.Control(r.Context(), session.ActorOf(r), c)
		if err != nil {
			return h.daemonRefused(w, r, c, err)
		}
		back := request.LocalURL("activity", op.ID())
		return h.sayFarewell(w, r, request.Command{Command: c, Back: back})
	}
	report, err := h.Requests.Control(r, session.ActorOf(r), c)
	if err != nil {
		return h.daemonRefused(w, r, c, err)
	}
	h.Requests.Redirect(w, r, withReport(request.LocalURL("nodes", n.Name, "daemon"), report.ID, 0))
	return nil
}

// daemonRefused asks anew where a name was not typed as it is written.
func (h *pagesHandler) daemonRefused(w http.ResponseWriter, r *http.Request, c fleet.Command, err error) error {
	asks := c.Action == cesi.ActionReload || c.Action == cesi.ActionShutdown
	if cesi.KindOf(err) != cesi.Conflict || !asks {
		return err
	}
	return h.askDaemon(w, r, c, err)
}
