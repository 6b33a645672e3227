package server

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// scope words what a command on the fleet is for. Its zero Kind names each
// target; any other names a set, which is worked out when it is needed.
type scope struct {
	Kind    string   // one of the scopes, or empty
	Name    string   // of the process ("group:name"), group or environment
	Within  string   // the environment that a process or group is meant in; empty: all
	Targets []string // "node/group:name", "node/group:*" or "node/*"
	Filter  processesQuery
}

// The kinds of scope.
const (
	scopeProcess     = "process"     // one process on all nodes that have it
	scopeGroup       = "group"       // a group on all nodes that have it
	scopeEnvironment = "environment" // all nodes of an environment
	scopeMatching    = "matching"    // all processes that a filter takes
)

// scopeOf reads a scope from a form: scope with name, and environment for a
// process or group in one, or the filter's own fields; or target, any number of
// times.
func scopeOf(form url.Values) (scope, error) {
	s := scope{Kind: form.Get("scope"), Name: form.Get("name"), Targets: form["target"]}
	switch s.Kind {
	case scopeProcess, scopeGroup:
		s.Within = form.Get("environment")
		return s, nil
	case "", scopeEnvironment:
		return s, nil
	case scopeMatching:
		var err error
		s.Filter, err = processesQueryOf(form)
		return s, err
	default:
		return scope{}, cesi.Errorf(cesi.Invalid, "%q is no scope: want process, group, environment or matching", s.Kind)
	}
}

// field is a hidden field of a form.
type field struct {
	Name, Value string
}

// fields is what scopeOf reads the scope from.
func (s scope) fields() []field {
	var list []field
	switch s.Kind {
	case "":
		for _, target := range s.Targets {
			list = append(list, field{"target", target})
		}
		return list
	case scopeMatching:
		list = s.Filter.filterFields()
	default:
		list = append(list, field{"name", s.Name})
		if s.Within != "" {
			list = append(list, field{"environment", s.Within})
		}
	}
	return append(list, field{"scope", s.Kind})
}

// aim is what a scope comes to.
type aim struct {
	targets []fleet.Target
	// silent are nodes of a set that do not answer, and unreached the targets on
	// them: a command leaves those out, unless the question before it named them.
	silent    []string
	unreached []fleet.Target
}

// aim works a scope out. It fails with Invalid or NotFound, and with
// Unreachable where all that it names is on nodes that do not answer.
func (s scope) aim(snapshot *fleet.Snapshot) (aim, error) {
	var a aim
	switch s.Kind {
	case scopeProcess:
		id, err := cesi.ParseProcessID(s.Name)
		if err != nil {
			return aim{}, err
		}
		a = aimAtProcess(snapshot, id, s.Within)
	case scopeGroup:
		a = aimAtGroup(snapshot, s.Name, s.Within)
	case scopeEnvironment:
		a = aimAtEnvironment(snapshot, s.Name)
	case scopeMatching:
		a = aimAtMatching(snapshot, s.Filter.Filter)
	default:
		return aimAt(s.Targets)
	}
	return a, a.problem(s)
}

func (a aim) problem(s scope) error {
	what := s.words()
	switch {
	case len(a.targets) > 0:
		return nil
	case len(a.silent) > 0 && s.Kind == scopeMatching:
		return cesi.Errorf(cesi.Unreachable, "no node with a process like that answers")
	case len(a.silent) > 0:
		return cesi.Errorf(cesi.Unreachable, "no node of %s answers", what)
	default:
		return cesi.Errorf(cesi.NotFound, "there is no %s", what)
	}
}

// words name what the scope is about, in an error.
func (s scope) words() string {
	what := "process like that"
	switch s.Kind {
	case scopeProcess:
		what = fmt.Sprintf("process %q", s.Name)
	case scopeGroup:
		what = fmt.Sprintf("group %q", s.Name)
	case scopeEnvironment:
		what = fmt.Sprintf("environment %q", s.Name)
	}
	if s.Within != "" {
		what = fmt.Sprintf("%s in environment %q", what, s.Within)
	}
	return what
}

// add takes the target in if its node answers.
func (a *aim) add(n *fleet.Node, t fleet.Target) {
	if n.Status == fleet.Up {
		a.targets = append(a.targets, t)
		return
	}
	a.unreached = append(a.unreached, t)
	if !slices.Contains(a.silent, n.Name) {
		a.silent = append(a.silent, n.Name)
	}
}

func aimAtProcess(snapshot *fleet.Snapshot, id cesi.ProcessID, environment string) aim {
	var a aim
	for _, n := range snapshot.Nodes {
		if _, found := n.Process(id); found && (environment == "" || n.InEnvironment(environment)) {
			a.add(n, fleet.TargetProcess(n.Name, id))
		}
	}
	return a
}

func aimAtGroup(snapshot *fleet.Snapshot, name, environment string) aim {
	var a aim
	group, found := groupIn(snapshot, name, environment)
	if !found {
		return a
	}
	for _, part := range group.Parts {
		a.add(part.Node, fleet.Target{Node: part.Node.Name, Group: name})
	}
	return a
}

// groupIn returns a group, as far as it is in an environment if that is not empty.
func groupIn(snapshot *fleet.Snapshot, name, environment string) (*fleet.Group, bool) {
	group, found := snapshot.Group(name)
	if !found {
		return nil, false
	}
	return group.In(environment)
}

func aimAtEnvironment(snapshot *fleet.Snapshot, name string) aim {
	var a aim
	for _, n := range snapshot.Nodes {
		if n.InEnvironment(name) {
			a.add(n, fleet.Target{Node: n.Name})
		}
	}
	return a
}

func aimAtMatching(snapshot *fleet.Snapshot, filter fleet.Filter) aim {
	var a aim
	for _, m := range snapshot.Find(filter) {
		a.add(m.Node, fleet.TargetProcess(m.Node.Name, m.Process.ProcessID))
	}
	return a
}

// aimAt reads targets that are named one by one. None is left out: the command
// asks silent nodes anew, and says of each target how it went.
func aimAt(names []string) (aim, error) {
	var a aim
	for _, name := range names {
		t, err := parseTarget(name)
		if err != nil {
			return aim{}, err
		}
		a.targets = append(a.targets, t)
	}
	if len(a.targets) == 0 {
		return aim{}, cesi.Errorf(cesi.Invalid, "Nothing was chosen. Tick what the command is for, then try again.")
	}
	return a, nil
}

// targetName writes a target as parseTarget reads it. A node's name has no
// slash; see config.
func targetName(t fleet.Target) string { return t.Node + "/" + t.String() }

// parseTarget reads "node/group:name", "node/group:*" or "node/*".
func parseTarget(text string) (fleet.Target, error) {
	node, rest, found := strings.Cut(text, "/")
	group, whole := strings.CutSuffix(rest, ":*")
	switch {
	case !found || node == "" || rest == "":
		return fleet.Target{}, cesi.Errorf(cesi.Invalid, "%q is no target: want node/group:name, node/group:* or node/*", text)
	case rest == "*":
		return fleet.Target{Node: node}, nil
	case whole && group != "":
		return fleet.Target{Node: node, Group: group}, nil
	}
	id, err := cesi.ParseProcessID(rest)
	return fleet.TargetProcess(node, id), err
}

// sealOf writes down which targets a question names, so that the answer is for
// them and no others: a hash of 48 bits for each.
func sealOf(targets []fleet.Target) string {
	hashes := make([]string, len(targets))
	for i, t := range targets {
		hashes[i] = hashOf(t)
	}
	return strings.Join(hashes, " ")
}

func hashOf(t fleet.Target) string {
	h := fnv.New64a()
	h.Write([]byte(targetName(t)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:6])
}

// sealed returns those of the targets that the question named.
func sealed(targets []fleet.Target, seal string) []fleet.Target {
	named := make(map[string]bool)
	for hash := range strings.FieldsSeq(seal) {
		named[hash] = true
	}
	var list []fleet.Target
	for _, t := range targets {
		if named[hashOf(t)] {
			list = append(list, t)
		}
	}
	return list
}
