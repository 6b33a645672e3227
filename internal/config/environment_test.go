package config

import (
	"testing"

	"cesi/internal/cesi"
)

func TestEnvironment_MembersFromBothSides(t *testing.T) {
	c := mustLoad(t, `[node:a]
host = a
environment = eu, prod ,, eu
[environment:test]
members = c, a
[node:b]
host = b
environment = prod
[environment:prod]
members = c, b, c
[node:c]
host = c
[environment:empty]
`)
	same(t, c.Environments, []cesi.Environment{
		{Name: "eu", Members: []string{"a"}},
		{Name: "prod", Members: []string{"a", "b", "c"}},
		{Name: "test", Members: []string{"c", "a"}},
		{Name: "empty"},
	})
	same(t, [][]string{c.Nodes[0].Environments, c.Nodes[1].Environments, c.Nodes[2].Environments},
		[][]string{{"eu", "prod", "test"}, {"prod"}, {"test", "prod"}})
}

func TestEnvironment_UnknownMember(t *testing.T) {
	same(t, problemsOf(t, "[node:node1]\nhost = a\n[environment:prod]\nmembers = nod1, zzzzzz, Node1\n"), []string{
		`cesi.conf:4: environment "prod": there is no node "nod1"; did you mean "node1"?`,
		`cesi.conf:4: environment "prod": there is no node "zzzzzz"`,
		`cesi.conf:4: environment "prod": there is no node "Node1"; did you mean "node1"?`,
	})
}

func TestEnvironment_NodeWithProblemIsAMember(t *testing.T) {
	same(t, problemsOf(t, "[node:a]\n[environment:prod]\nmembers = a\n"), []string{`cesi.conf:1: node "a": host is missing`})
}

func TestEnvironment_Names(t *testing.T) {
	c := mustLoad(t, "[environment:prod eu (1)]\n[environment:生产]\n")
	same(t, c.Environments, []cesi.Environment{{Name: "prod eu (1)"}, {Name: "生产"}})

	const rule = `: an environment's name has no comma and no slash, and is not "." or ".."`
	same(t, problemsOf(t, "[environment:a/b]\n[environment:a,b]\n[environment:..]\n[environment:]\n"), []string{
		`cesi.conf:1: environment "a/b"` + rule,
		`cesi.conf:2: environment "a,b"` + rule,
		`cesi.conf:3: environment ".."` + rule,
		`cesi.conf:4: [environment:] has no name`,
	})
}
