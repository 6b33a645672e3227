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

// adopted is a user to be moved from the old database to the new one.
type adopted struct {
	user cesi.User
	kept string // the old form of the password
	hash string // its new hash
}

// convertUsers turns old users into ours. The remarks name users who are left out,
// whose role is unknown, or whose name differs from another's only in case or
// composition. Administrators come first, so that none of them loses a name to another
// user.
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

// adoptable reports whether a name of the old CeSI can be one of ours. The old CeSI had
// no rules. Spaces, for example, are allowed here, but not invisible characters, nor a
// ":", which only actors other than users have ("cli:root").
func adoptable(name string) bool {
	return name != "" && name != "." && name != ".." && utf8.ValidString(name) && utf8.RuneCountInString(name) <= cesi.MaxUserName &&
		strings.TrimSpace(name) == name && !strings.ContainsFunc(name, func(r rune) bool { return r == ':' || !unicode.IsGraphic(r) })
}

// oldRole reads the role of the old CeSI; an unknown one becomes the least.
func oldRole(kind string) (role cesi.Role, known bool) {
	n, err := strconv.Atoi(strings.TrimSpace(kind))
	if err != nil || !slices.Contains(cesi.Roles(), cesi.Role(n)) {
		return cesi.Viewer, false
	}
	return cesi.Role(n), true
}
