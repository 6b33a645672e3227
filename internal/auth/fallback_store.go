package auth

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"cesi/internal/cesi"
)

// maxFallback bounds the sessions that are only in memory. One more ends the oldest.
const maxFallback = 1000

// fallbackStore is a Store that starts sessions even if nothing can be written: with a
// full disk, users need to log in most. Such a session stays in memory until it can be
// stored, and ends with this process if it never can.
type fallbackStore struct {
	Store
	log *slog.Logger

	mu       sync.Mutex
	sessions map[cesi.TokenHash]fallbackSession
}

// fallbackSession is a session in memory with the password hash of its login. It ends when the
// user has another hash.
type fallbackSession struct {
	cesi.Session
	password string
}

func newFallbackStore(store Store, log *slog.Logger) *fallbackStore {
	return &fallbackStore{Store: store, log: log, sessions: map[cesi.TokenHash]fallbackSession{}}
}

// StartSession stores the session, or keeps it in memory if that fails.
func (s *fallbackStore) StartSession(ctx context.Context, session cesi.Session, hash string, ends cesi.TokenHash) error {
	err := s.Store.StartSession(ctx, session, hash, ends)
	if !unwritten(err) || ctx.Err() != nil {
		s.drop(ends)
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, ends)
	s.makeRoom(session.User.ID)
	s.sessions[session.Token] = fallbackSession{session, hash}
	s.log.Warn("a session can't be stored: it is kept in memory", "user", session.User.Name, "error", err)
	return nil
}

// unwritten reports whether the database can't be written for now: its disk is full, or
// another program has locked it.
func unwritten(err error) bool {
	if err == nil {
		return false
	}
	kind := cesi.KindOf(err)
	return kind == cesi.Internal || kind == cesi.Unavailable
}

// Session returns a session, stored or not, with the user's current account.
func (s *fallbackStore) Session(ctx context.Context, token cesi.TokenHash) (cesi.Session, error) {
	s.mu.Lock()
	kept, found := s.sessions[token]
	s.mu.Unlock()
	if !found {
		return s.Store.Session(ctx, token)
	}
	user, hash, err := s.User(ctx, kept.User.Name)
	if err == nil && (hash != kept.password || user.ID != kept.User.ID) {
		err = cesi.Errorf(cesi.NotFound, "there is no such session")
	}
	if err != nil {
		if cesi.KindOf(err) == cesi.NotFound {
			s.drop(token)
		}
		return cesi.Session{}, err
	}
	kept.User = user
	return kept.Session, nil
}

// Sessions returns a user's sessions. Those that are not stored are the newest, and
// come first.
func (s *fallbackStore) Sessions(ctx context.Context, user string) ([]cesi.Session, error) {
	stored, err := s.Store.Sessions(ctx, user)
	if err != nil {
		return nil, err
	}
	var list []cesi.Session
	s.each(user, func(kept fallbackSession) { list = append(list, kept.Session) })
	slices.SortFunc(list, func(a, b cesi.Session) int { return b.Created.Compare(a.Created) })
	return append(list, stored...), nil
}

// TouchSessions records when sessions, stored or not, were last used.
func (s *fallbackStore) TouchSessions(ctx context.Context, seen map[cesi.TokenHash]time.Time) error {
	s.mu.Lock()
	for token, at := range seen {
		if kept, found := s.sessions[token]; found {
			kept.LastSeen = at
			s.sessions[token] = kept
		}
	}
	s.mu.Unlock()
	return s.Store.TouchSessions(ctx, seen)
}

func (s *fallbackStore) EndSession(ctx context.Context, token cesi.TokenHash) error {
	if s.drop(token) {
		return nil
	}
	return s.Store.EndSession(ctx, token)
}

func (s *fallbackStore) EndSessionOf(ctx context.Context, user, id string) (string, error) {
	from, found := "", false
	s.each(user, func(kept fallbackSession) {
		if kept.Token.ID() == id {
			delete(s.sessions, kept.Token)
			from, found = kept.Address, true
		}
	})
	if found {
		return from, nil
	}
	return s.Store.EndSessionOf(ctx, user, id)
}

func (s *fallbackStore) EndSessions(ctx context.Context, user string, but cesi.TokenHash) (int, error) {
	ended := 0
	s.each(user, func(kept fallbackSession) {
		if kept.Token != but {
			delete(s.sessions, kept.Token)
			ended++
		}
	})
	n, err := s.Store.EndSessions(ctx, user, but)
	return ended + n, err
}

// Accounts also counts the sessions that are not stored.
func (s *fallbackStore) Accounts(ctx context.Context, begunAfter, endAfter time.Time) ([]cesi.Account, error) {
	accounts, err := s.Store.Accounts(ctx, begunAfter, endAfter)
	for i := range accounts {
		s.each(accounts[i].Name, func(kept fallbackSession) {
			if kept.Created.After(begunAfter) && kept.Expires.After(endAfter) {
				accounts[i].Sessions++
			}
		})
	}
	return accounts, err
}

// DeleteExpiredSessions is called from time to time. It also stores the sessions in
// memory, if that is possible again.
func (s *fallbackStore) DeleteExpiredSessions(ctx context.Context, at, idleSince time.Time) (int, error) {
	s.dropExpired(at, idleSince)
	for _, kept := range s.all() {
		err := s.Store.StartSession(ctx, kept.Session, kept.password, cesi.TokenHash{})
		if unwritten(err) {
			return 0, err
		}
		if s.drop(kept.Token) {
			continue
		}
		if err := s.Store.EndSession(ctx, kept.Token); err != nil { // it ended in between
			return 0, err
		}
	}
	return s.Store.DeleteExpiredSessions(ctx, at, idleSince)
}

func (s *fallbackStore) dropExpired(at, idleSince time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.sessions, func(_ cesi.TokenHash, kept fallbackSession) bool {
		return !kept.Expires.After(at) || !kept.LastSeen.After(idleSince)
	})
}

// makeRoom ends the oldest sessions until there is room for one more of the user. Call
// with mu held.
func (s *fallbackStore) makeRoom(user int64) {
	oldestFirst := slices.SortedFunc(maps.Values(s.sessions), func(a, b fallbackSession) int { return a.Created.Compare(b.Created) })
	own := slices.DeleteFunc(slices.Clone(oldestFirst), func(kept fallbackSession) bool { return kept.User.ID != user })
	if len(own) >= cesi.MaxSessions {
		delete(s.sessions, own[0].Token)
	}
	if len(s.sessions) >= maxFallback {
		delete(s.sessions, oldestFirst[0].Token)
	}
}

// each calls do, with mu held, for each session of the user that is not stored.
func (s *fallbackStore) each(user string, do func(fallbackSession)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, kept := range s.sessions {
		if cesi.SameUserName(kept.User.Name, user) {
			do(kept)
		}
	}
}

func (s *fallbackStore) all() []fallbackSession {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]fallbackSession, 0, len(s.sessions))
	return slices.AppendSeq(list, maps.Values(s.sessions))
}

// drop removes a session, and reports whether it was in memory.
func (s *fallbackStore) drop(token cesi.TokenHash) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.sessions[token]
	delete(s.sessions, token)
	return found
}
