package server

import (
	"net/http"
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// environmentsPage lists the environments.
func (h *pagesHandler) environmentsPage(w http.ResponseWriter, r *http.Request) error {
	page := newEnvironmentsPage(h.base(r), h.Fleet.Snapshot(), h.configFile(r))
	return h.Renderer.Render(w, http.StatusOK, "environments", page)
}

// environmentPage shows the nodes of one environment and their processes.
func (h *pagesHandler) environmentPage(w http.ResponseWriter, r *http.Request) error {
	number, err := request.ParsePage(r.URL.Query().Get("page"))
	if err != nil {
		return err
	}
	snapshot := h.Fleet.Snapshot()
	name, err := findEnvironment(snapshot, r)
	if err != nil {
		return err
	}
	return h.Renderer.Render(w, http.StatusOK, "environment", newEnvironmentPage(h.base(r), snapshot, name, number))
}

// findEnvironment returns the environment that the path names.
func findEnvironment(snapshot *fleet.Snapshot, r *http.Request) (string, error) {
	name := request.Param(r, "environment")
	configured := slices.ContainsFunc(snapshot.Environments, func(e cesi.Environment) bool { return e.Name == name })
	if members, _ := snapshot.Members(name); !configured && len(members) == 0 {
		return "", cesi.Errorf(cesi.NotFound, "there is no environment %q", name)
	}
	return name, nil
}
