package config

// setting is a key that a section may have, and what its value does to a T.
// An error of set is a sentence that begins with the key.
type setting[T any] struct {
	key string
	set func(to *T, e entry) error
	// emptyCounts says that an empty value means something of its own; that of
	// any other key leaves the default.
	emptyCounts bool
}

// apply sets what the section's entries say, in their order, and reports values
// that don't fit and keys that nobody knows.
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
		if e.text == "" && !known.emptyCounts {
			continue
		}
		if err := known.set(to, e); err != nil {
			r.problem(e.at, "%s: %s", s.label(), err)
		}
	}
}

// keys returns the keys of the settings, in their order.
func keys[T any](settings []setting[T]) []string {
	names := make([]string, len(settings))
	for i, s := range settings {
		names[i] = s.key
	}
	return names
}
