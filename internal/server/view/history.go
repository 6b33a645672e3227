package view

import (
	"fmt"
	"strings"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/history"
)

const (
	// dayHeight is the height of a bar's worst parts, in units of its drawing. The
	// drawing is as many units wide as a day has slots.
	dayHeight = 14
	// dayLeast is the least width of trouble: one slot of a day must be visible.
	dayLeast = 2
)

// dayBar is the last 24 hours of a process, as SVG. It is empty where nothing is known.
type dayBar struct {
	Words cesi.Text // its description
	Paths []dayPath // one for each kind, trouble last
}

// dayPath is all parts of a bar in one colour.
type dayPath struct {
	Tone Tone
	D    string // as in SVG
}

// Label describes the bar for screen readers.
func (b dayBar) Label() cesi.Text { return cesi.T("Last 24 hours: %s", b.Words) }

// dayKind is the look of a kind of marks. Kinds differ in height as well as in colour.
type dayKind struct {
	tone   Tone
	height int
}

func dayKindOf(m cesi.Mark) dayKind {
	switch m {
	case cesi.MarkRunning:
		return dayKind{ToneRunning, 8}
	case cesi.MarkStarting, cesi.MarkStopping:
		return dayKind{ToneMoving, 6}
	case cesi.MarkStopped, cesi.MarkExited:
		return dayKind{ToneIdle, 3}
	case cesi.MarkUnknown, cesi.MarkFailed, cesi.MarkBackoff:
		return dayKind{ToneWarning, 11}
	case cesi.MarkFatal:
		return dayKind{ToneBad, dayHeight}
	default:
		return dayKind{}
	}
}

func newDayBar(day history.Day) dayBar {
	paths := make(map[dayKind]*strings.Builder)
	for from := 0; from < len(day); {
		kind, to := dayKindOf(day[from]), from+1
		for to < len(day) && dayKindOf(day[to]) == kind {
			to++
		}
		if kind.tone != "" {
			if paths[kind] == nil {
				paths[kind] = &strings.Builder{}
			}
			drawDay(paths[kind], from, to, kind.height, day[from].Trouble())
		}
		from = to
	}
	bar := dayBar{Words: dayWords(day)}
	for _, mark := range []cesi.Mark{cesi.MarkStopped, cesi.MarkStarting, cesi.MarkRunning, cesi.MarkBackoff, cesi.MarkFatal} {
		kind := dayKindOf(mark)
		if path := paths[kind]; path != nil {
			bar.Paths = append(bar.Paths, dayPath{kind.tone, path.String()})
		}
	}
	return bar
}

// drawDay adds a rectangle that begins at the bottom.
func drawDay(path *strings.Builder, from, to, height int, trouble bool) {
	if trouble {
		from = max(min(from, to-dayLeast), 0)
		to = max(to, from+dayLeast)
	}
	fmt.Fprintf(path, "M%d %dV%dh%dV%[2]dz", from, dayHeight, dayHeight-height, to-from)
}

// dayWords summarizes a day, the worst first: "FATAL 50 min (until 3 h ago), RUNNING 23
// h 10 min".
func dayWords(day history.Day) cesi.Text {
	var slots, latest [cesi.MarkFatal + 1]int
	for i, mark := range day {
		slots[mark]++
		latest[mark] = i
	}
	var parts []cesi.Text
	for i := range slots {
		mark := cesi.MarkFatal - cesi.Mark(i)
		ago := len(day) - 1 - latest[mark]
		switch name := markWords(mark); {
		case slots[mark] == 0:
		case slots[mark] == len(day):
			return name
		case mark.Trouble() && ago > 0:
			parts = append(parts, cesi.T("%s %s (until %s ago)", name, slotsLasted(slots[mark]), slotsLasted(ago)))
		default:
			parts = append(parts, cesi.T("%s %s", name, slotsLasted(slots[mark])))
		}
	}
	return cesi.List(parts...)
}

func markWords(m cesi.Mark) cesi.Text {
	switch m {
	case cesi.MarkNoData:
		return cesi.T("not known")
	case cesi.MarkFailed:
		return cesi.T("%s unexpectedly", m.State().String())
	default:
		return cesi.Raw(m.State().String())
	}
}

func slotsLasted(n int) cesi.Text { return cesi.DurationText(time.Duration(n) * cesi.BucketLength) }

// NewDayMarks returns the start of each quarter of the day that a bar shows now.
func NewDayMarks(now time.Time) []time.Time {
	first := time.Unix(int64(cesi.BucketOf(now).DayBefore())*int64(cesi.BucketLength/time.Second), 0).In(now.Location())
	const quarters = 4
	marks := make([]time.Time, quarters)
	for i := range marks {
		marks[i] = first.Add(time.Duration(i) * cesi.Day / quarters)
	}
	return marks
}
