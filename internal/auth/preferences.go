package auth

import (
	"context"

	"cesi/internal/cesi"
)

// SetPreferences stores the actor's language and colour scheme for pages; empty means
// the browser's. Invalid for a scheme that is neither light nor dark, or a language tag
// of more than 35 characters. It is not in the activity log, since it affects only the
// actor.
func (s *Service) SetPreferences(ctx context.Context, actor cesi.Actor, language, scheme string) error {
	switch scheme {
	case "", "light", "dark":
	default:
		return cesi.Errorf(cesi.Invalid, "%q is no colour scheme: want light or dark, or nothing", scheme)
	}
	const longestTag = 35 // RFC 5646, section 4.4.1
	if len(language) > longestTag {
		return cesi.Errorf(cesi.Invalid, "this is no language tag")
	}
	return s.store.SetPreferences(ctx, actor.User, language, scheme)
}
