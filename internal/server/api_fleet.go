package server

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// apiFleetProcesses lists the processes that the query takes, a page of them at
// a time, as their nodes' last answers have them.
func (h *apiHandler) apiFleetProcesses(w http.ResponseWriter, r *http.Request) error {
	q, err := request.ParseProcessesQuery(r.URL.Query())
	if err != nil {
		return err
	}
	q.Answering = true
	found := h.Fleet.Snapshot().Find(q.Filter)
	pages := request.PageCount(len(found), request.PageRows)
	processes := []apiProcess{}
	if q.Page <= pages {
		for _, m := range request.PageOfMatches(found, q) {
			processes = append(processes, newAPIProcess(m.Node, *m.Process))
		}
	}
	h.writeJSON(w, http.StatusOK, struct {
		success
		Processes []apiProcess `json:"processes"`
		Found     int          `json:"found"`
		Page      int          `json:"page"`
		Pages     int          `json:"pages"`
	}{ok(), processes, len(found), q.Page, pages})
	return nil
}

type apiEnvironment struct {
	Name    string    `json:"name"`
	Members []apiNode `json:"members"`
}

// apiEnvironments lists the environments with their nodes.
func (h *apiHandler) apiEnvironments(w http.ResponseWriter, _ *http.Request) error {
	snapshot := h.Fleet.Snapshot()
	list := []apiEnvironment{}
	for _, e := range snapshot.Environments {
		environment := apiEnvironment{Name: e.Name, Members: []apiNode{}}
		members, _ := snapshot.Members(e.Name)
		for _, n := range members {
			environment.Members = append(environment.Members, newAPINode(n))
		}
		list = append(list, environment)
	}
	h.writeJSON(w, http.StatusOK, struct {
		success
		Environments []apiEnvironment `json:"environments"`
	}{ok(), list})
	return nil
}

type apiGroup struct {
	Name         string     `json:"name"`
	Environments []apiPlace `json:"environments"`
}

// apiPlace is the nodes of an environment that have a group; its name is empty
// for the nodes that are in none.
type apiPlace struct {
	Name    string   `json:"name"`
	Members []string `json:"members"`
}

// apiGroups lists the groups with the nodes that have them and answer.
func (h *apiHandler) apiGroups(w http.ResponseWriter, _ *http.Request) error {
	list := []apiGroup{}
	for _, g := range h.Fleet.Snapshot().Groups() {
		if places := placesOf(g); len(places) > 0 {
			list = append(list, apiGroup{Name: g.Name, Environments: places})
		}
	}
	h.writeJSON(w, http.StatusOK, struct {
		success
		Groups []apiGroup `json:"groups"`
	}{ok(), list})
	return nil
}

func placesOf(g *fleet.Group) []apiPlace {
	var places []apiPlace
	at := make(map[string]int)
	for _, part := range g.Parts {
		if part.Node.Status != fleet.Up {
			continue
		}
		names := part.Node.Environments
		if len(names) == 0 {
			names = []string{""}
		}
		for _, name := range names {
			i, found := at[name]
			if !found {
				i = len(places)
				at[name] = i
				places = append(places, apiPlace{Name: name})
			}
			places[i].Members = append(places[i].Members, part.Node.Name)
		}
	}
	return places
}

// apiGroup gives a group's processes by node, of the nodes that answer.
func (h *apiHandler) apiGroup(w http.ResponseWriter, r *http.Request) error {
	group, err := h.Requests.FindGroup(r)
	if err != nil {
		return err
	}
	result := make(map[string][]apiProcess)
	for _, part := range group.Parts {
		if part.Node.Status == fleet.Up {
			result[part.Node.Name] = newAPIPart(part)
		}
	}
	h.writeGroup(w, result)
	return nil
}

// apiGroupNode gives one node's part of a group.
func (h *apiHandler) apiGroupNode(w http.ResponseWriter, r *http.Request) error {
	group, err := h.Requests.FindGroup(r)
	if err != nil {
		return err
	}
	n, err := h.Requests.FindAnsweringNode(r)
	if err != nil {
		return err
	}
	for _, part := range group.Parts {
		if part.Node.Name == n.Name {
			h.writeGroup(w, map[string][]apiProcess{n.Name: newAPIPart(part)})
			return nil
		}
	}
	return cesi.Errorf(cesi.NotFound, "there is no group %q on node %q", group.Name, n.Name)
}

func (h *apiHandler) writeGroup(w http.ResponseWriter, result map[string][]apiProcess) {
	h.writeJSON(w, http.StatusOK, struct {
		success
		Result map[string][]apiProcess `json:"result"`
	}{ok(), result})
}

func newAPIPart(part fleet.GroupPart) []apiProcess {
	list := make([]apiProcess, len(part.Processes))
	for i, p := range part.Processes {
		list[i] = newAPIProcess(part.Node, p)
	}
	return list
}
