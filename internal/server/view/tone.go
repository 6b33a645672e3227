package view

// Tone is the colour of something: how good or bad it is. It is the last part of
// classes in the style sheet, such as "state-bad".
type Tone string

// The tones, the harmless ones first.
const (
	ToneRunning Tone = "running"
	ToneMoving  Tone = "moving"
	ToneIdle    Tone = "idle"
	ToneWarning Tone = "warning"
	ToneBad     Tone = "bad"
	// ToneRest is the rest of a bar, and is used only there.
	ToneRest Tone = "rest"
)

// Tones lists the tones of states and results.
func Tones() []Tone { return []Tone{ToneRunning, ToneMoving, ToneIdle, ToneWarning, ToneBad} }
