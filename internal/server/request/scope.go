package request

import (
	"encoding/base64"
	"hash/fnv"
	"net/url"
	"slices"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// Scope says which targets a command on the fleet has. With an empty Kind it names each
// target. Any other Kind is a set: Resolve finds out what is in it now.
type Scope struct {
	Kind    string   // one of the scopes, or empty
	Name    string   // of the process ("group:name"), group or environment
	Within  string   // the environment to which a process or group is limited; empty: all
	Targets []string // "node/group:name", "node/group:*" or "node/*"
	Filter  ProcessesQuery
}

// The kinds of scope.
const (
	ScopeProcess     = "process"     // one process on all nodes that have it
	ScopeGroup       = "group"       // a group on all nodes that have it
	ScopeEnvironment = "environment" // all nodes of an environment
	scopeMatching    = "matching"    // all processes that match a filter
)

// ParseScope reads a scope from a form: scope with name, and environment to limit a
// process or group, or the fields of a filter; or target, repeatable.
func ParseScope(form url.Values) (Scope, error) {
	s := Scope{Kind: form.Get("scope"), Name: form.Get("name"), Targets: form["target"]}
	switch s.Kind {
	case ScopeProcess, ScopeGroup:
		s.Within = form.Get("environment")
		return s, nil
	case "", ScopeEnvironment:
		return s, nil
	case scopeMatching:
		var err error
		s.Filter, err = ParseProcessesQuery(form)
		return s, err
	default:
		return Scope{}, cesi.Errorf(cesi.Invalid, "%q is no scope: want process, group, environment or matching", s.Kind)
	}
}

// Field is a hidden field of a form.
type Field struct {
	Name, Value string
}

// fields returns the fields from which ParseScope reads the scope.
func (s Scope) fields() []Field {
	var list []Field
	switch s.Kind {
	case "":
		for _, target := range s.Targets {
			list = append(list, Field{"target", target})
		}
		return list
	case scopeMatching:
		list = s.Filter.FilterFields()
	default:
		list = append(list, Field{"name", s.Name})
		if s.Within != "" {
			list = append(list, Field{"environment", s.Within})
		}
	}
	return append(list, Field{"scope", s.Kind})
}

// Resolution is a resolved scope.
type Resolution struct {
	Targets []fleet.Target
	// SkippedNodes are nodes of a set that do not answer, and skippedTargets the
	// targets on them. A command skips these, unless its confirmation named them.
	SkippedNodes   []string
	skippedTargets []fleet.Target
}

// Resolve resolves a scope. It fails with Invalid or NotFound, and with Unreachable if
// all its targets are on nodes that do not answer.
func (s Scope) Resolve(snapshot *fleet.Snapshot) (Resolution, error) {
	var a Resolution
	switch s.Kind {
	case ScopeProcess:
		id, err := cesi.ParseProcessID(s.Name)
		if err != nil {
			return Resolution{}, err
		}
		a = resolveProcess(snapshot, id, s.Within)
	case ScopeGroup:
		a = resolveGroup(snapshot, s.Name, s.Within)
	case ScopeEnvironment:
		a = resolveEnvironment(snapshot, s.Name)
	case scopeMatching:
		a = resolveMatching(snapshot, s.Filter.Filter)
	default:
		return resolveNamed(s.Targets)
	}
	return a, a.problem(s)
}

func (a Resolution) problem(s Scope) error {
	what := s.words()
	switch {
	case len(a.Targets) > 0:
		return nil
	case len(a.SkippedNodes) > 0 && s.Kind == scopeMatching:
		return cesi.Errorf(cesi.Unreachable, "no node with a process like that answers")
	case len(a.SkippedNodes) > 0:
		return cesi.Errorf(cesi.Unreachable, "no node of %s answers", what)
	default:
		return cesi.Errorf(cesi.NotFound, "there is no %s", what)
	}
}

// words names the subject of the scope, for an error.
func (s Scope) words() cesi.Text {
	what := cesi.T("process like that")
	switch s.Kind {
	case ScopeProcess:
		what = cesi.T("process %q", s.Name)
	case ScopeGroup:
		what = cesi.T("group %q", s.Name)
	case ScopeEnvironment:
		what = cesi.T("environment %q", s.Name)
	}
	if s.Within != "" {
		what = cesi.T("%s in environment %q", what, s.Within)
	}
	return what
}

// add adds the target if its node answers, else to the skipped ones.
func (a *Resolution) add(n *fleet.Node, t fleet.Target) {
	if n.Status == fleet.Up {
		a.Targets = append(a.Targets, t)
		return
	}
	a.skippedTargets = append(a.skippedTargets, t)
	if !slices.Contains(a.SkippedNodes, n.Name) {
		a.SkippedNodes = append(a.SkippedNodes, n.Name)
	}
}

func resolveProcess(snapshot *fleet.Snapshot, id cesi.ProcessID, environment string) Resolution {
	var a Resolution
	for _, n := range snapshot.Nodes {
		if _, found := n.Process(id); found && (environment == "" || n.InEnvironment(environment)) {
			a.add(n, fleet.TargetProcess(n.Name, id))
		}
	}
	return a
}

func resolveGroup(snapshot *fleet.Snapshot, name, environment string) Resolution {
	var a Resolution
	group, found := groupIn(snapshot, name, environment)
	if !found {
		return a
	}
	for _, part := range group.Parts {
		a.add(part.Node, fleet.Target{Node: part.Node.Name, Group: name})
	}
	return a
}

// groupIn returns a group, limited to an environment unless that is empty.
func groupIn(snapshot *fleet.Snapshot, name, environment string) (*fleet.Group, bool) {
	group, found := snapshot.Group(name)
	if !found {
		return nil, false
	}
	return group.In(environment)
}

func resolveEnvironment(snapshot *fleet.Snapshot, name string) Resolution {
	var a Resolution
	for _, n := range snapshot.Nodes {
		if n.InEnvironment(name) {
			a.add(n, fleet.Target{Node: n.Name})
		}
	}
	return a
}

func resolveMatching(snapshot *fleet.Snapshot, filter fleet.Filter) Resolution {
	var a Resolution
	for _, m := range snapshot.Find(filter) {
		a.add(m.Node, fleet.TargetProcess(m.Node.Name, m.Process.ProcessID))
	}
	return a
}

// resolveNamed reads targets that are named one by one. None is skipped: the command
// polls silent nodes again, and has a result for each target.
func resolveNamed(names []string) (Resolution, error) {
	var a Resolution
	for _, name := range names {
		t, err := parseTarget(name)
		if err != nil {
			return Resolution{}, err
		}
		a.Targets = append(a.Targets, t)
	}
	if len(a.Targets) == 0 {
		return Resolution{}, cesi.Errorf(cesi.Invalid, "Nothing is selected. Select the targets of the command, then try again.")
	}
	return a, nil
}

// TargetName writes a target in the form of parseTarget. The name of a node has no
// slash; see config.
func TargetName(t fleet.Target) string { return t.Node + "/" + t.String() }

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

// encodeConfirmed encodes the targets of a confirmation, so that the confirmed command
// is for them and no others: a hash of 48 bits for each.
func encodeConfirmed(targets []fleet.Target) string {
	hashes := make([]string, len(targets))
	for i, t := range targets {
		hashes[i] = targetHash(t)
	}
	return strings.Join(hashes, " ")
}

func targetHash(t fleet.Target) string {
	h := fnv.New64a()
	h.Write([]byte(TargetName(t)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:6])
}

// filterConfirmed returns those of the targets that the confirmation named.
func filterConfirmed(targets []fleet.Target, confirmed string) []fleet.Target {
	named := make(map[string]bool)
	for hash := range strings.FieldsSeq(confirmed) {
		named[hash] = true
	}
	var list []fleet.Target
	for _, t := range targets {
		if named[targetHash(t)] {
			list = append(list, t)
		}
	}
	return list
}
