package config

import "cesi/internal/cesi"

// membership collects which node is in which environment, from both sides: environment
// of a node, and members of an environment.
type membership struct {
	nodes        []string // all nodes, also those with problems
	known        map[string]bool
	environments []cesi.Environment
	index        map[string]int      // of an environment in environments
	of           map[string][]string // the environments of a node
	joined       map[[2]string]bool  // node and environment
}

func newMembership() *membership {
	return &membership{
		known: map[string]bool{}, index: map[string]int{},
		of: map[string][]string{}, joined: map[[2]string]bool{},
	}
}

// declare records that the node exists.
func (m *membership) declare(node string) {
	m.nodes = append(m.nodes, node)
	m.known[node] = true
}

// mention records that the environment exists, and returns it.
func (m *membership) mention(name string) *cesi.Environment {
	i, ok := m.index[name]
	if !ok {
		i = len(m.environments)
		m.index[name] = i
		m.environments = append(m.environments, cesi.Environment{Name: name})
	}
	return &m.environments[i]
}

// join puts a node into environments. Repeated names count once.
func (m *membership) join(node string, environments []string) {
	for _, name := range environments {
		environment := m.mention(name)
		if m.joined[[2]string{node, name}] {
			continue
		}
		m.joined[[2]string{node, name}] = true
		environment.Members = append(environment.Members, node)
		m.of[node] = append(m.of[node], name)
	}
}

// environmentSettings returns the keys of an [environment:NAME] section.
func environmentSettings() []setting[entry] {
	return []setting[entry]{{key: "members", set: func(to *entry, e entry) error { *to = e; return nil }}}
}

// environment reads an environment's section.
func (l *loader) environment(s section, m *membership) {
	var members entry
	apply(l.report, environmentSettings(), s, &members)
	m.mention(s.name)
	for _, node := range list(members.text) {
		if m.known[node] {
			m.join(node, []string{s.name})
			continue
		}
		l.report.problem(members.at, "%s: there is no node %s%s", s.label(), quote(node), suggest(node, m.nodes))
	}
}
