package auth

import (
	"context"
	"time"

	"cesi/internal/cesi"
)

// errWrong is what a failed log-in hears, whether there is such a user or not.
func errWrong() error { return cesi.Errorf(cesi.Unauthorized, "wrong user name or password") }

// errNoSession is what everybody hears who is not logged in.
func errNoSession() error { return cesi.Errorf(cesi.Unauthorized, "not logged in") }

// Login checks the password and begins a session at the address; the session of
// oldToken, if there is one, ends. Device is the text of NewDevice that the browser
// has, or empty. It returns the new session's token and the
// user. Errors: Unauthorized, in the same words and time for an unknown user and
// a wrong password; a ThrottledError.
func (s *Service) Login(ctx context.Context, name, password, address, userAgent, oldToken, device string) (string, cesi.User, error) {
	began := s.now()
	failure := cesi.Activity{Action: cesi.ActionLoginFailed, User: clip(name), Address: address,
		Message: cesi.Sentence(errWrong())}
	user, hash, try, err := s.prove(ctx, failure, name, password, device)
	if err != nil {
		return "", cesi.User{}, err
	}
	token, session := s.newSession(user, address, userAgent)
	old, _ := hashToken(oldToken)
	if err := s.store.StartSession(ctx, session, hash, old); err != nil {
		try.cancel()
		return "", cesi.User{}, err
	}
	try.succeed()
	s.forgetInitial(user.Name)
	user.LastLogin = session.Created
	s.journal.Add(ctx, cesi.Activity{Time: began, User: user.Name, Address: address, Action: cesi.ActionLogin,
		Result: cesi.OK, Duration: s.now().Sub(began)})
	return token, user, nil
}

// prove returns the user of the name, with the password's hash, if the password
// is right; a hash of the Python CeSI's is a bcrypt one after that. If it isn't
// right, that is Unauthorized, and failure is written to the activity log. The
// try counts as failed until the caller takes it back.
func (s *Service) prove(ctx context.Context, failure cesi.Activity, name, password, device string) (cesi.User, string, *attempt, error) {
	known, err := s.knownDevice(ctx, device, name)
	if err != nil {
		return cesi.User{}, "", nil, err
	}
	try, err := s.throttle.beginAt(known, failure.Address, name)
	if err != nil {
		failure.Message = cesi.Sentence(err)
		s.failures.note(ctx, failure, false)
		return cesi.User{}, "", nil, err
	}
	user, hash, err := s.store.User(ctx, name)
	if err != nil && cesi.KindOf(err) != cesi.NotFound {
		try.cancel()
		return cesi.User{}, "", nil, err
	}
	methods, err := s.store.OldMethods(ctx)
	if err != nil {
		try.cancel()
		return cesi.User{}, "", nil, err
	}
	right, err := s.passwords.matches(ctx, hash, password, methods...)
	if err != nil {
		try.cancel()
		return cesi.User{}, "", nil, err
	}
	if !right {
		s.failures.note(ctx, failure, try.number <= freeTries)
		return cesi.User{}, "", nil, errWrong()
	}
	hash = s.renewHash(ctx, &user, hash, password)
	return user, hash, try, nil
}

// newSession returns a session that is yet to be stored, and its token.
func (s *Service) newSession(user cesi.User, address, userAgent string) (string, cesi.Session) {
	token, hash := newToken()
	now := s.now()
	return token, cesi.Session{Token: hash, User: user, Created: now, LastSeen: now,
		Expires: now.Add(s.sessionLifetime()), Address: address, UserAgent: userAgent}
}

// Session returns the user whose session the token is, as the account is now:
// role and all. Unauthorized if the session is over or never was. It costs one
// indexed query.
func (s *Service) Session(ctx context.Context, token string) (cesi.User, error) {
	session, err := s.session(ctx, token)
	if err != nil {
		return cesi.User{}, err
	}
	s.throttle.know(session.Address)
	s.saw(session)
	return session.User, nil
}

func (s *Service) session(ctx context.Context, token string) (cesi.Session, error) {
	hash, ok := hashToken(token)
	if !ok {
		return cesi.Session{}, errNoSession()
	}
	session, err := s.store.Session(ctx, hash)
	if cesi.KindOf(err) == cesi.NotFound {
		return cesi.Session{}, errNoSession()
	}
	if err != nil {
		return cesi.Session{}, err
	}
	session.LastSeen = s.lastUse(session)
	if s.over(session) {
		return cesi.Session{}, errNoSession()
	}
	return session, nil
}

func (s *Service) sessionLifetime() time.Duration { return time.Duration(s.lifetime.Load()) }

func (s *Service) sessionIdle() time.Duration { return time.Duration(s.idle.Load()) }

// useInterval is how long after a use of a session the next one is noted: a
// minute, or less where that would come near to the time without use.
func (s *Service) useInterval() time.Duration {
	const shares = 4
	if idle := s.sessionIdle(); idle > 0 {
		return min(time.Minute, idle/shares)
	}
	return time.Minute
}

// lastUse is when the session was last used, as far as it was noted.
func (s *Service) lastUse(session cesi.Session) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.seen[session.Token]; at.After(session.LastSeen) {
		return at
	}
	return session.LastSeen
}

// saw notes that the session was used; tidy stores it, so that no page waits for
// a write.
func (s *Service) saw(session cesi.Session) {
	now := s.now()
	if now.Sub(session.LastSeen) < s.useInterval() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[session.Token] = now
}

// Logout ends the session of the token, if there is one.
func (s *Service) Logout(ctx context.Context, token string, actor cesi.Actor) error {
	hash, ok := hashToken(token)
	if !ok {
		return nil
	}
	return s.audit(ctx, actor, cesi.Activity{Action: cesi.ActionLogout}, func(*cesi.Activity) error {
		return s.store.EndSession(ctx, hash)
	})
}
