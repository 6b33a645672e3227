package cesi

import (
	"slices"
	"time"
	"unicode"
	"unicode/utf8"
)

// Role is a role of users, with CeSi's own numbers (its "usertype").
type Role int

// The roles, from most to least.
const (
	Admin     Role = 0
	Operator  Role = 1
	LogReader Role = 2
	Viewer    Role = 3
)

// Roles lists the roles, from most to least.
func Roles() []Role { return []Role{Admin, Operator, LogReader, Viewer} }

// String returns the role's name, as in `cesi user`.
func (r Role) String() string {
	names := [...]string{"admin", "operator", "logreader", "viewer"}
	if r < 0 || int(r) >= len(names) {
		return "nobody"
	}
	return names[r]
}

// ParseRole reads a role's name.
func ParseRole(s string) (Role, error) {
	i := slices.IndexFunc(Roles(), func(r Role) bool { return r.String() == s })
	if i < 0 {
		return 0, Errorf(Invalid, "%q is not a role: want admin, operator, logreader or viewer", s)
	}
	return Role(i), nil
}

// Permission is one thing that a role may or may not permit.
type Permission int

// The permissions, each a column of the README's table of roles.
const (
	ViewFleet        Permission = iota // state of nodes and processes, activity log, own profile
	ReadLogs                           // logs and configuration of processes
	ControlProcesses                   // start, stop, restart, signal, stdin
	ControlDaemon                      // update, reload, shutdown, clear logs
	ManageUsers                        // users, export and purge of the activity log
)

// Can reports whether the role has the permission.
func (r Role) Can(p Permission) bool {
	switch r {
	case Admin:
		return p >= ViewFleet && p <= ManageUsers
	case Operator:
		return p >= ViewFleet && p <= ControlProcesses
	case LogReader:
		return p == ViewFleet || p == ReadLogs
	case Viewer:
		return p == ViewFleet
	default:
		return false
	}
}

// User is a user account.
type User struct {
	ID   int64
	Name string
	Role Role
	// MustChange says that the password was not chosen by the user, who has to change
	// it before anything else.
	MustChange bool
	Created    time.Time
	LastLogin  time.Time // zero: never
	// Language is a language tag, Scheme is "light" or "dark". Empty means the
	// configuration's, else the browser's.
	Language, Scheme string
}

// MaxUserName bounds a user name, in characters.
const MaxUserName = 64

// ValidateUserName returns an Invalid error that says what is wrong with a name
// for a new user. Letters of any script, digits and ". _ - @ +" are allowed, but
// not "." or "..", which have a meaning in the path of a page.
func ValidateUserName(name string) error {
	if name == "" {
		return Errorf(Invalid, "a user needs a name")
	}
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > MaxUserName {
		return Errorf(Invalid, "a user's name has at most %d characters", MaxUserName)
	}
	if name == "." || name == ".." {
		return Errorf(Invalid, "%q is no name for a user", name)
	}
	for _, r := range name {
		if !isNameRune(r) {
			return Errorf(Invalid, "a user's name has letters, digits and . _ - @ + only, not %q", r)
		}
	}
	return nil
}

// isNameRune reports whether a user's name may hold the character.
func isNameRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || slices.Contains([]rune("._-@+"), r)
}

// Account is a user with the number of its present sessions and tokens.
type Account struct {
	User
	Sessions int
	Tokens   int // including expired ones
}

// Actor is the source of an action: a user at an address, or the command line.
type Actor struct {
	User string // a user's name, or "cli:UNIX-USER"
	Role Role
	// Address is the client's address without port, followed by the API token, if
	// one was used: "192.0.2.7 (token deploy)". It is empty for the command line.
	Address string
}
