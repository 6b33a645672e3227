package request

import (
	"net/url"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// Scope is a fleet.Scope as forms and links carry it.
type Scope struct {
	fleet.Scope
	query ProcessesQuery // of fleet.ScopeMatching
}

// ScopeOf returns the scope of one kind.
func ScopeOf(kind, name, environment string) Scope {
	return Scope{Scope: fleet.Scope{Kind: kind, Name: name, Within: environment}}
}

// ParseScope reads a scope from a form: scope with name, and environment to limit a
// process or group, or the fields of a filter; or target, repeatable.
func ParseScope(form url.Values) (Scope, error) {
	s := ScopeOf(form.Get("scope"), form.Get("name"), "")
	var err error
	switch s.Kind {
	case fleet.ScopeProcess, fleet.ScopeGroup:
		s.Within = form.Get("environment")
	case fleet.ScopeEnvironment:
	case fleet.ScopeMatching:
		s.query, err = ParseProcessesQuery(form)
		s.Filter = s.query.Filter
	case "":
		s.Targets, err = parseTargets(form["target"])
	default:
		err = cesi.Errorf(cesi.Invalid, "%q is no scope: want process, group, environment or matching", s.Kind)
	}
	return s, err
}

func parseTargets(names []string) ([]fleet.Target, error) {
	targets := make([]fleet.Target, len(names))
	for i, name := range names {
		t, err := fleet.ParseTarget(name)
		if err != nil {
			return nil, err
		}
		targets[i] = t
	}
	return targets, nil
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
			list = append(list, Field{"target", fleet.TargetName(target)})
		}
		return list
	case fleet.ScopeMatching:
		list = s.query.FilterFields()
	default:
		list = append(list, Field{"name", s.Name})
		if s.Within != "" {
			list = append(list, Field{"environment", s.Within})
		}
	}
	return append(list, Field{"scope", s.Kind})
}
