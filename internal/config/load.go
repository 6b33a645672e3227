package config

import (
	"bytes"
	"slices"
	"time"

	"cesi/internal/cesi"
)

// The kinds of section.
const (
	kindNode        = "node" // with a name one node, without a name the defaults of all
	kindEnvironment = "environment"
	kindInclude     = "include"
	kindCesi        = "cesi"
	kindDefault     = "default" // the defaults of ConfigParser
)

// Load reads the configuration at path with all files that it includes. The error is an
// *Error with every problem, and then the Config is nil.
func Load(path string) (*Config, error) {
	c, _, err := load(path)
	return c, err
}

// load is Load, and also returns what it read, even if it was invalid.
func load(path string) (*Config, inputs, error) {
	l := &loader{
		files:       newFiles(),
		report:      newReport(),
		config:      defaults(path),
		nodeTimeout: 5 * time.Second,
		authorities: map[string]authority{},
	}
	l.load(path)
	made := l.files.made
	if len(l.report.problems.list) > 0 {
		return nil, made, l.report.failure(l.order)
	}
	l.config.Warnings = sorted(l.order, l.report.warnings)
	l.config.made = made
	return l.config, made, nil
}

// loader is one loading of a configuration.
type loader struct {
	files       *files
	report      *report
	order       []string // the configuration files, in the order of reading
	config      *Config
	nodeTimeout time.Duration        // of nodes without their own
	authorities map[string]authority // by path
}

func (l *loader) load(path string) {
	sections := l.readMain(path)
	l.warnOfReaders(sections)
	sorted := l.sort(sections)
	for _, s := range sorted.cesi {
		apply(l.report, l.cesiSettings(), s, l.config)
		l.completeURL(s)
	}
	base := l.nodeDefaults(sorted.defaults)
	members := l.fleet(sorted.inOrder, base)
	for _, s := range sorted.again {
		l.again(s, base, members)
	}
}

// fleet reads the sections of nodes and environments. It learns the names of all nodes
// first: an environment may stand above its members.
func (l *loader) fleet(sections []section, base draft) *membership {
	members := newMembership()
	seen := map[string]seenNode{}
	for _, s := range sections {
		if s.kind == kindNode {
			members.declare(s.name)
		}
	}
	for _, s := range sections {
		if s.kind == kindEnvironment {
			l.environment(s, members)
			continue
		}
		node, environments := l.node(s, base)
		l.warnDuplicate(s, node, seen)
		l.config.Nodes = append(l.config.Nodes, node)
		members.join(node.Name, environments)
	}
	l.config.Environments = members.environments
	for i, n := range l.config.Nodes {
		l.config.Nodes[i].Environments = members.of[n.Name]
	}
	return members
}

// again checks the content of a repeated section, so that fixing that problem does not
// reveal the next.
func (l *loader) again(s section, base draft, members *membership) {
	switch {
	case s.named && s.kind == kindNode:
		l.settle(s, l.nodeSettings(), &base)
	case s.named && s.kind == kindEnvironment:
		l.environment(s, members)
	case !s.named && s.kind == kindNode:
		l.settle(s, l.defaultSettings(), &base)
	case !s.named && s.kind == kindCesi:
		apply(l.report, l.cesiSettings(), s, l.config)
	}
}

// readMain returns the sections of the main file and of the files that it includes.
func (l *loader) readMain(path string) []section {
	main := l.files.get(path)
	l.order = append(l.order, path)
	if main.err != nil {
		l.report.problem(place{file: path}, "%s", main.err)
		return nil
	}
	if len(bytes.TrimSpace(withoutBOM(main.data))) == 0 {
		l.report.problem(place{file: path}, "the file is empty; cesi.conf.sample shows what belongs into it")
		return nil
	}
	sections := parse(path, main.data, l.report)
	for _, s := range sections {
		if s.kind == kindInclude && !s.named {
			sections = append(sections, l.include(s)...)
		}
	}
	return sections
}

// warnOfReaders warns of a file that holds a password and is readable by every user of
// the machine.
func (l *loader) warnOfReaders(sections []section) {
	warned := map[string]bool{}
	for _, s := range sections {
		for _, e := range s.entries {
			secret := (e.key == keyPassword || e.key == keyAdminPassword) && e.text != ""
			if secret && !warned[e.at.file] && l.files.get(e.at.file).openToAll() {
				warned[e.at.file] = true
				l.report.warning(e.at, "this file holds a password and everybody on the machine may read it: chmod o-r")
			}
		}
	}
}

// sorting is the sections by their use.
type sorting struct {
	cesi, defaults []section // one at most each
	inOrder        []section // nodes and environments
	again          []section // repeated ones
}

// sort groups the sections, refuses a repeated one, and warns of unknown ones.
func (l *loader) sort(sections []section) sorting {
	var to sorting
	first := map[string]place{}
	for _, s := range sections {
		if at, taken := first[s.title()]; taken {
			l.report.problem(s.at, "%s is already there, in %s line %d", s.label(), at.file, at.line)
			to.again = append(to.again, s)
			continue
		}
		first[s.title()] = s.at
		switch {
		case s.named && (s.kind == kindNode || s.kind == kindEnvironment):
			if err := checkName(s); err != nil {
				l.report.problem(s.at, "%s", err)
			}
			to.inOrder = append(to.inOrder, s)
		case !s.named && s.kind == kindNode:
			to.defaults = append(to.defaults, s)
		case isDefault(s):
			s.kind = "DEFAULT" // its label
			l.report.warning(s.at, `[DEFAULT] is taken as [node], the defaults of all nodes: call it so; if this is the file of a Python CeSI, "cesi convert FILE" rewrites it`)
			to.defaults = slices.Insert(to.defaults, 0, s) // [node] has precedence
		case !s.named && s.kind == kindCesi:
			to.cesi = append(to.cesi, s)
		case !s.named && s.kind == kindInclude: // included while reading
		default:
			l.report.warning(s.at, "unknown section %s%s", quote(s.title()), suggestSection(s))
		}
	}
	return to
}

func suggestSection(s section) string {
	if s.named {
		return suggest(s.title(), []string{kindNode + ":" + s.name, kindEnvironment + ":" + s.name})
	}
	return suggest(s.title(), []string{kindNode, kindInclude, kindCesi, kindNode + ":NAME", kindEnvironment + ":NAME"})
}

// nodeDefaults returns the draft with which every node begins.
func (l *loader) nodeDefaults(sections []section) draft {
	base := draft{node: cesi.Node{Timeout: l.nodeTimeout, Follow: true}, defaultPort: 9001}
	for _, s := range sections {
		l.settle(s, l.defaultSettings(), &base)
		if base.port != 0 {
			base.defaultPort = base.port
			base.port = 0
		}
	}
	return base
}
