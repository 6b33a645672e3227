package auth

import (
	"context"
	"time"

	"cesi/internal/cesi"
)

const tidyInterval = time.Minute

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
// sessions were last used. Call it at the end, before the journal's Drain.
func (s *Service) Flush(ctx context.Context) {
	s.failures.flush(ctx, true)
	s.tidy(ctx)
}

// tidy stores when sessions were last used and removes those that are over.
// That it fails costs nothing but the minute of a last use, so it is tried once.
func (s *Service) tidy(ctx context.Context) {
	s.mu.Lock()
	seen := s.seen
	s.seen = map[cesi.TokenHash]time.Time{}
	s.mu.Unlock()
	var err error
	if len(seen) > 0 {
		err = s.store.TouchSessions(ctx, seen)
	}
	if err == nil {
		_, err = s.store.DeleteExpiredSessions(ctx, s.now())
	}
	if err != nil {
		s.log.Warn("sessions can't be tidied", "error", err)
	}
}
