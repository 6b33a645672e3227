package fleet

import (
	"encoding/base64"
	"hash/fnv"
	"slices"
	"strings"

	"cesi/internal/cesi"
)

// Scope is the targets of a command on the fleet. With an empty Kind it names each
// target; any other Kind is a set: Resolve finds out what is in it now.
type Scope struct {
	Kind    string // one of the kinds of scope, or empty
	Name    string // of the process ("group:name"), group or environment
	Within  string // the environment to which a process or group is limited; empty: all
	Targets []Target
	Filter  Filter // of ScopeMatching
}

// The kinds of scope.
const (
	ScopeProcess     = "process"     // one process on all nodes that have it
	ScopeGroup       = "group"       // a group on all nodes that have it
	ScopeEnvironment = "environment" // all nodes of an environment
	ScopeMatching    = "matching"    // all processes that match a filter
)

// Resolution is a resolved scope.
type Resolution struct {
	Targets []Target
	// SkippedNodes are nodes of a set that do not answer, and SkippedTargets the
	// targets on them. A command skips these, unless its confirmation named them.
	SkippedNodes   []string
	SkippedTargets []Target
}

// Resolve resolves a scope. It fails with Invalid or NotFound, and with Unreachable if
// all its targets are on nodes that do not answer.
func (s Scope) Resolve(snapshot *Snapshot) (Resolution, error) {
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
	case ScopeMatching:
		a = resolveMatching(snapshot, s.Filter)
	default:
		return s.resolveNamed()
	}
	return a, a.problem(s)
}

func (a Resolution) problem(s Scope) error {
	what := s.words()
	switch {
	case len(a.Targets) > 0:
		return nil
	case len(a.SkippedNodes) > 0 && s.Kind == ScopeMatching:
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
func (a *Resolution) add(n *Node, t Target) {
	if n.Status == Up {
		a.Targets = append(a.Targets, t)
		return
	}
	a.SkippedTargets = append(a.SkippedTargets, t)
	if !slices.Contains(a.SkippedNodes, n.Name) {
		a.SkippedNodes = append(a.SkippedNodes, n.Name)
	}
}

func resolveProcess(snapshot *Snapshot, id cesi.ProcessID, environment string) Resolution {
	var a Resolution
	for _, n := range snapshot.Nodes {
		if _, found := n.Process(id); found && (environment == "" || n.InEnvironment(environment)) {
			a.add(n, TargetProcess(n.Name, id))
		}
	}
	return a
}

func resolveGroup(snapshot *Snapshot, name, environment string) Resolution {
	var a Resolution
	group, found := groupIn(snapshot, name, environment)
	if !found {
		return a
	}
	for _, part := range group.Parts {
		a.add(part.Node, Target{Node: part.Node.Name, Group: name})
	}
	return a
}

// groupIn returns a group, limited to an environment unless that is empty.
func groupIn(snapshot *Snapshot, name, environment string) (*Group, bool) {
	group, found := snapshot.Group(name)
	if !found {
		return nil, false
	}
	return group.In(environment)
}

func resolveEnvironment(snapshot *Snapshot, name string) Resolution {
	var a Resolution
	for _, n := range snapshot.Nodes {
		if n.InEnvironment(name) {
			a.add(n, Target{Node: n.Name})
		}
	}
	return a
}

func resolveMatching(snapshot *Snapshot, filter Filter) Resolution {
	var a Resolution
	for _, m := range snapshot.Find(filter) {
		a.add(m.Node, TargetProcess(m.Node.Name, m.Process.ProcessID))
	}
	return a
}

// resolveNamed takes targets that are named one by one. None is skipped: the command
// polls silent nodes again, and has a result for each target.
func (s Scope) resolveNamed() (Resolution, error) {
	if len(s.Targets) == 0 {
		return Resolution{}, cesi.Errorf(cesi.Invalid, "Nothing is selected. Select the targets of the command, then try again.")
	}
	return Resolution{Targets: s.Targets}, nil
}

// TargetName writes a target in the form of ParseTarget. The name of a node has no
// slash; see config.
func TargetName(t Target) string { return t.Node + "/" + t.String() }

// ParseTarget reads "node/group:name", "node/group:*" or "node/*".
func ParseTarget(text string) (Target, error) {
	node, rest, found := strings.Cut(text, "/")
	group, whole := strings.CutSuffix(rest, ":*")
	switch {
	case !found || node == "" || rest == "":
		return Target{}, cesi.Errorf(cesi.Invalid, "%q is no target: want node/group:name, node/group:* or node/*", text)
	case rest == "*":
		return Target{Node: node}, nil
	case whole && group != "":
		return Target{Node: node, Group: group}, nil
	}
	id, err := cesi.ParseProcessID(rest)
	return TargetProcess(node, id), err
}

// EncodeConfirmed encodes the targets of a confirmation, so that the confirmed command
// is for them and no others: a hash of 48 bits for each.
func EncodeConfirmed(targets []Target) string {
	hashes := make([]string, len(targets))
	for i, t := range targets {
		hashes[i] = targetHash(t)
	}
	return strings.Join(hashes, " ")
}

func targetHash(t Target) string {
	h := fnv.New64a()
	h.Write([]byte(TargetName(t)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:6])
}

// FilterConfirmed returns those of the targets that the confirmation named.
func FilterConfirmed(targets []Target, confirmed string) []Target {
	named := make(map[string]bool)
	for hash := range strings.FieldsSeq(confirmed) {
		named[hash] = true
	}
	var list []Target
	for _, t := range targets {
		if named[targetHash(t)] {
			list = append(list, t)
		}
	}
	return list
}
