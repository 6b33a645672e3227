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
)

// ConfirmCommand asks for the confirmation of a command: on the path's node, or on the
// scope in the query.
func (h *Handler) ConfirmCommand(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	request, err := h.Requests.ReadCommand(r, query.Get("action"), query)
	if err != nil {
		return err
	}
	if err := mayCommand(r, request.Action); err != nil {
		return err
	}
	preview, err := h.Fleet.Preview(request.Command)
	if err != nil {
		return err
	}
	return h.ask(w, r, request, preview, cesi.Text{})
}

// mayCommand refuses the confirmation of a command that the user may not send.
func mayCommand(r *http.Request, action cesi.Action) error {
	if role := session.Of(r).User.Role; !role.Can(action.Permission()) {
		return cesi.Errorf(cesi.Forbidden, "Your role, %s, does not allow this.", role)
	}
	return nil
}

// ask shows the confirmation of a command. Problem says why an answer was not accepted;
// it is empty the first time.
func (h *Handler) ask(w http.ResponseWriter, r *http.Request, command request.Command, preview fleet.Preview, problem cesi.Text) error {
	status := http.StatusOK
	if problem.ID != "" {
		status = http.StatusConflict
	}
	return h.Renderer.Render(w, status, "confirm", newConfirmPage(h.Base(r), command, preview, problem))
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
	preview, err := h.Fleet.Preview(command.Command)
	if err != nil {
		return err
	}
	confirmed := form.Has("confirmed")
	asked := func(problem cesi.Text) error { return h.ask(w, r, command, preview, problem) }
	if request.IsPartial(r) {
		asked = func(cesi.Text) error { return h.redirectToConfirm(w, r, command) }
	}
	if confirmed && preview.Self != "" && command.ConfirmSelf != preview.Self {
		return asked(cesi.T("Type %s to stop it.", preview.Self))
	}
	if !confirmed && command.Question != "" {
		h.Requests.Redirect(w, r, command.Question) // so that its address can be shared
		return nil
	}
	if !confirmed && (request.Param(r, "node") == "" || needsConfirmation(command.Action, preview)) {
		return asked(cesi.Text{})
	}
	report, err := h.Requests.Control(r, session.ActorOf(r), command.Command)
	if err != nil {
		return err
	}
	if request.IsPartial(r) {
		return h.toast(w, r, report, command.NewlyMatching)
	}
	if (preview.Self != "" && !preview.MaybeSelf || preview.Respawned) && report.Result == cesi.OK {
		return h.renderShutdown(w, r, command)
	}
	h.Requests.Redirect(w, r, withReport(command.Back, report.ID, command.NewlyMatching))
	return nil
}

// renderShutdown replies to a command that ends this program: a redirect would lead to
// a server that is gone, for a moment or for good.
func (h *Handler) renderShutdown(w http.ResponseWriter, r *http.Request, command request.Command) error {
	page := newShutdownPage(h.Base(r), command)
	if page.Seconds > 0 {
		w.Header().Set("Refresh", fmt.Sprintf("%d; url=%s", page.Seconds, h.Prefix+page.Back))
	}
	return h.Renderer.Render(w, http.StatusOK, "shutdown", page)
}

// needsConfirmation reports whether a command needs a confirmation.
func needsConfirmation(action cesi.Action, p fleet.Preview) bool {
	return action != cesi.ActionStart && len(p.Hit) > 1 || len(p.Manual) > 1 || p.Self != "" || action == cesi.ActionClearLogs
}

// withReport adds to a local path the command whose result the page shall show, and how
// many targets matched too late.
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
