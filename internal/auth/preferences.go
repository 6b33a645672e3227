package auth

import (
	"context"

	"cesi/internal/cesi"
)

// SetPreferences keeps in which language and scheme the actor wants to see the
// pages; empty leaves it to the browser. Invalid for a scheme that is neither
// light nor dark, or for a language tag of more than 35 characters. It is not
// written to the activity log: it concerns nobody else.
func (s *Service) SetPreferences(ctx context.Context, actor cesi.Actor, language, scheme string) error {
	switch scheme {
	case "", "light", "dark":
	default:
		return cesi.Errorf(cesi.Invalid, "%q is no colour scheme: want light or dark, or nothing", scheme)
	}
	const longestTag = 35 // of RFC 5646, section 4.4.1
	if len(language) > longestTag {
		return cesi.Errorf(cesi.Invalid, "this is no language tag")
	}
	return s.store.SetPreferences(ctx, actor.User, language, scheme)
}
