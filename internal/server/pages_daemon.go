package server

import (
	"net/http"
	"net/url"
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// daemonPage shows what can be done to a node's supervisord itself.
func (s *Server) daemonPage(w http.ResponseWriter, r *http.Request) error {
	n, err := s.findNode(r)
	if err != nil {
		return err
	}
	number, err := parsePage(r.URL.Query().Get("page"))
	if err != nil {
		return err
	}
	return s.pages.render(w, http.StatusOK, "daemon", newDaemonPage(s.base(r), n, number))
}

// rereadForm has the node's supervisord read its configuration anew, which
// applies nothing, and shows what an update would do.
func (s *Server) rereadForm(w http.ResponseWriter, r *http.Request) error {
	n, err := s.findNode(r)
	if err != nil {
		return err
	}
	changes, err := s.opts.Fleet.Reread(r.Context(), n.Name)
	if cesi.FaultOf(err) == cesi.FaultCantReread {
		return s.pages.render(w, http.StatusUnprocessableEntity, "reread", newBrokenPage(s.base(r), n, cesi.Sentence(err)))
	}
	if err != nil {
		return err
	}
	return s.pages.render(w, http.StatusOK, "reread", newRereadPage(s.base(r), n, changes))
}

// updateForm takes up the groups that were ticked on the page of a reread.
func (s *Server) updateForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	if len(r.PostForm["group"]) == 0 {
		return cesi.Errorf(cesi.Invalid, "No group was chosen. Reread the configuration, and tick what to take up.")
	}
	return s.sendToDaemon(w, r, s.daemonCommand(r, r.PostForm))
}

// daemonForm sends a command to a node's supervisord, unless it has to be asked
// about first.
func (s *Server) daemonForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	c := s.daemonCommand(r, r.PostForm)
	if c.Action != cesi.ActionAddGroup && !r.PostForm.Has("confirmed") {
		return s.askDaemon(w, r, c, nil)
	}
	return s.sendToDaemon(w, r, c)
}

// daemonConfirm asks about a command to a node's supervisord.
func (s *Server) daemonConfirm(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	c := s.daemonCommand(r, query)
	c.Action = cesi.Action(query.Get("action"))
	if !c.Action.OnDaemon() || c.Action == cesi.ActionUpdate {
		return cesi.Errorf(cesi.Invalid, "%q is not asked about: want remove, reload, shutdown or clear-log", c.Action)
	}
	return s.askDaemon(w, r, c, nil)
}

// daemonCommand reads a command to the path's node, on the groups of the form if
// it names any.
func (s *Server) daemonCommand(r *http.Request, form url.Values) fleet.Command {
	c := fleet.Command{
		Action:      cesi.Action(actionOf(r)),
		ConfirmSelf: form.Get("confirm_self"), ConfirmNode: form.Get("confirm_node"),
	}
	return onGroups(c, param(r, "node"), form["group"])
}

// onGroups aims a command at groups of a node, or at the node itself.
func onGroups(c fleet.Command, node string, groups []string) fleet.Command {
	for _, group := range slices.Compact(groups) {
		c.Targets = append(c.Targets, fleet.Target{Node: node, Group: group})
	}
	if len(groups) == 0 {
		c.Targets = []fleet.Target{{Node: node}}
	}
	return c
}

func (s *Server) askDaemon(w http.ResponseWriter, r *http.Request, c fleet.Command, problem error) error {
	n, err := s.findNode(r)
	if err != nil {
		return err
	}
	status, question := http.StatusOK, newDaemonQuestion(n, c)
	if problem != nil {
		status, question.Problem = http.StatusConflict, sentence(problem)
	}
	return s.pages.render(w, status, "question", newQuestionPage(s.base(r), "nodes", question))
}

// sendToDaemon sends a command out and leads back to the node's daemon page. What
// takes this program down with it is answered before it goes.
func (s *Server) sendToDaemon(w http.ResponseWriter, r *http.Request, c fleet.Command) error {
	n, err := s.findNode(r)
	if err != nil {
		return err
	}
	if _, ours := n.Self(); ours && (c.Action == cesi.ActionReload || c.Action == cesi.ActionShutdown) {
		op, err := s.opts.Fleet.Control(r.Context(), s.actor(r), c)
		if err != nil {
			return s.daemonRefused(w, r, c, err)
		}
		back := localURL("activity", op.ID())
		return s.sayFarewell(w, r, commandRequest{Command: c, Back: back})
	}
	report, err := s.control(r, c)
	if err != nil {
		return s.daemonRefused(w, r, c, err)
	}
	s.redirect(w, r, withReport(localURL("nodes", n.Name, "daemon"), report.ID, 0))
	return nil
}

// daemonRefused asks anew where a name was not typed as it is written.
func (s *Server) daemonRefused(w http.ResponseWriter, r *http.Request, c fleet.Command, err error) error {
	asks := c.Action == cesi.ActionReload || c.Action == cesi.ActionShutdown
	if cesi.KindOf(err) != cesi.Conflict || !asks {
		return err
	}
	return s.askDaemon(w, r, c, err)
}
