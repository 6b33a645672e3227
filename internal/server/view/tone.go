package view

// Tone is the colour in which something is drawn: how good or bad it is. It is the last
// part of classes in the style sheet, such as "state-bad".
type Tone string

// The tones, the quiet ones first.
const (
	ToneRunning Tone = "running"
	ToneMoving  Tone = "moving"
	ToneIdle    Tone = "idle"
	ToneWarning Tone = "warning"
	ToneBad     Tone = "bad"
	// ToneRest is what is left over of a bar, and is found nowhere else.
	ToneRest Tone = "rest"
)

// Tones lists the tones of states and results.
func Tones() []Tone { return []Tone{ToneRunning, ToneMoving, ToneIdle, ToneWarning, ToneBad} }
