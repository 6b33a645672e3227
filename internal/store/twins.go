package store

import (
	"fmt"
	"strconv"

	"cesi/internal/cesi"
)

// RenameTwins gives another name to each user whom the database would take for
// one that comes before: see cesi.FoldUserName. The remarks are sentences about
// those who were renamed.
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

// numbered adds a number to a name, within the length that names have.
func numbered(name string, n int) string {
	suffix := "-" + strconv.Itoa(n)
	runes := []rune(name)
	return string(runes[:min(len(runes), cesi.MaxUserName-len(suffix))]) + suffix
}
