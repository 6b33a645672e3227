package auth

import (
	"context"
	"errors"
	"maps"
	"time"

	"cesi/internal/cesi"
)

const tidyInterval = time.Minute

// Recall makes the addresses of recent logins known again after a restart. Call it
// before the first login.
func (s *Service) Recall(ctx context.Context) error {
	at, err := s.store.LoginAddresses(ctx, s.now().Add(-knownFor), maxKnown)
	if err != nil {
		return err
	}
	s.throttle.recall(at)
	return nil
}

// Run stores last uses, removes ended sessions and writes counted failures until ctx
// ends.
func (s *Service) Run(ctx context.Context) {
	ticker := time.NewTicker(tidyInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.failures.flush(ctx, false)
			s.tidy(ctx)
		}
	}
}

// Flush writes what is only in memory: counted failures, and last uses of sessions and
// tokens. Call it at the end, before the journal's Drain.
func (s *Service) Flush(ctx context.Context) {
	s.failures.flush(ctx, true)
	s.tidy(ctx)
}

// tidy stores the last uses of sessions and tokens, and removes ended sessions. What
// can't be stored is tried again at the next call. While last uses can't be stored, no
// session counts as idle.
func (s *Service) tidy(ctx context.Context) {
	now := s.now()
	err := s.storeUses(ctx)
	var idleSince time.Time
	if idle := s.sessionIdle(); idle > 0 && err == nil {
		idleSince = now.Add(-idle)
	}
	_, deleted := s.store.DeleteExpiredSessions(ctx, now, idleSince)
	if err = errors.Join(err, deleted); err != nil {
		s.log.Warn("sessions can't be tidied", "error", err)
	}
}

// storeUses stores the last uses of sessions and tokens.
func (s *Service) storeUses(ctx context.Context) error {
	s.mu.Lock()
	seen, used := maps.Clone(s.seen), maps.Clone(s.used)
	s.mu.Unlock()
	if len(seen) > 0 {
		if err := s.store.TouchSessions(ctx, seen); err != nil {
			return err
		}
	}
	if len(used) > 0 {
		if err := s.store.TouchTokens(ctx, used); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.seen, func(token cesi.TokenHash, at time.Time) bool { return !at.After(seen[token]) })
	maps.DeleteFunc(s.used, func(id int64, at time.Time) bool { return !at.After(used[id]) })
	return nil
}
