package config

// setting is a key that a section may have, and how its value changes a T. An error of
// set is a sentence that begins with the key.
type setting[T any] struct {
	key string
	set func(to *T, e entry) error
	// emptyCounts says that an empty value has a meaning. For other keys, empty means
	// the default.
	emptyCounts bool
	// gone says that the Python CeSI had the key, and that it has no meaning here.
	gone bool
}

// apply sets the values of a section's entries, in order, and reports invalid values
// and unknown keys.
func apply[T any](r *report, settings []setting[T], s section, to *T) {
	byKey := make(map[string]setting[T], len(settings))
	for _, known := range settings {
		byKey[known.key] = known
	}
	for _, e := range s.entries {
		known, ok := byKey[e.key]
		if !ok {
			r.warning(e.at, "%s: unknown key %s%s", s.label(), quote(e.key), suggest(e.key, keys(settings)))
			continue
		}
		if known.gone {
			r.warning(e.at, "%s: %s no longer means anything", s.label(), e.key)
			continue
		}
		if e.text == "" && !known.emptyCounts {
			continue
		}
		if inQuotes(e.text) {
			r.warning(e.at, "%s: the quotes around %s are part of it", s.label(), e.key)
		}
		if err := known.set(to, e); err != nil {
			r.problem(e.at, "%s: %s", s.label(), err)
		}
	}
}

// inQuotes reports whether a value is in quotes, as other formats need it.
func inQuotes(value string) bool {
	last := len(value) - 1
	return last > 0 && value[0] == value[last] && (value[0] == '"' || value[0] == '\'')
}

// keys returns the keys of the settings that have a meaning, in order.
func keys[T any](settings []setting[T]) []string {
	var names []string
	for _, s := range settings {
		if !s.gone {
			names = append(names, s.key)
		}
	}
	return names
}
