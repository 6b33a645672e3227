package view

import (
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// Elapsed is a time since something began, as text that browsers keep counting.
type Elapsed struct {
	Text  cesi.Text
	Since int64 // when it began, ms since 1970 by our clock; 0: it does not count
}

// NewElapsed returns the elapsed time at the node's last answer. For a node that does
// not answer, it does not count on.
func NewElapsed(n *fleet.Node, d time.Duration) Elapsed {
	l := Elapsed{Text: cesi.DurationText(d)}
	if n.Status == fleet.Up {
		l.Since = n.LastContact.Add(-d).UnixMilli()
	}
	return l
}

// Known reports whether there is a text.
func (l Elapsed) Known() bool { return l.Text.ID != "" }

// Duration writes how long something took: "3 ms", "4.1 s", "2 min".
func Duration(d time.Duration) cesi.Text {
	switch {
	case d < time.Millisecond:
		return cesi.T("under 1 ms")
	case d < time.Second:
		return cesi.T("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return cesi.T("%.1f s", d.Seconds())
	default:
		return cesi.DurationText(d)
	}
}

// age writes how long ago t was, below ten seconds with tenths.
func age(now, t time.Time) cesi.Text {
	d := max(now.Sub(t), 0)
	if d < 10*time.Second {
		return cesi.T("%.1f s", d.Seconds())
	}
	return cesi.DurationText(d)
}
