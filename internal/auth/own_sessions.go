package auth

import (
	"context"
	"slices"

	"cesi/internal/cesi"
)

// Sessions returns the user's open sessions, last used first and at most
// cesi.MaxSessions, each with its last use to the minute. The caller checks who may see
// them.
func (s *Service) Sessions(ctx context.Context, user string) ([]cesi.Session, error) {
	sessions, err := s.store.Sessions(ctx, user)
	if err != nil {
		return nil, err
	}
	for i, session := range sessions {
		sessions[i].LastSeen = s.lastUse(session)
	}
	sessions = slices.DeleteFunc(sessions, s.ended)
	return sessions[:min(len(sessions), cesi.MaxSessions)], nil
}

// ended reports whether a session has ended. Its LastSeen must be that of lastUse.
func (s *Service) ended(session cesi.Session) bool {
	now := s.now()
	if idle := s.sessionIdle(); idle > 0 && now.Sub(session.LastSeen) >= idle {
		return true
	}
	return !now.Before(session.Expires) || !now.Before(session.Created.Add(s.sessionLifetime()))
}

// SessionID returns the ID of a token's session, as in Sessions.
func SessionID(token string) string {
	hash, ok := hashToken(token)
	if !ok {
		return ""
	}
	return hash.ID()
}

// EndSession ends one of the actor's own sessions. Errors: NotFound.
func (s *Service) EndSession(ctx context.Context, actor cesi.Actor, id string) error {
	entry := cesi.Activity{Action: cesi.ActionSessionEnd, Target: actor.User}
	return s.audit(ctx, actor, entry, func(entry *cesi.Activity) error {
		from, err := s.store.EndSessionOf(ctx, actor.User, id)
		entry.Message = cesi.T("the one from %s", from)
		return err
	})
}

// EndOtherSessions ends all of the actor's sessions but the one of the token.
func (s *Service) EndOtherSessions(ctx context.Context, actor cesi.Actor, token string) error {
	entry := cesi.Activity{Action: cesi.ActionSessionEnd, Target: actor.User}
	return s.audit(ctx, actor, entry, func(entry *cesi.Activity) error {
		but, ok := hashToken(token)
		if !ok {
			return errNoSession()
		}
		n, err := s.store.EndSessions(ctx, actor.User, but)
		entry.Message = counted(n, cesi.T("1 session"), cesi.T("%d sessions", n))
		return err
	})
}

// EndSessions ends all sessions of a user. Errors: Forbidden, NotFound.
func (s *Service) EndSessions(ctx context.Context, actor cesi.Actor, name string) error {
	return s.manage(ctx, actor, cesi.ActionSessionEnd, name, func(entry *cesi.Activity) error {
		n, err := s.store.EndSessions(ctx, name, cesi.TokenHash{})
		entry.Message = counted(n, cesi.T("1 session"), cesi.T("%d sessions", n))
		return err
	})
}

// counted returns the text for n things.
func counted(n int, one, many cesi.Text) cesi.Text {
	if n == 1 {
		return one
	}
	return many
}
