package legacy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"cesi/internal/cesi"
	"cesi/internal/store"
)

// adopted is a user on the way from the old database to the new one.
type adopted struct {
	user cesi.User
	kept string // of the password, by the old one
	hash string // of the password, for the new one
}

// convertUsers turns old users into ours: whom it can't take, whose role is none of
// ours and whose name only differs in case or composition from another's is in the remarks.
// Administrators come first, so that none of them loses a name to somebody else.
func convertUsers(old []oldUser) (list []adopted, remarks []string) {
	for _, u := range old {
		name := u.name.String
		if !adoptable(name) {
			remarks = append(remarks, fmt.Sprintf("%q was left out: that is no name for a user", name))
			continue
		}
		role, known := oldRole(u.kind.String)
		if !known {
			remarks = append(remarks, fmt.Sprintf("%q is a %s now: the type %q is unknown", name, role, u.kind.String))
		}
		list = append(list, adopted{user: cesi.User{Name: name, Role: role}, kept: u.kept.String})
	}
	slices.SortStableFunc(list, func(a, b adopted) int { return int(a.user.Role - b.user.Role) })
	users := make([]*cesi.User, len(list))
	for i := range list {
		users[i] = &list[i].user
	}
	remarks = append(remarks, store.RenameTwins(users)...)
	if len(list) > 0 && list[0].user.Role != cesi.Admin {
		remarks = append(remarks, "none of the users is an administrator: cesi user role NAME admin makes one")
	}
	return list, remarks
}

// adoptable reports whether a name of the old CeSI's can be one of ours. That had
// no rules; here spaces, say, are fine where they are, but not what can't be
// seen, nor a ":", which only those have who aren't users ("cli:root").
func adoptable(name string) bool {
	return name != "" && name != "." && name != ".." && utf8.ValidString(name) && utf8.RuneCountInString(name) <= cesi.MaxUserName &&
		strings.TrimSpace(name) == name && !strings.ContainsFunc(name, func(r rune) bool { return r == ':' || !unicode.IsGraphic(r) })
}

// oldRole reads CeSi's type; one that is unknown gets the least.
func oldRole(kind string) (role cesi.Role, known bool) {
	n, err := strconv.Atoi(strings.TrimSpace(kind))
	if err != nil || !slices.Contains(cesi.Roles(), cesi.Role(n)) {
		return cesi.Viewer, false
	}
	return cesi.Role(n), true
}
