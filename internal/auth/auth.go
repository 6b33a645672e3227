// Package auth checks who a user is, and who may change users: passwords, throttling of
// logins, sessions, API tokens. The server and the command line share its Service, so
// that neither can forget a check or an entry in the activity log.
//
// It keeps users and sessions in a Store and writes the activity log to a Journal.
// Cookies, forms and prompts do not belong here.
package auth

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"cesi/internal/cesi"
)

// Store keeps users, sessions and tokens. Errors caused by the request are *cesi.Error.
type Store interface {
	// Users returns all users by name.
	Users(ctx context.Context) ([]cesi.User, error)
	// User returns a user and the hash of the password, or NotFound.
	User(ctx context.Context, name string) (cesi.User, string, error)
	// LoginAddresses returns the addresses from which users have logged in after since,
	// the latest ones and at most limit, with the time.
	LoginAddresses(ctx context.Context, since time.Time, limit int) (map[string]time.Time, error)
	// DeviceKey returns the secret key that signs devices.
	DeviceKey(ctx context.Context) ([]byte, error)
	// WerkzeugMethods returns the methods of the stored Werkzeug hashes, each once, such as
	// "pbkdf2:sha256:150000".
	WerkzeugMethods(ctx context.Context) ([]string, error)
	// AddUser stores a new user; Conflict if the name is taken.
	AddUser(ctx context.Context, u cesi.User, hash string) (cesi.User, error)
	// AddFirstUser stores a user; Conflict if there already is one.
	AddFirstUser(ctx context.Context, u cesi.User, hash string) (cesi.User, error)
	// Accounts returns all users by name, each with the number of tokens, and of
	// sessions that began after begunAfter and end after endAfter.
	Accounts(ctx context.Context, begunAfter, endAfter time.Time) ([]cesi.Account, error)
	// Rehash replaces the hash oldHash of an unchanged password.
	Rehash(ctx context.Context, user int64, oldHash, newHash string, mustChange bool) error
	// SetPassword replaces the password, ends the user's sessions and removes the
	// user's tokens.
	SetPassword(ctx context.Context, name, hash string, mustChange bool) error
	// ChangePassword replaces the password with hash oldHash, ends the user's sessions
	// and starts s.
	ChangePassword(ctx context.Context, oldHash, newHash string, s cesi.Session) error
	// SetPreferences stores a user's language and scheme.
	SetPreferences(ctx context.Context, name, language, scheme string) error
	// SetRole and DeleteUser fail with Conflict for the last administrator.
	SetRole(ctx context.Context, name string, role cesi.Role) error
	DeleteUser(ctx context.Context, name string) error

	// StartSession starts s if hash is still the one of the user's password, and ends
	// the session ends.
	StartSession(ctx context.Context, s cesi.Session, hash string, ends cesi.TokenHash) error
	// Session returns a session with the user's current account, or NotFound.
	Session(ctx context.Context, token cesi.TokenHash) (cesi.Session, error)
	TouchSessions(ctx context.Context, seen map[cesi.TokenHash]time.Time) error
	EndSession(ctx context.Context, token cesi.TokenHash) error
	// DeleteExpiredSessions removes the sessions that end before at, and those that
	// were not used after idleSince.
	DeleteExpiredSessions(ctx context.Context, at, idleSince time.Time) (int, error)
	// Sessions returns a user's sessions, last used first.
	Sessions(ctx context.Context, user string) ([]cesi.Session, error)
	// EndSessionOf ends one session by its ID and returns its address. EndSessions ends
	// all but one and returns how many.
	EndSessionOf(ctx context.Context, user, id string) (string, error)
	EndSessions(ctx context.Context, user string, but cesi.TokenHash) (int, error)

	// AddToken stores a token of the owner, who is given by name.
	AddToken(ctx context.Context, t cesi.Token, hash cesi.TokenHash) (cesi.Token, error)
	// Token returns a token with the owner's current account, or NotFound.
	Token(ctx context.Context, hash cesi.TokenHash) (cesi.Token, error)
	// Tokens returns a user's tokens by name.
	Tokens(ctx context.Context, user string) ([]cesi.Token, error)
	TouchTokens(ctx context.Context, used map[int64]time.Time) error
	// DeleteToken returns the token's name, DeleteTokens how many there were.
	DeleteToken(ctx context.Context, user string, id int64) (string, error)
	DeleteTokens(ctx context.Context, user string) (int, error)
}

// Journal writes the activity log; it never fails.
type Journal interface {
	Add(ctx context.Context, entry cesi.Activity)
}

// Options are what a Service needs.
type Options struct {
	Store   Store
	Journal Journal
	Log     *slog.Logger
	Now     func() time.Time
	// SessionLifetime is how long a session lasts after its login.
	SessionLifetime time.Duration
	// SessionIdle is how long a session lasts without use; 0 is no limit.
	SessionIdle time.Duration
	// Cost is the cost of bcrypt; 0 means DefaultCost. Tests use bcrypt's minimum.
	Cost int
	// Database is the path of the database file. The file with the first
	// administrator's password is in the same folder.
	Database string
}

// Service authenticates users, and changes them. It is safe for concurrent use.
type Service struct {
	store     Store
	journal   Journal
	log       *slog.Logger
	now       func() time.Time
	lifetime  atomic.Int64 // nanoseconds
	idle      atomic.Int64 // nanoseconds; 0: no limit
	passwords *passwords
	throttle  *throttle
	// tokenThrottle throttles failures with API tokens. It is separate: a script with
	// an old token must not stop the users of the same address from logging in.
	tokenThrottle *throttle
	failures      *failures
	initial       string // path of the first administrator's password

	mu   sync.Mutex
	seen map[cesi.TokenHash]time.Time // last uses that are not stored yet
	used map[int64]time.Time          // last uses that are not stored yet
}

// New returns a service. The server also keeps Run running; the command line needs no
// Run.
func New(o Options) *Service {
	s := &Service{
		store: newFallbackStore(o.Store, o.Log), journal: o.Journal, log: o.Log, now: o.Now,
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

// SetSessionLifetime changes how long sessions last after their login. A shorter time
// also applies to existing sessions, a longer one only to new sessions.
func (s *Service) SetSessionLifetime(d time.Duration) { s.lifetime.Store(int64(d)) }

// SetSessionIdle changes how long sessions last without use, including existing ones; 0
// is no limit.
func (s *Service) SetSessionIdle(d time.Duration) { s.idle.Store(int64(d)) }
