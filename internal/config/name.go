package config

import (
	"fmt"
	"strings"
	"unicode"
)

// checkName says what is wrong with the name in a [node:NAME] or
// [environment:NAME] section. Names become parts of a page's path.
func checkName(s section) error {
	switch {
	case s.name == "":
		return fmt.Errorf("[%s:] has no name", s.kind)
	case s.kind == kindNode && !isNodeName(s.name):
		return fmt.Errorf(`%s: a node's name has letters, digits, ".", "_" and "-" only, and is not "." or ".."`, s.label())
	case s.kind == kindEnvironment && !isEnvironmentName(s.name):
		return fmt.Errorf(`%s: an environment's name has no comma and no slash, and is not "." or ".."`, s.label())
	}
	return nil
}

func isNodeName(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r) {
			return false
		}
	}
	return s != "" && s != "." && s != ".."
}

// isEnvironmentName allows more than a node's name may have: CeSi 1.x never
// restricted it.
func isEnvironmentName(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) || r == ',' || r == '/' {
			return false
		}
	}
	return s != "" && s != "." && s != ".."
}
