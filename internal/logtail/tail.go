package logtail

import (
	"bytes"
	"context"
	"unicode/utf8"

	"cesi/internal/cesi"
)

const (
	// alignRead is how many bytes of a log before the wanted offset are read to find
	// the stream's place in the log: more than a new watcher gets.
	alignRead = 128 << 10
	// maxBehind bounds how many missed bytes are read for a reader.
	maxBehind = 1 << 20
	// leastProbe is how many bytes are normally enough to find a place.
	leastProbe = 32
)

// Tail is a Watch that knows its offset in the log: it continues where a page, or an
// earlier connection, ended. A supervisord's stream has no offsets, so its text is
// searched for in the log itself.
type Tail struct {
	watch  *Watch
	logs   *Logs
	key    key
	user   string
	offset int64 // of the next wanted byte; negative: not known
	lost   bool  // the stream's place in the log must be found
	marked bool  // a seam already says so
	skip   int64 // bytes of the stream that the reader already has
	queue  []Event
}

// Tail begins to follow a log for a user from an offset on, or from the log's end if
// from is negative. The caller must close it, once. It fails with TooManyOpen if the
// user follows too many logs, or too many logs of the node are followed.
func (l *Logs) Tail(user, node string, log cesi.LogName, from int64) (*Tail, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.slots.takeUser(user); err != nil {
		return nil, err
	}
	k := key{node, log}
	watch, err := l.watch(k)
	if err != nil {
		count(&l.slots.ofUser, user, -1)
		return nil, err
	}
	return &Tail{watch: watch, logs: l, key: k, user: user, offset: from, lost: true, marked: from < 0}, nil
}

// Close ends the tail.
func (t *Tail) Close() {
	t.watch.Close()
	t.logs.mu.Lock()
	defer t.logs.mu.Unlock()
	count(&t.logs.slots.ofUser, t.user, -1)
}

// Next is Watch.Next. Text has its offset, if known.
func (t *Tail) Next(ctx context.Context) (Event, error) {
	for {
		if len(t.queue) > 0 {
			e := t.queue[0]
			t.queue = t.queue[1:]
			return e, nil
		}
		e, err := t.watch.Next(ctx)
		if err != nil {
			return Event{}, err
		}
		switch {
		case e.Kind == Seam && e.Rotated:
			t.lost, t.skip, t.offset = false, 0, e.Offset
			return e, nil
		case e.Kind == Seam:
			t.lost, t.marked, t.skip = true, true, 0
			return e, nil
		case e.Kind != Text:
			return e, nil
		case t.lost:
			t.find(ctx, e)
		default:
			t.push(e)
		}
	}
}

// push queues text, without the bytes that the reader already has.
func (t *Tail) push(e Event) {
	n := min(t.skip, int64(len(e.Text)))
	t.skip -= n
	if e.Text = e.Text[n:]; len(e.Text) == 0 {
		return
	}
	e.Offset = t.offset
	if t.offset >= 0 {
		t.offset += int64(len(e.Text))
	}
	t.queue = append(t.queue, e)
}

// find searches for the text in the log and continues from there.
func (t *Tail) find(ctx context.Context, e Event) {
	t.lost = false
	part, err := t.read(ctx)
	start := place(part, e.Text)
	if err != nil || start < 0 {
		if !t.marked {
			t.queue = append(t.queue, Event{Kind: Seam, Sentence: beginning()})
		}
		t.offset = -1
		t.push(e)
		return
	}
	if t.offset < 0 {
		t.offset = max(part.From, start-greetingSize)
	}
	t.skip = max(0, t.offset-start)
	for _, piece := range part.Pieces {
		t.fill(piece, start)
	}
	t.offset = max(t.offset, start)
	t.push(e)
}

// place returns the offset of the beginning of a stream's text in a part at the log's
// end; negative if it is not found, or could also be in a later gap. It searches for
// the end of the text, after its last bytes that are not UTF-8, since no part has
// those.
func place(part cesi.LogPart, text []byte) int64 {
	probe := text[max(0, len(text)-1024):]
	for i := len(probe); i > 0; {
		r, n := utf8.DecodeLastRune(probe[:i])
		if i -= n; r == utf8.RuneError && n == 1 {
			probe = probe[i+1:]
			break
		}
	}
	i := bytes.LastIndex(flat(part), probe)
	if i < 0 || len(probe) < min(len(text), leastProbe) {
		return -1
	}
	found := part.From + int64(i)
	for _, piece := range part.Pieces {
		if piece.Gap > 0 && piece.End() > found {
			return -1
		}
	}
	return found - int64(len(text)-len(probe))
}

// read reads the log from before the wanted offset to its end. Text for which the
// reader is too far behind is left out, with a seam.
func (t *Tail) read(ctx context.Context) (cesi.LogPart, error) {
	source, k := t.logs.source, t.key
	size, err := source.LogSize(ctx, k.node, k.log)
	if err != nil {
		return cesi.LogPart{}, err
	}
	switch {
	case t.offset > size && t.marked:
		t.offset = -1
	case t.offset > size:
		t.queue = append(t.queue, Event{Kind: Seam, Sentence: cesi.T("The log was cleared or rotated.")})
		t.offset, t.marked = -1, true
	case t.offset >= 0 && size-t.offset > maxBehind:
		t.queue = append(t.queue, Event{Kind: Seam, Sentence: cesi.T("%s skipped.", Bytes(size-alignRead-t.offset))})
		t.offset = size - alignRead
	}
	from := size
	if t.offset >= 0 {
		from = t.offset
	}
	return source.ReadLog(ctx, k.node, k.log, max(0, from-alignRead), size)
}

// fill queues the text of a piece that the reader missed before the start of the
// stream.
func (t *Tail) fill(piece cesi.LogPiece, start int64) {
	from, to := max(t.offset, piece.Offset), min(start, piece.End())
	switch {
	case from >= to:
	case piece.Gap > 0:
		t.queue = append(t.queue, Event{Kind: Seam, Sentence: GapSentence(to - from)})
		t.offset = to
	default:
		t.queue = append(t.queue, Event{Kind: Text, Text: piece.Text[from-piece.Offset : to-piece.Offset], Offset: from})
		t.offset = to
	}
}

// flat joins the text of a part. Gaps become bytes that no text has.
func flat(part cesi.LogPart) []byte {
	text := make([]byte, 0, part.To-part.From)
	for _, piece := range part.Pieces {
		text = append(text, piece.Text...)
		text = append(text, bytes.Repeat([]byte{0xff}, int(piece.Gap))...)
	}
	return text
}
