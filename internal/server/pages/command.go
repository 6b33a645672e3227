package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
)

// ConfirmCommand asks for the confirmation of a command: on the path's node, or on the
// scope in the query.
func (h *Handler) ConfirmCommand(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if err := checkRole(session.Of(r).User.Role, cesi.Action(query.Get("action"))); err != nil {
		return err
	}
	command, err := h.Requests.ReadCommand(r, query.Get("action"), query)
	if err != nil {
		return err
	}
	if rule := command.Action.Rule(); command.Action.OnDaemon() && rule.Asks == cesi.AsksNever {
		return cesi.Errorf(cesi.Invalid, "%q is not asked about: want remove, reload, shutdown or clear-log", command.Action)
	}
	preview, err := h.Fleet.Preview(command.Command)
	if err != nil {
		return err
	}
	return h.ask(w, r, command, preview, cesi.Text{})
}

// ask shows the confirmation of a command. Problem says why an answer was not accepted;
// it is empty the first time.
func (h *Handler) ask(w http.ResponseWriter, r *http.Request, command request.Command, preview fleet.Preview, problem cesi.Text) error {
	status := http.StatusOK
	if problem.ID != "" {
		status = http.StatusConflict
	}
	if !command.Action.OnDaemon() {
		return h.Renderer.Render(w, status, "confirm", newConfirmPage(h.Base(r), command, preview, problem))
	}
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return err
	}
	question := newDaemonQuestion(n, command)
	question.Problem = problem
	return h.Renderer.Render(w, status, "question", view.NewQuestionPage(h.Base(r), "nodes", question))
}

// SendCommand sends a command, unless it needs a confirmation first, and leads back to
// the page that it came from, which shows the result.
func (h *Handler) SendCommand(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return request.BodyError(err)
	}
	form, action := r.PostForm, request.ActionOf(r)
	if request.Param(r, "node") == "" {
		action = form.Get("action")
	}
	command, err := h.Requests.ReadCommand(r, action, form)
	if err != nil {
		return err
	}
	plan, err := h.Fleet.Plan(r.Context(), session.ActorOf(r), command.Command)
	if err != nil {
		return err
	}
	preview := plan.Preview()
	d, problem, err := decide(session.Of(r).User.Role, command, preview, form.Has("confirmed"))
	if err != nil {
		return err
	}
	if d != sendNow {
		return h.answerUnsent(w, r, command, preview, d, problem)
	}
	err = h.send(w, r, command, plan)
	if cesi.KindOf(err) == cesi.Conflict && command.Action.Rule().Asks == cesi.AsksAlways && !request.IsPartial(r) {
		return h.ask(w, r, command, preview, cesi.TextOf(err)) // such as a reload of a broken configuration
	}
	return err
}

// answerUnsent answers a command that needs a confirmation first.
func (h *Handler) answerUnsent(w http.ResponseWriter, r *http.Request, command request.Command, preview fleet.Preview, d decision, problem cesi.Text) error {
	switch {
	case request.IsPartial(r):
		return h.redirectToConfirm(w, r, command)
	case d == askAt:
		h.Requests.Redirect(w, r, command.Question)
		return nil
	default:
		return h.ask(w, r, command, preview, problem)
	}
}

// send sends a command and answers with its result. If the command takes this program
// down with its supervisord, the reply is sent first.
func (h *Handler) send(w http.ResponseWriter, r *http.Request, command request.Command, plan *fleet.Plan) error {
	preview := plan.Preview()
	if preview.TakesSelfDown {
		op, err := h.Fleet.Send(r.Context(), session.ActorOf(r), plan)
		if err != nil {
			return err
		}
		command.Back = request.LocalURL("activity", op.ID())
		return h.renderShutdown(w, r, command)
	}
	report, err := h.Requests.Send(r, session.ActorOf(r), plan)
	if err != nil {
		return err
	}
	endsSelf := preview.Respawned || preview.Self != "" && !preview.MaybeSelf && command.Action.OnProcesses()
	switch {
	case request.IsPartial(r):
		return h.toast(w, r, report, command.NewlyMatching)
	case endsSelf && report.Result == cesi.OK:
		return h.renderShutdown(w, r, command)
	}
	h.Requests.Redirect(w, r, withReport(command.Back, report.ID, command.NewlyMatching))
	return nil
}

// renderShutdown replies to a command that ends this program. A redirect would lead to
// a server that has ended, for a moment or for good.
func (h *Handler) renderShutdown(w http.ResponseWriter, r *http.Request, command request.Command) error {
	page := newShutdownPage(h.Base(r), command)
	if page.Seconds > 0 {
		w.Header().Set("Refresh", fmt.Sprintf("%d; url=%s", page.Seconds, h.Prefix+page.Back))
	}
	return h.Renderer.Render(w, http.StatusOK, "shutdown", page)
}

// withReport adds a command to a local path, so that the page shows its result, and the
// number of targets that matched too late.
func withReport(path string, id cesi.ActivityID, later int) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	query := u.Query()
	query.Set("report", strconv.FormatInt(int64(id), 10))
	if later > 0 {
		query.Set("later", strconv.Itoa(later))
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// Poll polls a node now.
func (h *Handler) Poll(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return request.BodyError(err)
	}
	if err := h.Polls.Take(session.Of(r).User.Name, h.Now()); err != nil {
		return err
	}
	ctx, cancel := h.Requests.UntilClosing(r)
	defer cancel()
	if err := h.Fleet.Poll(ctx, request.Param(r, "node")); err != nil {
		return err
	}
	if request.IsPartial(r) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	h.Requests.Redirect(w, r, h.Requests.LocalPath(r.PostForm.Get("back")))
	return nil
}
