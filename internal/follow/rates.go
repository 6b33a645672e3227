package follow

import "time"

const (
	// hintEvery and hintBurst bound the polls that lines ask for: at once in bursts, and
	// four a second.
	hintEvery = 250 * time.Millisecond
	hintBurst = 4
	// noiseLines and noiseBytes a second, for noiseTime, are too many for lines that tell
	// of no process.
	noiseLines = 50
	noiseBytes = 16 << 10
	noiseTime  = 5 * time.Second
)

// Hints bounds the polls that lines ask for. It is for one goroutine.
type Hints struct {
	tokens float64
	at     time.Time
}

// NewHints returns Hints that allow a burst now.
func NewHints(now time.Time) *Hints { return &Hints{tokens: hintBurst, at: now} }

// Take returns 0 if a poll may begin now, else after which time to ask again.
func (h *Hints) Take(now time.Time) time.Duration {
	h.tokens, h.at = min(h.tokens+float64(now.Sub(h.at))/float64(hintEvery), hintBurst), now
	if h.tokens < 1 {
		return hintEvery
	}
	h.tokens--
	return 0
}

// Noise measures lines that tell of no process. What it holds drains at the rates that are
// allowed. It is for one goroutine.
type Noise struct {
	at           time.Time
	lines, bytes float64
}

// TooMuch takes a line of so many bytes, and reports whether the log says too much.
func (n *Noise) TooMuch(now time.Time, bytes int) bool {
	passed := now.Sub(n.at).Seconds()
	n.at = now
	n.lines = max(n.lines-passed*noiseLines, 0) + 1
	n.bytes = max(n.bytes-passed*noiseBytes, 0) + float64(bytes)
	return n.lines > noiseLines*noiseTime.Seconds() || n.bytes > noiseBytes*noiseTime.Seconds()
}
