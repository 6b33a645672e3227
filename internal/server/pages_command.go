package server

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"cesi/internal/cesi"
	"cesi/internal/fleet"

	"github.com/go-chi/chi/v5"
)

// confirmPage asks about a command on the path's node: on the groups and
// processes in the query, or on all of it.
func (s *Server) confirmPage(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	return s.ask(w, r, query.Get("action"), query, http.StatusOK, "")
}

// ask shows the question before a command.
func (s *Server) ask(w http.ResponseWriter, r *http.Request, action string, form url.Values, status int, problem string) error {
	if _, err := s.findNode(r); err != nil {
		return err
	}
	c, err := commandOf(r, action, form["group"], form["process"])
	if err != nil {
		return err
	}
	preview, err := s.opts.Fleet.Preview(c)
	if err != nil {
		return err
	}
	request := confirmRequest{
		Node: param(r, "node"), Action: c.Action, Groups: form["group"], Processes: form["process"],
		Back: s.localPath(form.Get("back")),
	}
	return s.pages.render(w, status, "confirm", newConfirmPage(s.base(r), request, preview, problem))
}

// commandForm sends a command out, unless it has to be asked about first, and
// leads back to the page it came from, which tells how it went.
func (s *Server) commandForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	form, action := r.PostForm, chi.URLParam(r, "action")
	if process := param(r, "process"); process != "" {
		form["process"], form["group"] = []string{process}, nil
	}
	c, err := commandOf(r, action, form["group"], form["process"])
	if err != nil {
		return err
	}
	c.ConfirmSelf = form.Get("confirm_self")
	preview, err := s.opts.Fleet.Preview(c)
	if err != nil {
		return err
	}
	if preview.Self != "" && c.ConfirmSelf != preview.Self && form.Has("confirmed") {
		return s.ask(w, r, action, form, http.StatusConflict, "Type "+preview.Self+" to stop it.")
	}
	if !form.Has("confirmed") && questionable(c.Action, preview) {
		return s.ask(w, r, action, form, http.StatusOK, "")
	}
	report, err := s.control(r, c)
	if err != nil {
		return err
	}
	s.redirect(w, r, withReport(s.localPath(form.Get("back")), report.ID))
	return nil
}

// questionable reports whether a command is asked about before it goes out.
func questionable(action cesi.Action, p fleet.Preview) bool {
	return action != cesi.ActionStart && len(p.Hit) > 1 || len(p.Manual) > 1 || p.Self != ""
}

// withReport adds to a path of ours which command the page is to tell about.
func withReport(path string, id cesi.ActivityID) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	query := u.Query()
	query.Set("report", strconv.FormatInt(int64(id), 10))
	u.RawQuery = query.Encode()
	return u.String()
}

// pollForm asks a node now.
func (s *Server) pollForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.opts.Closing, cancel)()
	if err := s.opts.Fleet.Poll(ctx, param(r, "node")); err != nil {
		return err
	}
	s.redirect(w, r, s.localPath(r.PostForm.Get("back")))
	return nil
}
