package auth

import (
	"context"
	"strings"
	"time"

	"cesi/internal/cesi"
)

// TokenPrefix begins every API token, so that programs that search for leaked secrets
// recognise one.
const TokenPrefix = "cesi_"

// maxTokenLife bounds the expiry of a new token.
const maxTokenLife = 10 * 366 * 24 * time.Hour

// errBadToken is the error for a token that is unknown, revoked or expired.
func errBadToken() error {
	return cesi.Errorf(cesi.Unauthorized, "this API token is not valid, or was revoked")
}

// Token returns the API token with the owner's current account and role. Errors:
// Unauthorized if it is unknown, revoked or expired; Forbidden while the owner has to
// change the password; a ThrottledError instead of Unauthorized for an address that has
// failed often. A valid token is never throttled.
func (s *Service) Token(ctx context.Context, text, address string) (cesi.Token, error) {
	token, err := s.findToken(ctx, text)
	switch {
	case cesi.KindOf(err) == cesi.NotFound:
		return cesi.Token{}, s.refuseToken(ctx, cesi.Activity{Address: address}, errBadToken())
	case err != nil:
		return cesi.Token{}, err
	case token.ExpiredAt(s.now()):
		failure := cesi.Activity{User: token.Owner.Name, Address: address}
		return cesi.Token{}, s.refuseToken(ctx, failure, cesi.Errorf(cesi.Unauthorized, "the API token %q has expired", token.Name))
	case token.Owner.MustChange:
		return cesi.Token{}, cesi.Errorf(cesi.Forbidden, "the password of %q has to be changed before this API token works again", token.Owner.Name)
	}
	s.recordTokenUse(token)
	return token, nil
}

func (s *Service) findToken(ctx context.Context, text string) (cesi.Token, error) {
	random, ours := strings.CutPrefix(text, TokenPrefix)
	hash, ok := hashToken(random)
	if !ours || !ok {
		return cesi.Token{}, cesi.Errorf(cesi.NotFound, "there is no such token")
	}
	return s.store.Token(ctx, hash)
}

// refuseToken writes a failure to the activity log, or counts it there, and returns the
// error for the client.
func (s *Service) refuseToken(ctx context.Context, failure cesi.Activity, why error) error {
	failure.Action, failure.Message = cesi.ActionLoginFailed, cesi.TextOf(why)
	try, err := s.tokenThrottle.begin(failure.Address, "")
	if err != nil {
		failure.Message = cesi.TextOf(err)
		s.failures.note(ctx, failure, false)
		return err
	}
	s.failures.note(ctx, failure, try.number <= freeTries)
	return why
}

// recordTokenUse records that the token was used; tidy stores it.
func (s *Service) recordTokenUse(token cesi.Token) {
	now := s.now()
	if now.Sub(token.LastUsed) < time.Minute {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used[token.ID] = now
}

// Tokens returns the user's tokens by name, each with its last use to the minute. The
// caller checks who may see them.
func (s *Service) Tokens(ctx context.Context, user string) ([]cesi.Token, error) {
	tokens, err := s.store.Tokens(ctx, user)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, token := range tokens {
		if at, found := s.used[token.ID]; found {
			tokens[i].LastUsed = at
		}
	}
	return tokens, nil
}

// AddToken makes an API token for the actor. The text is returned only this once. The
// token works until expires, or for ever if expires is zero. Errors: Invalid, Conflict
// if the actor already has a token of that name.
func (s *Service) AddToken(ctx context.Context, actor cesi.Actor, name string, expires time.Time) (text string, token cesi.Token, err error) {
	entry := cesi.Activity{Action: cesi.ActionTokenAdd, Target: actor.User, Message: cesi.Raw(clip(name))}
	err = s.audit(ctx, actor, entry, func(entry *cesi.Activity) error {
		if err := cesi.ValidateTokenName(name); err != nil {
			return err
		}
		if err := s.checkExpiry(expires); err != nil {
			return err
		}
		entry.Message = tokenUntil(clip(name), expires)
		random, hash := newToken()
		text = TokenPrefix + random
		token, err = s.store.AddToken(ctx, cesi.Token{Name: name, Owner: cesi.User{Name: actor.User}, Created: s.now(), Expires: expires}, hash)
		return err
	})
	if err != nil {
		return "", cesi.Token{}, err
	}
	return text, token, nil
}

func (s *Service) checkExpiry(expires time.Time) error {
	switch {
	case expires.IsZero():
		return nil
	case !expires.After(s.now()):
		return cesi.Errorf(cesi.Invalid, "a token's expiry lies in the future")
	case expires.Sub(s.now()) > maxTokenLife:
		return cesi.Errorf(cesi.Invalid, "a token's expiry is at most ten years away; leave it out for none")
	}
	return nil
}

// tokenUntil names a token and its expiry, for the activity log.
func tokenUntil(name string, expires time.Time) cesi.Text {
	if expires.IsZero() {
		return cesi.T("%s, without end", name)
	}
	return cesi.T("%s, until %s", name, expires.UTC().Format("2006-01-02 15:04 UTC"))
}

// RevokeToken removes one of the actor's own tokens. Errors: NotFound.
func (s *Service) RevokeToken(ctx context.Context, actor cesi.Actor, id int64) error {
	entry := cesi.Activity{Action: cesi.ActionTokenRevoke, Target: actor.User}
	return s.audit(ctx, actor, entry, func(entry *cesi.Activity) (err error) {
		name, err := s.store.DeleteToken(ctx, actor.User, id)
		entry.Message = cesi.Raw(name)
		return err
	})
}

// RevokeTokens removes all tokens of a user. Errors: Forbidden, NotFound.
func (s *Service) RevokeTokens(ctx context.Context, actor cesi.Actor, name string) error {
	return s.manage(ctx, actor, cesi.ActionTokenRevoke, name, func(entry *cesi.Activity) error {
		n, err := s.store.DeleteTokens(ctx, name)
		entry.Message = counted(n, cesi.T("1 token"), cesi.T("%d tokens", n))
		return err
	})
}
