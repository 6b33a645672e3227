package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"cesi/internal/cesi"

	"github.com/BurntSushi/toml"
)

// Convert turns the TOML configuration of CeSi 2.6 to 2.7.1, or the INI configuration
// of older versions, into ours. In an INI it decodes the escapes (see pythonEscape).
// The notes name keys that do not exist here or mean something else; they hold no
// password. The error says where the file is broken.
//
// The keys are those of cesi/core/parser.py of 2.7.1: database, activity_log,
// admin_username and admin_password in [cesi]; name, host, port, username, password and
// environment in each of [[nodes]]. In CeSI 2.0 to 2.5, whose file was an INI, [cesi]
// may also have host, port, name and theme, which mean the same here.
func Convert(text []byte) (ini string, notes []string, err error) {
	var old map[string]any
	if _, err := toml.Decode(string(withoutBOM(text)), &old); err != nil {
		if isOldINI(string(text)) {
			return convertINI(string(text))
		}
		return "", nil, fmt.Errorf("this is no TOML: %w", err)
	}
	c := &converter{taken: map[string]bool{}, old: map[string]string{}}
	general, ok := old["cesi"].(map[string]any)
	if !ok {
		return "", nil, fmt.Errorf("this is no configuration of CeSi 2.x: it has no [cesi]")
	}
	c.general(general)
	for i, node := range tables(old["nodes"]) {
		c.node(i+1, node)
	}
	for _, key := range slices.Sorted(maps.Keys(old)) {
		if key != "cesi" && key != "nodes" {
			c.note("[%s] has no counterpart", key)
		}
	}
	return c.ini.String(), c.notes, nil
}

// converter writes the new configuration.
type converter struct {
	ini   strings.Builder
	notes []string
	taken map[string]bool   // names of nodes
	old   map[string]string // the new names of nodes by their old ones
	isINI bool              // the file is that of a CeSI before 2.6
}

func (c *converter) note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

// tables returns the tables of an array, without its other values.
func tables(value any) []map[string]any {
	switch list := value.(type) {
	case []map[string]any:
		return list
	case []any: // nodes = [{…}, {…}]
		var found []map[string]any
		for _, item := range list {
			if table, ok := item.(map[string]any); ok {
				found = append(found, table)
			}
		}
		return found
	default:
		return nil
	}
}

// general writes [cesi].
func (c *converter) general(old map[string]any) {
	c.ini.WriteString("[cesi]\n")
	if plainText(old["host"]) == "" {
		c.note("CeSi 2.x listened on the address of its command line, 0.0.0.0 without one; this one on localhost: set host in [cesi] for others to reach it")
	}
	for _, key := range slices.Sorted(maps.Keys(old)) {
		value := plainText(old[key])
		switch key {
		case "database":
			c.database(value)
		case "activity_log":
			c.write("[cesi]", key, value)
		case "host", "port", "name", "theme":
			c.unread(key, value)
		case "admin_username":
			c.adminUsername(value)
		case keyAdminPassword:
			if value == "admin" {
				c.note("[cesi]: admin_password is the sample's, so it is left out: without users, the first start makes a random one")
				continue
			}
			c.write("[cesi]", key, value)
		default:
			c.note("[cesi]: %s has no counterpart", key)
		}
	}
}

// unread writes a key that CeSi 2.6 and later ignored: its value may never have
// applied.
func (c *converter) unread(key, value string) {
	if value == "" {
		return
	}
	if !c.isINI {
		c.note("[cesi]: %s is taken over; CeSi 2.6 and later did not read it from their file, but it counts here", key)
	}
	c.write("[cesi]", key, value)
}

func (c *converter) adminUsername(value string) {
	if err := cesi.ValidateUserName(value); value != "" && err != nil {
		c.note("[cesi]: admin_username %s is left out: %s", quote(value), cesi.TextOf(err))
		return
	}
	c.write("[cesi]", "admin_username", value)
}

// database writes the path of an SQLite file. Other URLs hold passwords.
func (c *converter) database(value string) {
	scheme, _, isURL := strings.Cut(value, "://")
	path, isFile := strings.CutPrefix(value, "sqlite:///")
	switch {
	case isURL && !isFile:
		c.note("[cesi]: the database is %s, and only SQLite is supported here: it is left out, and users must be added again", quote(scheme))
		return
	case isFile && !strings.HasPrefix(path, "/"):
		c.note("[cesi]: database %s is relative: CeSi 2.x looked for it in its own folder (where run.py is), this one looks in the working directory", quote(path))
	}
	c.write("[cesi]", "database", value)
}

// node writes the section of the nth node.
func (c *converter) node(n int, old map[string]any) {
	name := c.nodeName(n, plainText(old["name"]))
	label := "node " + quote(name)
	fmt.Fprintf(&c.ini, "\n[node:%s]\n", name)
	for _, key := range []string{"host", "port", "username", "password", "environment"} {
		value := plainText(old[key])
		switch {
		case value == "":
		case key == "password" && plainText(old["username"]) == "":
			c.note("%s: its password is left out: it has no username", label)
		case key == "environment":
			c.write(label, key, c.environment(label, value))
		default:
			c.write(label, key, value)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(old)) {
		if !slices.Contains([]string{"name", "host", "port", "username", "password", "environment"}, key) {
			c.note("%s: %s has no counterpart", label, key)
		}
	}
}

// nodeName returns a valid name that no other node has.
func (c *converter) nodeName(n int, old string) string {
	name := fitNodeName(old)
	if !isNodeName(name) {
		name = "node-" + strconv.Itoa(n)
	}
	for base, i := name, 2; c.taken[name]; i++ {
		name = base + "-" + strconv.Itoa(i)
	}
	c.taken[name], c.old[old] = true, name
	if name != old {
		c.note("node %s is called %s now", quote(old), quote(name))
	}
	return name
}

// environment returns a valid name of an environment.
func (c *converter) environment(label, old string) string {
	name := strings.Map(func(r rune) rune {
		if r == ',' || r == '/' || !unicode.IsPrint(r) {
			return '-'
		}
		return r
	}, strings.TrimSpace(old))
	if !isEnvironmentName(name) {
		name = "environment-" + strings.ReplaceAll(name, ".", "-")
	}
	if name != old {
		c.note("%s: its environment %s is called %s now", label, quote(old), quote(name))
	}
	return name
}

// write writes a key, unless an INI line can't hold its value.
func (c *converter) write(label, key, value string) {
	line := key + " = " + value
	if strings.HasPrefix(value, ";") {
		line = key + " =" + value // after white space it would be a comment
	}
	switch {
	case value == "":
		return
	case readBack(line) == value:
		c.ini.WriteString(line + "\n")
		return
	}
	advice := "set it by hand"
	if key == keyPassword {
		advice = "write it into a file, and name that with password_file"
	}
	c.note(`%s: its %s is left out: no value here begins or ends with a space, or holds a " ;" or a control character; %s`, label, key, advice)
}

// readBack returns the value that our own parser finds in a line.
func readBack(line string) string {
	sections := parse("", []byte("[x]\n"+line+"\n"), newReport())
	if len(sections) != 1 || len(sections[0].entries) != 1 {
		return ""
	}
	return sections[0].entries[0].text
}

// plainText returns a TOML value as text; empty for a table or an array.
func plainText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int64, float64, bool:
		return fmt.Sprint(v)
	default:
		return ""
	}
}
