package server

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// groupsPage lists the groups of the fleet.
func (s *Server) groupsPage(w http.ResponseWriter, r *http.Request) error {
	q, err := groupsQueryOf(r.URL.Query())
	if err != nil {
		return err
	}
	page := newGroupsPage(s.base(r), s.opts.Fleet.Snapshot(), q, s.configFile(r))
	return s.pages.render(w, http.StatusOK, "groups", page)
}

// groupPage shows one group across the fleet, or across an environment.
func (s *Server) groupPage(w http.ResponseWriter, r *http.Request) error {
	q, err := groupQueryOf(r.URL.Query())
	if err != nil {
		return err
	}
	group, err := s.findGroup(r)
	if err != nil {
		return err
	}
	part, found := group.In(q.Environment)
	if !found {
		return cesi.Errorf(cesi.NotFound, "there is no group %q in environment %q", group.Name, q.Environment)
	}
	return s.pages.render(w, http.StatusOK, "group", newGroupPage(s.base(r), group, part, q))
}

// findGroup returns the group that the path names.
func (s *Server) findGroup(r *http.Request) (*fleet.Group, error) {
	name := param(r, "group")
	group, found := s.opts.Fleet.Snapshot().Group(name)
	if !found {
		return nil, cesi.Errorf(cesi.NotFound, "there is no group %q", name)
	}
	return group, nil
}
