package view

import (
	"testing"

	"cesi/internal/cesi"
)

func TestBar_SmallestShareIsVisible(t *testing.T) {
	b := NewBar(cesi.Text{}, Share{ToneRunning, 3003}, Share{ToneIdle, 0}, Share{ToneBad, 1})
	if len(b.Segments) != 2 {
		t.Fatalf("%d segments", len(b.Segments))
	}
	bad := b.Segments[1]
	if bad.Tone != ToneBad || bad.Width < barLeast {
		t.Errorf("one of 3,004 is drawn as %+v", bad)
	}
}

func TestBar_FillsItsWidth(t *testing.T) {
	for _, counts := range [][]int{{1}, {1, 1}, {7, 0, 3}, {1, 1, 1, 1, 1, 1, 1}, {5000, 1, 2, 3}} {
		tones := append(Tones(), ToneRest, ToneRunning)
		var shares []Share
		for i, c := range counts {
			shares = append(shares, Share{tones[i], c})
		}
		b := NewBar(cesi.Text{}, shares...)
		x := 0
		for i, s := range b.Segments {
			if i > 0 {
				x += barGap
			}
			if s.X != x {
				t.Errorf("%v: segment %d begins at %d, want %d", counts, i, s.X, x)
			}
			x += s.Width
		}
		if x != barWidth {
			t.Errorf("%v: ends at %d", counts, x)
		}
	}
}

func TestBar_JoinsNeighboursOfOneColour(t *testing.T) {
	b := NewBar(cesi.Text{}, Share{"moving", 1}, Share{"moving", 0}, Share{"moving", 2})
	if len(b.Segments) != 1 || b.Segments[0].Width != barWidth {
		t.Errorf("got %+v", b.Segments)
	}
	if b := NewBar(cesi.Text{}, Share{"bad", 0}); len(b.Segments) != 0 {
		t.Errorf("nothing is drawn as %+v", b.Segments)
	}
}
