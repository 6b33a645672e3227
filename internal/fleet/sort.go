package fleet

import (
	"cmp"
	"math"
	"slices"

	"cesi/internal/cesi"
)

// Sorting is an order of processes. Equal processes are in the order of ByName.
type Sorting int

// The orders.
const (
	ByName   Sorting = iota // by group, name and node
	ByNode                  // by node, group and name
	ByState                 // those that need attention first, worst first
	ByUptime                // the longest first, those that are not up last
)

// Sort sorts matches, or sorts them in reverse, only as far as needed: list[from:to] is
// then the same as after sorting the whole list. A page of a big fleet costs a pass or
// two over it.
func Sort(list []Match, by Sorting, reverse bool, from, to int) {
	first := comparison(by)
	if reverse {
		forward := first
		first = func(a, b Match) int { return forward(b, a) }
	}
	arrange(list, from, to, func(a, b Match) int {
		if c := first(a, b); c != 0 {
			return c
		}
		return compareNames(a, b)
	})
}

// small is the number of matches up to which the whole list is sorted.
const small = 64

// arrange is a quicksort that skips the parts outside of from and to.
func arrange(list []Match, from, to int, compare func(a, b Match) int) {
	if from >= to || from >= len(list) || to <= 0 {
		return
	}
	if len(list) <= small {
		slices.SortFunc(list, compare)
		return
	}
	left, right := partition(list, compare)
	arrange(list[:right+1], from, to, compare)
	arrange(list[left:], from-left, to-left, compare)
}

// partition splits a list of three or more: nothing in list[:right+1] is greater than
// anything in list[left:], and an element in between, if any, is in its place.
func partition(list []Match, compare func(a, b Match) int) (left, right int) {
	pivot := median(list[0], list[len(list)/2], list[len(list)-1], compare)
	left, right = 0, len(list)-1
	for left <= right {
		for compare(list[left], pivot) < 0 {
			left++
		}
		for compare(list[right], pivot) > 0 {
			right--
		}
		if left <= right {
			list[left], list[right] = list[right], list[left]
			left++
			right--
		}
	}
	return left, right
}

func median(a, b, c Match, compare func(a, b Match) int) Match {
	if compare(a, b) > 0 {
		a, b = b, a
	}
	switch {
	case compare(c, a) < 0:
		return a
	case compare(c, b) > 0:
		return b
	default:
		return c
	}
}

func comparison(by Sorting) func(a, b Match) int {
	switch by {
	case ByNode:
		return func(a, b Match) int { return cesi.CompareNames(a.Node.Name, b.Node.Name) }
	case ByState:
		return compareStates
	case ByUptime:
		return func(a, b Match) int { return cmp.Compare(a.upSince(), b.upSince()) }
	default:
		return compareNames
	}
}

// upSince is when a process with a pid was started, in seconds since 1970 by our clock;
// for any other, later than all times.
func (m Match) upSince() int64 {
	if m.Process.PID == 0 || m.Process.Start == 0 {
		return math.MaxInt64
	}
	return m.Node.ours(m.Process.Start)
}

func compareNames(a, b Match) int {
	if c := a.Process.Compare(b.Process.ProcessID); c != 0 {
		return c
	}
	return cesi.CompareNames(a.Node.Name, b.Node.Name)
}

func compareStates(a, b Match) int {
	if c := cmp.Compare(b.Process.Severity(), a.Process.Severity()); c != 0 {
		return c
	}
	return cmp.Compare(a.Process.State, b.Process.State)
}
