package config

import (
	"fmt"
	"strings"
	"unicode"
)

// checkName says what is wrong with the name of a [node:NAME] or [environment:NAME]
// section. Names become parts of a page's path.
func checkName(s section) error {
	switch {
	case s.name == "":
		return fmt.Errorf("[%s:] has no name", s.kind)
	case s.kind == kindNode && !isNodeName(s.name):
		return fmt.Errorf(`%s: a node's name has letters, digits, ".", "_" and "-" only, and is not "." or ".."%s`, s.label(), fittingName(s.name))
	case s.kind == kindEnvironment && !isEnvironmentName(s.name):
		return fmt.Errorf(`%s: an environment's name has no comma and no slash, and is not "." or ".."`, s.label())
	}
	return nil
}

// fittingName suggests how to write a name with spaces, which CeSi 1.x accepted.
func fittingName(name string) string {
	if fit := fitNodeName(name); strings.ContainsFunc(name, unicode.IsSpace) && isNodeName(fit) {
		return fmt.Sprintf(": write [node:%s], and %s in members", fit, fit)
	}
	return ""
}

// fitNodeName replaces each character that a node's name can't have by "-".
func fitNodeName(name string) string {
	return strings.Map(func(r rune) rune {
		if isNodeName(string(r)) || r == '.' {
			return r
		}
		return '-'
	}, strings.TrimSpace(name))
}

func isNodeName(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r) {
			return false
		}
	}
	return s != "" && s != "." && s != ".."
}

// isEnvironmentName allows more than a node's name: CeSi 1.x had no rule for it.
func isEnvironmentName(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) || r == ',' || r == '/' {
			return false
		}
	}
	return s != "" && s != "." && s != ".."
}
