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

// maxFallback bounds the sessions that are only in memory; the oldest ends for one more.
const maxFallback = 1000

// fallbackStore is a Store whose sessions begin also while nothing can be written:
// a full disk is when people most need to log in. Such a session is in memory
// until it can be stored, and ends with this process if it never can.
type fallbackStore struct {
	Store
	log *slog.Logger

	mu       sync.Mutex
	sessions map[cesi.TokenHash]spareSession
}

// spareSession is a session with the password's hash that it was begun with: it
// is over when that is no longer the user's, whoever changed it.
type spareSession struct {
	cesi.Session
	password string
}

func newSpareStore(store Store, log *slog.Logger) *fallbackStore {
	return &fallbackStore{Store: store, log: log, sessions: map[cesi.TokenHash]spareSession{}}
}

// StartSession stores the session, or keeps it in memory where that fails.
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
	s.sessions[session.Token] = spareSession{session, hash}
	s.log.Warn("a session can't be stored: it is kept in memory", "user", session.User.Name, "error", err)
	return nil
}

// unwritten reports whether the database could not take what was written to it,
// for the time being: its disk is full, or another program has locked it.
func unwritten(err error) bool {
	if err == nil {
		return false
	}
	kind := cesi.KindOf(err)
	return kind == cesi.Internal || kind == cesi.Unavailable
}

// Session returns a session, stored or not, with its user as the account is now.
func (s *fallbackStore) Session(ctx context.Context, token cesi.TokenHash) (cesi.Session, error) {
	s.mu.Lock()
	spare, found := s.sessions[token]
	s.mu.Unlock()
	if !found {
		return s.Store.Session(ctx, token)
	}
	user, hash, err := s.User(ctx, spare.User.Name)
	if err == nil && (hash != spare.password || user.ID != spare.User.ID) {
		err = cesi.Errorf(cesi.NotFound, "there is no such session")
	}
	if err != nil {
		if cesi.KindOf(err) == cesi.NotFound {
			s.drop(token)
		}
		return cesi.Session{}, err
	}
	spare.User = user
	return spare.Session, nil
}

// Sessions returns a user's sessions, those first that are not stored: they are
// the newest.
func (s *fallbackStore) Sessions(ctx context.Context, user string) ([]cesi.Session, error) {
	stored, err := s.Store.Sessions(ctx, user)
	if err != nil {
		return nil, err
	}
	var list []cesi.Session
	s.each(user, func(spare spareSession) { list = append(list, spare.Session) })
	slices.SortFunc(list, func(a, b cesi.Session) int { return b.Created.Compare(a.Created) })
	return append(list, stored...), nil
}

// TouchSessions notes when sessions, stored or not, were last used.
func (s *fallbackStore) TouchSessions(ctx context.Context, seen map[cesi.TokenHash]time.Time) error {
	s.mu.Lock()
	for token, at := range seen {
		if spare, found := s.sessions[token]; found {
			spare.LastSeen = at
			s.sessions[token] = spare
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
	s.each(user, func(spare spareSession) {
		if spare.Token.ID() == id {
			delete(s.sessions, spare.Token)
			from, found = spare.Address, true
		}
	})
	if found {
		return from, nil
	}
	return s.Store.EndSessionOf(ctx, user, id)
}

func (s *fallbackStore) EndSessions(ctx context.Context, user string, but cesi.TokenHash) (int, error) {
	ended := 0
	s.each(user, func(spare spareSession) {
		if spare.Token != but {
			delete(s.sessions, spare.Token)
			ended++
		}
	})
	n, err := s.Store.EndSessions(ctx, user, but)
	return ended + n, err
}

// Accounts counts the sessions that are not stored, too.
func (s *fallbackStore) Accounts(ctx context.Context, begunAfter, endAfter time.Time) ([]cesi.Account, error) {
	accounts, err := s.Store.Accounts(ctx, begunAfter, endAfter)
	for i := range accounts {
		s.each(accounts[i].Name, func(spare spareSession) {
			if spare.Created.After(begunAfter) && spare.Expires.After(endAfter) {
				accounts[i].Sessions++
			}
		})
	}
	return accounts, err
}

// DeleteExpiredSessions is called from time to time: what is in memory is stored
// by it, if that is possible again.
func (s *fallbackStore) DeleteExpiredSessions(ctx context.Context, at, idleSince time.Time) (int, error) {
	s.dropExpired(at, idleSince)
	for _, spare := range s.all() {
		err := s.Store.StartSession(ctx, spare.Session, spare.password, cesi.TokenHash{})
		if unwritten(err) {
			return 0, err
		}
		if s.drop(spare.Token) {
			continue
		}
		if err := s.Store.EndSession(ctx, spare.Token); err != nil { // it ended meanwhile
			return 0, err
		}
	}
	return s.Store.DeleteExpiredSessions(ctx, at, idleSince)
}

func (s *fallbackStore) dropExpired(at, idleSince time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.sessions, func(_ cesi.TokenHash, spare spareSession) bool {
		return !spare.Expires.After(at) || !spare.LastSeen.After(idleSince)
	})
}

// makeRoom ends the oldest sessions until there is room for another one of the
// user. Call with mu held.
func (s *fallbackStore) makeRoom(user int64) {
	oldestFirst := slices.SortedFunc(maps.Values(s.sessions), func(a, b spareSession) int { return a.Created.Compare(b.Created) })
	own := slices.DeleteFunc(slices.Clone(oldestFirst), func(spare spareSession) bool { return spare.User.ID != user })
	if len(own) >= cesi.MaxSessions {
		delete(s.sessions, own[0].Token)
	}
	if len(s.sessions) >= maxFallback {
		delete(s.sessions, oldestFirst[0].Token)
	}
}

// each calls do, with mu held, for the user's sessions that are not stored.
func (s *fallbackStore) each(user string, do func(spareSession)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, spare := range s.sessions {
		if cesi.SameUserName(spare.User.Name, user) {
			do(spare)
		}
	}
}

func (s *fallbackStore) all() []spareSession {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]spareSession, 0, len(s.sessions))
	return slices.AppendSeq(list, maps.Values(s.sessions))
}

// drop forgets a session, and reports whether it was in memory.
func (s *fallbackStore) drop(token cesi.TokenHash) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.sessions[token]
	delete(s.sessions, token)
	return found
}
