package auth

import (
	"context"
	"time"

	"cesi/internal/cesi"
)

// errWrongPassword is the error of a failed login, whether the user exists or not.
func errWrongPassword() error { return cesi.Errorf(cesi.Unauthorized, "wrong user name or password") }

// errNoSession is the error of a request without a valid session.
func errNoSession() error { return cesi.Errorf(cesi.Unauthorized, "not logged in") }

// Login checks the password and starts a session for the address. The session of
// oldToken, if any, ends. Device is the browser's text of NewDevice, or empty. Login
// returns the new session's token and the user. Errors: Unauthorized, with the same
// words and time for an unknown user and a wrong password; a ThrottledError.
func (s *Service) Login(ctx context.Context, name, password, address, userAgent, oldToken, device string) (string, cesi.User, error) {
	began := s.now()
	failure := cesi.Activity{Action: cesi.ActionLoginFailed, User: clip(name), Address: address,
		Message: cesi.TextOf(errWrongPassword())}
	user, hash, try, err := s.authenticate(ctx, failure, name, password, device)
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

// authenticate returns the user of the name and the password's hash, if the password is right;
// a hash of the Python CeSI is replaced by one of bcrypt. If the password is wrong, the
// error is Unauthorized, and failure is written to the activity log. The try counts as
// failed until the caller takes it back.
func (s *Service) authenticate(ctx context.Context, failure cesi.Activity, name, password, device string) (cesi.User, string, *attempt, error) {
	known, err := s.knownDevice(ctx, device, name)
	if err != nil {
		return cesi.User{}, "", nil, err
	}
	try, err := s.throttle.beginAt(known, failure.Address, name)
	if err != nil {
		failure.Message = cesi.TextOf(err)
		s.failures.note(ctx, failure, false)
		return cesi.User{}, "", nil, err
	}
	user, hash, err := s.store.User(ctx, name)
	if err != nil && cesi.KindOf(err) != cesi.NotFound {
		try.cancel()
		return cesi.User{}, "", nil, err
	}
	methods, err := s.store.WerkzeugMethods(ctx)
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
		return cesi.User{}, "", nil, errWrongPassword()
	}
	hash = s.renewHash(ctx, &user, hash, password)
	return user, hash, try, nil
}

// newSession returns a session that is not stored yet, and its token.
func (s *Service) newSession(user cesi.User, address, userAgent string) (string, cesi.Session) {
	token, hash := newToken()
	now := s.now()
	return token, cesi.Session{Token: hash, User: user, Created: now, LastSeen: now,
		Expires: now.Add(s.sessionLifetime()), Address: address, UserAgent: userAgent}
}

// Session returns the user of the session with the token, with the current role.
// Unauthorized if the session is unknown or has ended. It costs one indexed query.
func (s *Service) Session(ctx context.Context, token string) (cesi.User, error) {
	session, err := s.session(ctx, token)
	if err != nil {
		return cesi.User{}, err
	}
	s.throttle.know(session.Address)
	s.recordUse(session)
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
	if s.ended(session) {
		return cesi.Session{}, errNoSession()
	}
	return session, nil
}

func (s *Service) sessionLifetime() time.Duration { return time.Duration(s.lifetime.Load()) }

func (s *Service) sessionIdle() time.Duration { return time.Duration(s.idle.Load()) }

// useInterval is the least time between two recorded uses of a session: a minute, or
// less if the idle time is short.
func (s *Service) useInterval() time.Duration {
	const shares = 4
	if idle := s.sessionIdle(); idle > 0 {
		return min(time.Minute, idle/shares)
	}
	return time.Minute
}

// lastUse returns when the session was last used, as far as recorded.
func (s *Service) lastUse(session cesi.Session) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.seen[session.Token]; at.After(session.LastSeen) {
		return at
	}
	return session.LastSeen
}

// recordUse records that the session was used; tidy stores it, so that no page waits for a
// write.
func (s *Service) recordUse(session cesi.Session) {
	now := s.now()
	if now.Sub(session.LastSeen) < s.useInterval() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[session.Token] = now
}

// Logout ends the session of the token, if it exists.
func (s *Service) Logout(ctx context.Context, token string, actor cesi.Actor) error {
	hash, ok := hashToken(token)
	if !ok {
		return nil
	}
	return s.audit(ctx, actor, cesi.Activity{Action: cesi.ActionLogout}, func(*cesi.Activity) error {
		return s.store.EndSession(ctx, hash)
	})
}
