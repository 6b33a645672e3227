package request

import (
	"net/url"
	"strconv"

	"cesi/internal/cesi"
)

// ParsePage reads the number of a page; empty means the first.
func ParsePage(word string) (int, error) {
	if word == "" {
		return 1, nil
	}
	page, err := strconv.Atoi(word)
	if err != nil || page < 1 {
		return 0, cesi.Errorf(cesi.Invalid, "%q is not the number of a page", word)
	}
	return page, nil
}

// PageCount returns how many pages a list has, at least one.
func PageCount(items, size int) int { return max((items+size-1)/size, 1) }

// OnPage returns the part of a list on a page.
func OnPage[T any](list []T, page, size int) []T {
	from := min((page-1)*size, len(list))
	return list[from:min(from+size, len(list))]
}

// PageValues returns the query of a page; that of the first is empty.
func PageValues(page int) url.Values {
	values := make(url.Values)
	if page > 1 {
		values.Set("page", strconv.Itoa(page))
	}
	return values
}

// PageRows is how many rows a page of a list shows.
const PageRows = 100
