package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// confirmPage asks about a command: on the path's node, or on the scope in the
// query.
func (s *Server) confirmPage(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	request, err := s.requestOf(r, query.Get("action"), query)
	if err != nil {
		return err
	}
	if err := mayCommand(r, request.Action); err != nil {
		return err
	}
	preview, err := s.opts.Fleet.Preview(request.Command)
	if err != nil {
		return err
	}
	return s.ask(w, r, request, preview, "")
}

// mayCommand refuses the question about a command that the visitor may not send.
func mayCommand(r *http.Request, action cesi.Action) error {
	if role := visitorOf(r).user.Role; !role.Can(action.Permission()) {
		return cesi.Errorf(cesi.Forbidden, "Your role, %s, does not allow this.", role)
	}
	return nil
}

// ask shows the question before a command. Problem says why an answer was not
// accepted; it is empty the first time.
func (s *Server) ask(w http.ResponseWriter, r *http.Request, request commandRequest, preview fleet.Preview, problem string) error {
	status := http.StatusOK
	if problem != "" {
		status = http.StatusConflict
	}
	return s.pages.render(w, status, "confirm", newConfirmPage(s.base(r), request, preview, problem))
}

// commandForm sends a command out, unless it has to be asked about first, and
// leads back to the page it came from, which tells how it went.
func (s *Server) commandForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	form, action := r.PostForm, actionOf(r)
	if param(r, "node") == "" {
		action = form.Get("action")
	}
	request, err := s.requestOf(r, action, form)
	if err != nil {
		return err
	}
	preview, err := s.opts.Fleet.Preview(request.Command)
	if err != nil {
		return err
	}
	confirmed := form.Has("confirmed")
	asked := func(problem string) error { return s.ask(w, r, request, preview, problem) }
	if isPart(r) {
		asked = func(string) error { return s.askInPage(w, r, request) }
	}
	if confirmed && preview.Self != "" && request.ConfirmSelf != preview.Self {
		return asked(s.speaker(r).Say("Type %s to stop it.", preview.Self))
	}
	if !confirmed && request.Question != "" {
		s.redirect(w, r, request.Question) // so that the question can be sent to somebody
		return nil
	}
	if !confirmed && (param(r, "node") == "" || questionable(request.Action, preview)) {
		return asked("")
	}
	report, err := s.control(r, request.Command)
	if err != nil {
		return err
	}
	if isPart(r) {
		return s.toast(w, r, report, request.Later)
	}
	if (preview.Self != "" && !preview.MaybeSelf || preview.Anew) && report.Result == cesi.OK {
		return s.sayFarewell(w, r, request)
	}
	s.redirect(w, r, withReport(request.Back, report.ID, request.Later))
	return nil
}

// sayFarewell answers a command that ends this program: a redirect would lead to
// where nobody listens, for a moment or for good.
func (s *Server) sayFarewell(w http.ResponseWriter, r *http.Request, request commandRequest) error {
	page := newFarewellPage(s.base(r), request)
	if page.Seconds > 0 {
		w.Header().Set("Refresh", fmt.Sprintf("%d; url=%s", page.Seconds, s.opts.Prefix+page.Back))
	}
	return s.pages.render(w, http.StatusOK, "farewell", page)
}

// questionable reports whether a command is asked about before it goes out.
func questionable(action cesi.Action, p fleet.Preview) bool {
	return action != cesi.ActionStart && len(p.Hit) > 1 || len(p.Manual) > 1 || p.Self != "" || action == cesi.ActionClearLogs
}

// withReport adds to a path of ours which command the page is to tell about,
// and how many targets came too late for it.
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

// pollForm asks a node now.
func (s *Server) pollForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	if err := s.polls.take(visitorOf(r).user.Name, s.opts.Now()); err != nil {
		return err
	}
	ctx, cancel := s.untilClosing(r)
	defer cancel()
	if err := s.opts.Fleet.Poll(ctx, param(r, "node")); err != nil {
		return err
	}
	if isPart(r) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	s.redirect(w, r, s.localPath(r.PostForm.Get("back")))
	return nil
}
