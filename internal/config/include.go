package config

import (
	"os"
	"slices"
)

func (l *loader) includeSettings() []setting[[]section] {
	return []setting[[]section]{{key: "files", set: l.includeFiles}}
}

// include returns the sections of the files that an [include] section names. A file
// named twice counts once.
func (l *loader) include(s section) []section {
	var sections []section
	apply(l.report, l.includeSettings(), s, &sections)
	return sections
}

func (l *loader) includeFiles(to *[]section, e entry) error {
	for _, pattern := range words(e.text) {
		matches, err := l.files.glob(resolvePattern(e.at.file, pattern))
		if err != nil {
			l.report.problem(e.at, "[include]: %s is no file name pattern", quote(pattern))
		}
		if err == nil && len(matches) == 0 {
			l.report.warning(e.at, "[include]: no file matches %s", quote(pattern))
		}
		for _, path := range matches {
			if !l.alreadyRead(path) {
				*to = append(*to, l.includeFile(path)...)
			}
		}
	}
	return nil
}

// includeFile reads one file. It must not include others, so that one place shows where
// sections come from.
func (l *loader) includeFile(path string) []section {
	l.order = append(l.order, path)
	file := l.files.get(path)
	if file.err != nil {
		l.report.problem(place{file: path}, "%s", file.err)
		return nil
	}
	var kept []section
	for _, s := range parse(path, file.data, l.report) {
		if s.kind == kindInclude && !s.named {
			l.report.problem(s.at, "[include]: an included file can't include others")
			continue
		}
		kept = append(kept, s)
	}
	return kept
}

// alreadyRead reports whether path is one of the configuration files read so far, under
// any name: a glob may match the main file too.
func (l *loader) alreadyRead(path string) bool {
	file := l.files.get(path)
	return file.err == nil && slices.ContainsFunc(l.order, func(known string) bool {
		other := l.files.get(known)
		return other.err == nil && os.SameFile(file.info, other.info)
	})
}
