package auth

import (
	"context"
	"time"

	"cesi/internal/cesi"
)

const tidyInterval = time.Minute

// Recall has the addresses from where users have logged in lately be known, as
// they were before a restart. Call it before the first log-in.
func (s *Service) Recall(ctx context.Context) error {
	at, err := s.store.LoginAddresses(ctx, s.now().Add(-knownFor), maxKnown)
	if err != nil {
		return err
	}
	s.throttle.recall(at)
	return nil
}

// Run looks after sessions and counted failures until ctx ends.
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

// Flush writes what is only in memory: the failures that were counted, and when
// sessions and tokens were last used. Call it at the end, before the journal's
// Drain.
func (s *Service) Flush(ctx context.Context) {
	s.failures.flush(ctx, true)
	s.tidy(ctx)
}

// tidy stores when sessions and tokens were last used and removes sessions that
// are over. That it fails costs nothing but the minute of a last use, so it is
// tried once.
func (s *Service) tidy(ctx context.Context) {
	seen, used := s.takeUses()
	_, err := s.store.DeleteExpiredSessions(ctx, s.now())
	if err == nil && len(seen) > 0 {
		err = s.store.TouchSessions(ctx, seen)
	}
	if err == nil && len(used) > 0 {
		err = s.store.TouchTokens(ctx, used)
	}
	if err != nil {
		s.log.Warn("sessions can't be tidied", "error", err)
	}
}

// takeUses returns what was used since the last call.
func (s *Service) takeUses() (seen map[cesi.TokenHash]time.Time, used map[int64]time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen, used = s.seen, s.used
	s.seen, s.used = map[cesi.TokenHash]time.Time{}, map[int64]time.Time{}
	return seen, used
}
