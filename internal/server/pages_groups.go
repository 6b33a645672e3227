package server

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
)

// groupsPage lists the groups of the fleet.
func (h *pagesHandler) groupsPage(w http.ResponseWriter, r *http.Request) error {
	q, err := request.ParseGroupsQuery(r.URL.Query())
	if err != nil {
		return err
	}
	page := newGroupsPage(h.base(r), h.Fleet.Snapshot(), q, h.configFile(r))
	return h.Renderer.Render(w, http.StatusOK, "groups", page)
}

// groupPage shows one group across the fleet, or across an environment.
func (h *pagesHandler) groupPage(w http.ResponseWriter, r *http.Request) error {
	q, err := request.ParseGroupQuery(r.URL.Query())
	if err != nil {
		return err
	}
	group, err := h.Requests.FindGroup(r)
	if err != nil {
		return err
	}
	part, found := group.In(q.Environment)
	if !found {
		return cesi.Errorf(cesi.NotFound, "there is no group %q in environment %q", group.Name, q.Environment)
	}
	return h.Renderer.Render(w, http.StatusOK, "group", newGroupPage(h.base(r), group, part, q))
}
