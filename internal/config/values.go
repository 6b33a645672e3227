package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const day = 24 * time.Hour

// quote writes a text from a file into a message: quoted, control characters escaped,
// and cut if it is long.
func quote(s string) string {
	const longest = 60
	if runes := []rune(s); len(runes) > longest {
		s = string(runes[:longest]) + "…"
	}
	return strconv.Quote(s)
}

// portNumber reads a port.
func portNumber(e entry) (int, error) {
	const last = 65535
	n, err := strconv.Atoi(e.text)
	switch {
	case errors.Is(err, strconv.ErrSyntax):
		return 0, fmt.Errorf("%s %s is not a number", e.key, quote(e.text))
	case err != nil || n < 1 || n > last:
		return 0, fmt.Errorf("%s %s is not between 1 and %d", e.key, quote(e.text), last)
	}
	return n, nil
}

// span bounds a duration. Words names its bounds in messages. Seconds says that a
// number without a unit is in seconds; else it needs a unit.
type span struct {
	min, max time.Duration
	words    string
	seconds  bool
}

// duration reads a duration within bounds: a Go one such as "168h" or "1m30s", days
// such as "365d", or a number of seconds if the span allows that.
func duration(e entry, within span) (time.Duration, error) {
	number, err := strconv.ParseFloat(e.text, 64)
	bare := err == nil
	if bare && !within.seconds {
		return 0, fmt.Errorf("%s %s needs a unit: s, m, h or d", e.key, quote(e.text))
	}
	d := scaled(number, time.Second)
	if !bare {
		if d, err = withUnit(e.text); err != nil {
			return 0, fmt.Errorf("%s %s is not a duration such as %s", e.key, quote(e.text), within.example())
		}
	}
	if d < within.min || d > within.max {
		return 0, fmt.Errorf("%s %s is not between %s", e.key, quote(e.text), within.words)
	}
	return d, nil
}

func (s span) example() string {
	if s.seconds {
		return `"5" (seconds) or "2m"`
	}
	return `"12h" or "30d"`
}

func withUnit(text string) (time.Duration, error) {
	days, ok := strings.CutSuffix(text, "d")
	if !ok {
		return time.ParseDuration(text)
	}
	n, err := strconv.ParseFloat(days, 64)
	return scaled(n, day), err
}

// scaled returns n units; -1, which is below any bound, if that is not a duration.
func scaled(n float64, unit time.Duration) time.Duration {
	ns := n * float64(unit)
	if math.IsNaN(ns) || math.Abs(ns) >= math.MaxInt64 {
		return -1
	}
	return time.Duration(ns)
}

// boolean reads yes and no in the forms of INI files.
func boolean(e entry) (bool, error) {
	switch strings.ToLower(e.text) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return false, fmt.Errorf("%s %s is neither true nor false", e.key, quote(e.text))
}

// list reads comma-separated names; empty ones are left out.
func list(text string) []string {
	var items []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// words reads items separated by white space or commas.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}
