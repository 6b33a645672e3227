// Package auth knows who somebody is and who may do what to users: passwords,
// the throttling of log-ins, sessions, API tokens, and the one user service that
// the server and the command line share, so that nobody can forget a check or an
// audit line.
//
// It keeps users and sessions through Store and writes the activity log through
// Journal. Cookies, forms and prompts do not belong here.
package auth

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"cesi/internal/cesi"
)

// Store keeps users, sessions and tokens. Errors about what was asked are *cesi.Error.
type Store interface {
	// Users returns all users by name.
	Users(ctx context.Context) ([]cesi.User, error)
	// User returns a user and the password's hash, or NotFound.
	User(ctx context.Context, name string) (cesi.User, string, error)
	// LoginAddresses returns from where users have logged in since, at most limit
	// addresses, the latest ones, and when.
	LoginAddresses(ctx context.Context, since time.Time, limit int) (map[string]time.Time, error)
	// DeviceKey returns the secret key that signs devices.
	DeviceKey(ctx context.Context) ([]byte, error)
	// OldMethods returns how the Werkzeug hashes were made that are stored, each
	// once, such as "pbkdf2:sha256:150000".
	OldMethods(ctx context.Context) ([]string, error)
	// AddUser stores a new user; Conflict if the name is taken.
	AddUser(ctx context.Context, u cesi.User, hash string) (cesi.User, error)
	// AddFirstUser stores a user; Conflict if there is any.
	AddFirstUser(ctx context.Context, u cesi.User, hash string) (cesi.User, error)
	// Accounts returns all users by name, with how many tokens they have, and
	// sessions that began after the one time and end after the other.
	Accounts(ctx context.Context, begunAfter, endAfter time.Time) ([]cesi.Account, error)
	// Rehash replaces how the password that hashes to oldHash is stored.
	Rehash(ctx context.Context, user int64, oldHash, newHash string, mustChange bool) error
	// SetPassword replaces the password, ends the user's sessions and removes the
	// user's tokens.
	SetPassword(ctx context.Context, name, hash string, mustChange bool) error
	// ChangePassword replaces the password that hashes to oldHash, ends the
	// user's sessions and begins s.
	ChangePassword(ctx context.Context, oldHash, newHash string, s cesi.Session) error
	// SetPreferences keeps a user's language and scheme.
	SetPreferences(ctx context.Context, name, language, scheme string) error
	// SetRole and DeleteUser fail with Conflict for the last administrator.
	SetRole(ctx context.Context, name string, role cesi.Role) error
	DeleteUser(ctx context.Context, name string) error

	// StartSession begins s, if the password's hash is still the one given, and
	// ends the session ends.
	StartSession(ctx context.Context, s cesi.Session, hash string, ends cesi.TokenHash) error
	// Session returns a session with its user as the account is now, or NotFound.
	Session(ctx context.Context, token cesi.TokenHash) (cesi.Session, error)
	TouchSessions(ctx context.Context, seen map[cesi.TokenHash]time.Time) error
	EndSession(ctx context.Context, token cesi.TokenHash) error
	// DeleteExpiredSessions removes the sessions that were over at the time, and
	// those that were not used after idleSince.
	DeleteExpiredSessions(ctx context.Context, at, idleSince time.Time) (int, error)
	// Sessions returns a user's sessions, those used last first.
	Sessions(ctx context.Context, user string) ([]cesi.Session, error)
	// EndSessionOf ends one session by its ID and returns where it came from;
	// EndSessions ends all but one and returns how many.
	EndSessionOf(ctx context.Context, user, id string) (string, error)
	EndSessions(ctx context.Context, user string, but cesi.TokenHash) (int, error)

	// AddToken stores a token of the owner, who is known by name.
	AddToken(ctx context.Context, t cesi.Token, hash cesi.TokenHash) (cesi.Token, error)
	// Token returns a token with its owner as the account is now, or NotFound.
	Token(ctx context.Context, hash cesi.TokenHash) (cesi.Token, error)
	// Tokens returns a user's tokens by name.
	Tokens(ctx context.Context, user string) ([]cesi.Token, error)
	TouchTokens(ctx context.Context, used map[int64]time.Time) error
	// DeleteToken returns the token's name, DeleteTokens how many there were.
	DeleteToken(ctx context.Context, user string, id int64) (string, error)
	DeleteTokens(ctx context.Context, user string) (int, error)
}

// Journal writes the activity log; it never fails its caller.
type Journal interface {
	Add(ctx context.Context, entry cesi.Activity)
}

// Options are what a Service needs.
type Options struct {
	Store   Store
	Journal Journal
	Log     *slog.Logger
	Now     func() time.Time
	// SessionLifetime is how long a session lasts from its login on.
	SessionLifetime time.Duration
	// SessionIdle is how long a session lasts without being used; 0 is for no limit.
	SessionIdle time.Duration
	// Cost is bcrypt's; 0 means DefaultCost. Tests take bcrypt's least.
	Cost int
	// Database is the path of the database file: the first administrator's
	// password lies beside it.
	Database string
}

// Service answers who somebody is, and changes users. It is safe for concurrent
// use.
type Service struct {
	store     Store
	journal   Journal
	log       *slog.Logger
	now       func() time.Time
	lifetime  atomic.Int64 // nanoseconds
	idle      atomic.Int64 // nanoseconds; 0: no limit
	passwords *passwords
	throttle  *throttle
	// tokenThrottle slows down who fails with API tokens. It is one of its own: a
	// script with an old token must not keep the people beside it from logging in.
	tokenThrottle *throttle
	failures      *failures
	initial       string // path of the first administrator's password

	mu   sync.Mutex
	seen map[cesi.TokenHash]time.Time // last uses of sessions that are not stored yet
	used map[int64]time.Time          // last uses of tokens that are not stored yet
}

// New returns a service. The server keeps Run running beside it; the command
// line needs no Run.
func New(o Options) *Service {
	s := &Service{
		store: newSpareStore(o.Store, o.Log), journal: o.Journal, log: o.Log, now: o.Now,
		passwords:     newPasswords(o.Cost),
		throttle:      newThrottle(o.Now),
		tokenThrottle: newThrottle(o.Now),
		failures:      newFailures(o.Journal, o.Now),
		initial:       o.Database + initialSuffix,
		seen:          map[cesi.TokenHash]time.Time{},
		used:          map[int64]time.Time{},
	}
	s.SetSessionLifetime(o.SessionLifetime)
	s.SetSessionIdle(o.SessionIdle)
	return s
}

// SetSessionLifetime changes how long sessions last, from their login on. What
// is shorter holds for sessions that have begun too; what is longer, for new
// ones only.
func (s *Service) SetSessionLifetime(d time.Duration) { s.lifetime.Store(int64(d)) }

// SetSessionIdle changes how long sessions last without being used, those that
// have begun too; 0 is for no limit.
func (s *Service) SetSessionIdle(d time.Duration) { s.idle.Store(int64(d)) }
