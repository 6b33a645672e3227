package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// isOldINI reports whether a text that is not TOML looks like the INI file of a CeSI
// before 2.6 with nodes. Without nodes there is nothing to convert.
func isOldINI(text string) bool {
	for line := range strings.Lines(text) {
		title := strings.ToLower(strings.Join(strings.Fields(line), ""))
		for _, known := range []string{"[node:", "[environment:", "[default]"} {
			if strings.HasPrefix(title, known) {
				return !strings.Contains(text, "[[nodes]]")
			}
		}
	}
	return false
}

// convertINI is Convert for the INI file of CeSI 1.x and of 2.0 to 2.5.
func convertINI(text string) (string, []string, error) {
	r := newReport()
	sections := parse("", []byte(unindented(text)), r)
	if len(r.problems.list) > 0 {
		first := r.problems.list[0]
		return "", nil, fmt.Errorf("line %d: %s", first.Line, first.Text)
	}
	defaults := map[string]string{}
	for _, s := range sections {
		if isDefault(s) {
			addValues(defaults, s)
		}
	}
	c := &converter{taken: map[string]bool{}, old: map[string]string{}, isINI: true}
	general := map[string]any{}
	for _, s := range sections {
		if !s.named && s.kind == kindCesi {
			general = decoded(s, defaults)
		}
	}
	c.general(general)
	nodes := 0
	for _, s := range sections {
		switch {
		case s.named && s.kind == kindNode:
			nodes++
			node := decoded(s, defaults)
			node["name"] = s.name
			c.nodeOfINI(nodes, s, node)
		case isDefault(s), !s.named && s.kind == kindCesi, s.named && s.kind == kindEnvironment:
		default:
			c.note("[%s] has no counterpart", s.title())
		}
	}
	for _, s := range sections {
		if s.named && s.kind == kindEnvironment {
			c.environmentOfINI(s, defaults)
		}
	}
	return c.ini.String(), c.notes, nil
}

func isDefault(s section) bool { return !s.named && s.kind == kindDefault }

func addValues(to map[string]string, s section) {
	for _, e := range s.entries {
		to[e.key] = e.text
	}
}

// decoded returns a section's values as ConfigParser read them. Of the defaults it
// takes only keys of a node: the others exist to be used in values.
func decoded(s section, defaults map[string]string) map[string]any {
	raw := map[string]string{}
	for key, value := range defaults {
		raw[key] = value
	}
	addValues(raw, s)
	values := map[string]any{}
	for key, value := range raw {
		_, own := s.get(key)
		if own || s.kind == kindNode && slices.Contains(oldNodeKeys(), key) {
			values[key] = interpolated(value, raw)
		}
	}
	return values
}

// nodeOfINI writes a node whose user and password were part of a URL.
func (c *converter) nodeOfINI(n int, s section, node map[string]any) {
	for _, key := range []string{"username", keyPassword} {
		value := plainText(node[key])
		node[key] = unquoted(value)
		if own, _ := s.get(key); own.text != "" && own.text != node[key] {
			c.note("%s: its %s is decoded: the file had it with escapes", s.label(), key)
		}
	}
	c.node(n, node)
}

// environmentOfINI writes an environment, with the new names of its members.
func (c *converter) environmentOfINI(s section, defaults map[string]string) {
	name := c.environment(s.label(), s.name)
	var members []string
	for _, member := range list(plainText(decoded(s, defaults)["members"])) {
		if now, known := c.old[member]; known {
			members = append(members, now)
			continue
		}
		c.note("%s: its member %s is left out: there is no such node", s.label(), quote(member))
	}
	fmt.Fprintf(&c.ini, "\n[environment:%s]\n", name)
	c.write(s.label(), "members", strings.Join(members, ", "))
}

// unindented removes the white space before lines that ConfigParser reads as keys, and
// appends lines that continue a value to the line of that value.
func unindented(text string) string {
	var lines []string
	for line := range strings.SplitSeq(string(withoutBOM([]byte(text))), "\n") {
		trimmed := strings.TrimSpace(line)
		indented := trimmed != "" && (line[0] == ' ' || line[0] == '\t')
		switch {
		case !indented || isComment(trimmed) || trimmed[0] == '[':
			lines = append(lines, trimmed)
		case beginsKey(trimmed), len(lines) == 0:
			lines = append(lines, trimmed)
		default:
			last := len(lines) - 1
			for last > 0 && (lines[last] == "" || isComment(lines[last])) {
				last--
			}
			lines[last] += " " + trimmed
			lines = append(lines, "") // keep the line numbers
		}
	}
	return strings.Join(lines, "\n")
}

// beginsKey reports whether an indented line is a key of its own: one that the Python
// CeSI knew, or another word before a "=", which a list of members never has. After a
// password it would otherwise become part of it.
func beginsKey(line string) bool {
	if key, _, found := strings.Cut(strings.Replace(line, ":", "=", 1), "="); found && slices.Contains(oldKeys(), strings.ToLower(strings.TrimSpace(key))) {
		return true
	}
	return otherKey().MatchString(line)
}

func otherKey() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_]+\s*=`) }

func oldNodeKeys() []string {
	return []string{"host", "port", "username", keyPassword, "environment"}
}

func oldKeys() []string {
	return append(oldNodeKeys(), "members", "database", "activity_log", "name", "theme", "admin_username", keyAdminPassword)
}
