package store

import (
	"fmt"
	"strconv"

	"cesi/internal/cesi"
)

// RenameTwins renames each user whose name is equal, for the database, to that of an
// earlier one: see cesi.FoldUserName. The remarks are sentences about the renamed
// users.
func RenameTwins(users []*cesi.User) (remarks []string) {
	taken := make(map[string]string, len(users))
	for _, u := range users {
		if key := cesi.FoldUserName(u.Name); taken[key] == "" {
			taken[key] = u.Name
		}
	}
	for _, u := range users {
		name := u.Name
		twin := taken[cesi.FoldUserName(name)]
		if twin == name {
			continue
		}
		for n := 2; ; n++ {
			u.Name = numbered(name, n)
			if key := cesi.FoldUserName(u.Name); taken[key] == "" {
				taken[key] = u.Name
				break
			}
		}
		remarks = append(remarks, fmt.Sprintf("%q is called %q now: there is %q too, and case does not tell users apart any more",
			name, u.Name, twin))
	}
	return remarks
}

// numbered appends a number to a name, within the maximum length.
func numbered(name string, n int) string {
	suffix := "-" + strconv.Itoa(n)
	runes := []rune(name)
	return string(runes[:min(len(runes), cesi.MaxUserName-len(suffix))]) + suffix
}
