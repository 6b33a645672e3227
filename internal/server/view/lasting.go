package view

import (
	"time"

	"cesi/internal/fleet"
	"cesi/internal/i18n"
)

// Elapsed is how long something has lasted, in words that browsers move on.
type Elapsed struct {
	Text  i18n.Phrase
	Since int64 // when it began, ms since 1970 by our clock; 0: it stands still
}

// NewElapsed words what has lasted so long at the node's last answer. Of a node
// that does not answer, times stand still.
func NewElapsed(n *fleet.Node, d time.Duration) Elapsed {
	l := Elapsed{Text: FormatElapsed(d)}
	if n.Status == fleet.Up {
		l.Since = n.LastContact.Add(-d).UnixMilli()
	}
	return l
}

// Known reports whether there is anything to say.
func (l Elapsed) Known() bool { return l.Text.Text != "" }

// Duration words how long something took: "3 ms", "4.1 s", "2 min".
func Duration(d time.Duration) i18n.Phrase {
	switch {
	case d < time.Millisecond:
		return i18n.Of("under 1 ms")
	case d < time.Second:
		return i18n.Of("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return i18n.Of("%.1f s", d.Seconds())
	default:
		return FormatElapsed(d)
	}
}

// age words how long ago t was, to a tenth of a second where that matters.
func age(now, t time.Time) i18n.Phrase {
	d := max(now.Sub(t), 0)
	if d < 10*time.Second {
		return i18n.Of("%.1f s", d.Seconds())
	}
	return FormatElapsed(d)
}

// FormatElapsed words a duration in one or two units, as cesi.HumanDuration does for the
// log and the API, and as live.js goes on to.
func FormatElapsed(d time.Duration) i18n.Phrase {
	s := max(int64(d/time.Second), 0)
	days, hours, minutes := s/86400, s/3600%24, s/60%60
	switch {
	case days > 0 && hours > 0:
		return i18n.Of("%d d %d h", days, hours)
	case days > 0:
		return i18n.Of("%d d", days)
	case hours > 0 && minutes > 0:
		return i18n.Of("%d h %d min", hours, minutes)
	case hours > 0:
		return i18n.Of("%d h", hours)
	case minutes > 0:
		return i18n.Of("%d min", minutes)
	default:
		return i18n.Of("%d s", s)
	}
}
