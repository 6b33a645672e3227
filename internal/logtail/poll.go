package logtail

import (
	"bytes"
	"context"
	"time"
	"unicode/utf8"

	"cesi/internal/cesi"
)

const (
	// pollEvery is how often a log is read whose stream a proxy buffers.
	pollEvery = 1500 * time.Millisecond
	// heldFor is how long the streams of such a node are not opened again.
	heldFor = 5 * time.Minute
	// proofSize is how many of the last bytes are read again, to check that it is still
	// the same log.
	proofSize = 64
)

// polled is how far a log was read.
type polled struct {
	next  int64 // offset of the next byte; negative: not known
	proof Proof // the text before it; empty: not known
}

// hold records that a proxy buffers the streams of a node.
func (l *Logs) hold(node string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held[node] = time.Now().Add(heldFor)
}

// isHeld reports whether the streams of a node are buffered. It removes an old record,
// so that there are never more records than nodes.
func (l *Logs) isHeld(node string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	until, held := l.held[node]
	if held && time.Now().After(until) {
		delete(l.held, node)
		return false
	}
	return held
}

// poll reads the log at intervals until ctx ends, until it is time to try a stream
// again, or until the log is gone.
func (f *feed) poll(ctx context.Context) {
	for ctx.Err() == nil && f.logs.isHeld(f.key.node) {
		err := f.check()
		if err != nil && cesi.KindOf(err) == cesi.NotFound {
			return
		}
		if err == nil {
			err = f.readOn(ctx)
		}
		if err != nil && ctx.Err() == nil {
			f.state(ctx, false, waitingFor(err))
		} else {
			f.state(ctx, true, heldBack())
		}
		pause(ctx, f.logs.timing.poll)
	}
}

// readOn reads the new text of the log.
func (f *feed) readOn(ctx context.Context) error {
	p := &f.polled
	size, err := f.size(ctx)
	if err != nil {
		return err
	}
	switch {
	case p.next < 0:
		if f.opened {
			f.add(ctx, Event{Kind: Seam, Sentence: brokeOff()})
		}
		f.opened = true
		*p = polled{next: max(0, size-streamStart)}
	case size < p.next:
		f.markRotation(ctx)
	case size == p.next:
		return nil
	}
	if size-p.next > maxBehind {
		from := size - alignRead
		f.add(ctx, Event{Kind: Seam, Sentence: cesi.T("%s skipped.", Bytes(from-p.next))})
		*p = polled{next: from}
	}
	part, err := f.logs.source.ReadLog(ctx, f.key.node, f.key.log, p.next-int64(len(p.proof)), size)
	if err != nil {
		return err
	}
	if !p.proof.Holds(part, p.next) {
		f.markRotation(ctx)
		return f.readOn(ctx)
	}
	for _, piece := range part.Pieces {
		f.readPiece(ctx, piece)
	}
	return nil
}

// Proof is the last few characters read of a log. The next reading begins before them,
// to check that it is still the same log.
type Proof []byte

// NewProof returns the proof of a text that was read.
func NewProof(text []byte) Proof {
	start := max(0, len(text)-proofSize)
	for start < len(text) && !utf8.RuneStart(text[start]) {
		start++
	}
	return bytes.Clone(text[start:])
}

// Holds reports whether a part continues the text that was read before. The part was
// read from the proof on, up to offset next and further. Where bytes can't be read, it
// is assumed to continue.
func (p Proof) Holds(part cesi.LogPart, next int64) bool {
	if len(part.Pieces) == 0 || part.Pieces[0].Gap > 0 {
		return true
	}
	skip := part.From - (next - int64(len(p)))
	if skip < 0 || skip > int64(len(p)) {
		return true
	}
	proof, text := p[skip:], part.Pieces[0].Text
	n := min(len(proof), len(text))
	return bytes.Equal(proof[:n], text[:n])
}

// markRotation adds the seam of a rotation: the log begins again at offset 0.
func (f *feed) markRotation(ctx context.Context) {
	f.add(ctx, Event{Kind: Seam, Sentence: rotated(), Rotated: true})
	f.polled = polled{}
}

// readPiece sends the new text of a piece of the log.
func (f *feed) readPiece(ctx context.Context, piece cesi.LogPiece) {
	p := &f.polled
	switch {
	case piece.End() <= p.next:
		return
	case piece.Gap > 0:
		f.add(ctx, Event{Kind: Seam, Sentence: GapSentence(piece.Gap)})
		p.proof = nil
	default:
		text := piece.Text[max(0, p.next-piece.Offset):]
		f.text(ctx, text)
		p.proof = NewProof(text)
	}
	p.next = piece.End()
}
