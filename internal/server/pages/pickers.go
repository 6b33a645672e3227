package pages

import (
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// picker is a field of a filter: a list of choices or, if that would be too long, a
// text field.
type picker struct {
	Name    string
	Label   cesi.Text
	All     cesi.Text // the option without a filter
	Value   string
	Choices []string
	Typed   bool
}

// pickerChoices bounds the length of a list of choices.
const pickerChoices = 200

func newPickers(s *fleet.Snapshot, q request.ProcessesQuery) []picker {
	var nodes, groups []string
	for _, n := range s.Nodes {
		nodes = append(nodes, n.Name)
	}
	for _, g := range s.Groups() {
		groups = append(groups, g.Name)
	}
	slices.SortFunc(nodes, cesi.CompareNames)
	return pickersWithChoices(
		newPicker("environment", cesi.T("Environment"), cesi.T("all environments"), q.Environment, request.EnvironmentNames(s)),
		newPicker("node", cesi.T("Node"), cesi.T("all nodes"), q.Node, nodes),
		newPicker("group", cesi.T("Group"), cesi.T("all groups"), q.Group, groups),
	)
}

// pickersWithChoices removes those without choices.
func pickersWithChoices(all ...picker) []picker {
	return slices.DeleteFunc(all, func(p picker) bool { return !p.Typed && len(p.Choices) == 0 })
}

func newPicker(name string, label, all cesi.Text, value string, choices []string) picker {
	p := picker{Name: name, Label: label, All: all, Value: value, Choices: choices}
	switch {
	case len(choices) > pickerChoices:
		p.Choices, p.Typed = nil, true
	case value != "" && !slices.Contains(choices, value):
		p.Choices = append([]string{value}, choices...) // the present value stays
	}
	return p
}
