package api

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// ListFleetProcesses lists the processes that the query selects, one page at a time,
// from the nodes' last answers.
func (h *Handler) ListFleetProcesses(w http.ResponseWriter, r *http.Request) error {
	q, err := request.ParseProcessesQuery(r.URL.Query())
	if err != nil {
		return err
	}
	q.Answering = true
	found := h.Fleet.Snapshot().Find(q.Filter)
	pages := request.PageCount(len(found), request.PageRows)
	processes := []ProcessJSON{}
	if q.Page <= pages {
		for _, m := range request.PageOfMatches(found, q) {
			processes = append(processes, newProcessJSON(m.Node, *m.Process))
		}
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Processes []ProcessJSON `json:"processes"`
		Found     int           `json:"found"`
		Page      int           `json:"page"`
		Pages     int           `json:"pages"`
	}{ok(), processes, len(found), q.Page, pages})
	return nil
}

type environmentJSON struct {
	Name    string     `json:"name"`
	Members []nodeJSON `json:"members"`
}

// ListEnvironments lists the environments with their nodes.
func (h *Handler) ListEnvironments(w http.ResponseWriter, _ *http.Request) error {
	snapshot := h.Fleet.Snapshot()
	list := []environmentJSON{}
	for _, e := range snapshot.Environments {
		environment := environmentJSON{Name: e.Name, Members: []nodeJSON{}}
		members, _ := snapshot.Members(e.Name)
		for _, n := range members {
			environment.Members = append(environment.Members, newNodeJSON(n))
		}
		list = append(list, environment)
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Environments []environmentJSON `json:"environments"`
	}{ok(), list})
	return nil
}

type groupJSON struct {
	Name         string      `json:"name"`
	Environments []placeJSON `json:"environments"`
}

// placeJSON is an environment with its nodes that have a group; its name is empty for
// nodes without environment.
type placeJSON struct {
	Name    string   `json:"name"`
	Members []string `json:"members"`
}

// ListGroups lists the groups with the nodes that have them and answer.
func (h *Handler) ListGroups(w http.ResponseWriter, _ *http.Request) error {
	list := []groupJSON{}
	for _, g := range h.Fleet.Snapshot().Groups() {
		if places := placesOf(g); len(places) > 0 {
			list = append(list, groupJSON{Name: g.Name, Environments: places})
		}
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Groups []groupJSON `json:"groups"`
	}{ok(), list})
	return nil
}

func placesOf(g *fleet.Group) []placeJSON {
	var places []placeJSON
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
				places = append(places, placeJSON{Name: name})
			}
			places[i].Members = append(places[i].Members, part.Node.Name)
		}
	}
	return places
}

// ShowGroup returns a group's processes by node, of nodes that answer.
func (h *Handler) ShowGroup(w http.ResponseWriter, r *http.Request) error {
	group, err := h.Requests.FindGroup(r)
	if err != nil {
		return err
	}
	result := make(map[string][]ProcessJSON)
	for _, part := range group.Parts {
		if part.Node.Status == fleet.Up {
			result[part.Node.Name] = newGroupPartJSON(part)
		}
	}
	h.writeGroup(w, result)
	return nil
}

// ShowGroupOnNode returns one node's part of a group.
func (h *Handler) ShowGroupOnNode(w http.ResponseWriter, r *http.Request) error {
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
			h.writeGroup(w, map[string][]ProcessJSON{n.Name: newGroupPartJSON(part)})
			return nil
		}
	}
	return cesi.Errorf(cesi.NotFound, "there is no group %q on node %q", group.Name, n.Name)
}

func (h *Handler) writeGroup(w http.ResponseWriter, result map[string][]ProcessJSON) {
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Result map[string][]ProcessJSON `json:"result"`
	}{ok(), result})
}

// newGroupPartJSON lists the processes of a node's part of a group.
func newGroupPartJSON(part fleet.GroupPart) []ProcessJSON {
	list := make([]ProcessJSON, len(part.Processes))
	for i, p := range part.Processes {
		list[i] = newProcessJSON(part.Node, p)
	}
	return list
}
