package request

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// FindNode returns the node named in the path.
func (rd *Reader) FindNode(r *http.Request) (*fleet.Node, error) {
	name := Param(r, "node")
	n, found := rd.Fleet.Snapshot().Node(name)
	if !found {
		return nil, cesi.Errorf(cesi.NotFound, "there is no node %q", name)
	}
	return n, nil
}

// FindAnsweringNode is FindNode for clients that would take its processes as current: a
// node that does not answer is an error.
func (rd *Reader) FindAnsweringNode(r *http.Request) (*fleet.Node, error) {
	n, err := rd.FindNode(r)
	if err != nil {
		return nil, err
	}
	return n, n.Unanswered()
}

// FindProcess returns the process of the node that is named in the path.
func FindProcess(n *fleet.Node, r *http.Request) (fleet.Process, error) {
	id, err := cesi.ParseProcessID(Param(r, "process"))
	if err != nil {
		return fleet.Process{}, err
	}
	p, found := n.Process(id)
	if !found {
		return fleet.Process{}, cesi.Errorf(cesi.NotFound, "there is no process %q on node %q", id, n.Name)
	}
	return p, nil
}

// FindGroup returns the group named in the path.
func (rd *Reader) FindGroup(r *http.Request) (*fleet.Group, error) {
	name := Param(r, "group")
	group, found := rd.Fleet.Snapshot().Group(name)
	if !found {
		return nil, cesi.Errorf(cesi.NotFound, "there is no group %q", name)
	}
	return group, nil
}

// FindNodesProcess returns the node and the process named in the path, with their last
// known data, however old.
func (rd *Reader) FindNodesProcess(r *http.Request) (*fleet.Node, fleet.Process, error) {
	n, err := rd.FindNode(r)
	if err != nil {
		return nil, fleet.Process{}, err
	}
	p, err := FindProcess(n, r)
	if cesi.KindOf(err) == cesi.NotFound && n.LastContact.IsZero() && n.Unanswered() != nil {
		err = n.Unanswered() // it may have such a process
	}
	return n, p, err
}
