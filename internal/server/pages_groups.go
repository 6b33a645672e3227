package server

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// groupsPage lists the groups of the fleet.
func (h *pagesHandler) groupsPage(w http.ResponseWriter, r *http.Request) error {
	q, err := groupsQueryOf(r.URL.Query())
	if err != nil {
		return err
	}
	page := newGroupsPage(h.base(r), h.Fleet.Snapshot(), q, h.configFile(r))
	return h.Renderer.render(w, http.StatusOK, "groups", page)
}

// groupPage shows one group across the fleet, or across an environment.
func (h *pagesHandler) groupPage(w http.ResponseWriter, r *http.Request) error {
	q, err := groupQueryOf(r.URL.Query())
	if err != nil {
		return err
	}
	group, err := h.Requests.findGroup(r)
	if err != nil {
		return err
	}
	part, found := group.In(q.Environment)
	if !found {
		return cesi.Errorf(cesi.NotFound, "there is no group %q in environment %q", group.Name, q.Environment)
	}
	return h.Renderer.render(w, http.StatusOK, "group", newGroupPage(h.base(r), group, part, q))
}

// findGroup returns the group that the path names.
func (rd *requestReader) findGroup(r *http.Request) (*fleet.Group, error) {
	name := param(r, "group")
	group, found := rd.Fleet.Snapshot().Group(name)
	if !found {
		return nil, cesi.Errorf(cesi.NotFound, "there is no group %q", name)
	}
	return group, nil
}
