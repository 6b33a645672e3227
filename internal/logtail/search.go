package logtail

import (
	"bytes"
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"cesi/internal/cesi"
)

const (
	// SearchSize is how many bytes of a log one search reads.
	SearchSize = 16 << 20
	// searchRead is how many bytes are requested at once. supervisord has one thread
	// for everything; in the pauses it serves others.
	searchRead = 256 << 10
	// searchTime bounds the time of one search; it then returns what it has.
	searchTime = 40 * time.Second
	// matchTime bounds the computing time of a search; the rest is the node's. At most
	// half of the processors compute searches.
	matchTime = 5 * time.Second
	// turnTime is how long a search waits for others on the same node.
	turnTime = 30 * time.Second
	// overlap is how many bytes of a line longer than searchRead are searched twice,
	// for matches across the cut.
	overlap = 1 << 10
	// maxLine bounds the excerpt of a line that is shown with a match, in bytes.
	maxLine = 400
)

// Match is a place that matches a query.
type Match struct {
	Offset int64 // in the log, in bytes
	Length int
	Line   []byte // the text around it, a few hundred bytes at most
	From   int    // of the match in Line
}

// Found is the result of a search.
type Found struct {
	From, To int64 // the range that was searched
	Size     int64 // of the log
	Count    int
	Matches  []Match // the last ones, in the order of the log; Count may be more
	Gaps     int64   // bytes of the range that could not be read
}

// Search searches the last SearchSize bytes before an offset, or of the whole log if
// before is negative, and returns the last matches, at most limit. It goes backwards,
// so after its time limit it has the newest matches. Only one search reads from a node
// at a time; others wait up to 30 s. It stops when ctx ends. Errors: Invalid if the
// expression takes too long to compute, Busy if its turn does not come.
func (l *Logs) Search(ctx context.Context, node string, log cesi.LogName, q Query, before int64, limit int) (Found, error) {
	release, err := l.takeTurn(ctx, node)
	if err != nil {
		return Found{}, err
	}
	defer release()
	size, err := l.source.LogSize(ctx, node, log)
	if err != nil {
		return Found{}, err
	}
	if before < 0 || before > size {
		before = size
	}
	s := l.newSearch(node, log, q)
	found := Found{From: before, To: before, Size: size}
	least := max(0, before-SearchSize)
	for seen := before; found.From > least && (found.From == before || !s.late()); {
		b, err := s.backwards(ctx, found.From, seen)
		if errors.Is(err, errTooSlow) && found.From < before {
			break
		}
		if err != nil {
			return Found{}, err
		}
		found.Count += len(b.matches)
		found.Gaps += b.gaps
		found.Matches = append(b.matches, found.Matches...)
		found.Matches = found.Matches[max(0, len(found.Matches)-limit):]
		found.From, seen = b.next, b.from
	}
	return found, nil
}

// Next returns the first match after an offset, or with back the last one before it.
// Found is false if there is none within SearchSize bytes, and end is where the search
// ended.
func (l *Logs) Next(ctx context.Context, node string, log cesi.LogName, q Query, from int64, back bool) (match Match, found bool, end int64, err error) {
	release, err := l.takeTurn(ctx, node)
	if err != nil {
		return Match{}, false, 0, err
	}
	defer release()
	s := l.newSearch(node, log, q)
	if back {
		return s.last(ctx, from)
	}
	return s.first(ctx, from)
}

// turn admits one search at a time to a node.
type turn struct {
	taken chan struct{} // full while a search runs
	users int           // searches that wait or run; the last one removes the turn
}

// takeTurn waits until no other search reads from the node.
func (l *Logs) takeTurn(ctx context.Context, node string) (release func(), err error) {
	l.mu.Lock()
	t, known := l.searches[node]
	if !known {
		t = &turn{taken: make(chan struct{}, 1)}
		l.searches[node] = t
	}
	t.users++
	l.mu.Unlock()
	leave := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if t.users--; t.users == 0 {
			delete(l.searches, node)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, l.timing.turn)
	defer cancel()
	select {
	case t.taken <- struct{}{}:
		return func() { <-t.taken; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, cesi.Wrap(cesi.Busy, ctx.Err(), "Another search reads from this node.")
	}
}

// search is one running search.
type search struct {
	source    Source
	key       key
	query     Query
	began     time.Time
	computing chan struct{} // limits how many searches compute
	left      time.Duration // computing time that is left
}

func (l *Logs) newSearch(node string, log cesi.LogName, q Query) *search {
	return &search{source: l.source, key: key{node, log}, query: q, began: time.Now(), computing: l.computing, left: l.timing.match}
}

// errTooSlow says that the search has used up its computing time.
var errTooSlow = cesi.Errorf(cesi.Invalid, "This expression takes too long to compute in this log: make it simpler.")

func (s *search) late() bool { return time.Since(s.began) > searchTime }

// block is a range that was searched.
type block struct {
	from    int64 // where it begins
	next    int64 // where the next one begins, or ends when going backwards
	matches []Match
	gaps    int64
	ended   bool // there is nothing after it
}

// backwards searches the range before offset to, from the beginning of a line. Matches
// that begin at seen or later are known already.
func (s *search) backwards(ctx context.Context, to, seen int64) (block, error) {
	part, err := s.read(ctx, max(0, to-searchRead), to)
	if err != nil {
		return block{}, err
	}
	begin, next := part.From, part.From
	if part.From > 0 {
		next = min(part.From+overlap, to-1)
		text := flat(part)
		if i := bytes.IndexByte(text, '\n'); i >= 0 && i+1 < len(text) {
			begin = part.From + int64(i) + 1
			next = begin
		}
	}
	b, err := s.look(ctx, part, begin, seen)
	b.from, b.next = begin, next
	return b, err
}

// forwards searches the range after offset from, to the end of a line.
func (s *search) forwards(ctx context.Context, from int64) (block, error) {
	part, err := s.read(ctx, from, from+searchRead)
	if err != nil {
		return block{}, err
	}
	end, next := part.To, part.To
	ended := part.To-from < searchRead
	if i := bytes.LastIndexByte(flat(part), '\n'); i >= 0 && !ended {
		end = part.From + int64(i) + 1
		next = end
	} else if !ended {
		next = max(part.To-overlap, from+1)
	}
	b, err := s.look(ctx, part, from, end)
	b.from, b.next, b.ended = part.From, next, ended
	return b, err
}

// read reads a range and then waits for as long as that took, so that supervisord can
// serve others.
func (s *search) read(ctx context.Context, from, to int64) (cesi.LogPart, error) {
	began := time.Now()
	part, err := s.source.ReadLog(ctx, s.key.node, s.key.log, from, to)
	if err != nil {
		return cesi.LogPart{}, err
	}
	pause(ctx, min(max(time.Since(began), 2*time.Millisecond), 100*time.Millisecond))
	return part, ctx.Err()
}

// look finds the matches that begin in the range from from to to. It fails with
// errTooSlow when the search has used up its computing time.
func (s *search) look(ctx context.Context, part cesi.LogPart, from, to int64) (block, error) {
	select {
	case s.computing <- struct{}{}:
		defer func() { <-s.computing }()
	case <-ctx.Done():
		return block{}, ctx.Err()
	}
	bounded, cancel := context.WithTimeout(ctx, s.left)
	defer cancel()
	began := time.Now()
	defer func() { s.left -= time.Since(began) }()
	var b block
	for _, piece := range part.Pieces {
		b.gaps += piece.Gap
		err := s.query.In(bounded, piece.Text, func(start, end, lineFrom, lineTo int) {
			offset := piece.Offset + int64(start)
			if offset < from || offset >= to {
				return
			}
			line, at := excerpt(piece.Text, start, lineFrom, lineTo)
			b.matches = append(b.matches, Match{Offset: offset, Length: end - start, Line: line, From: at})
		})
		switch {
		case ctx.Err() != nil:
			return block{}, ctx.Err()
		case err != nil:
			return block{}, errTooSlow
		}
	}
	return b, nil
}

// excerpt copies the text around a match in a line, without cut characters. At is where
// the match begins in it.
func excerpt(text []byte, start, lineFrom, lineTo int) (line []byte, at int) {
	lineFrom = max(lineFrom, start-maxLine/4)
	for lineFrom < start && !utf8.RuneStart(text[lineFrom]) {
		lineFrom++
	}
	lineTo = min(lineTo, lineFrom+maxLine)
	return bytes.ToValidUTF8(bytes.Clone(text[lineFrom:lineTo]), nil), start - lineFrom
}

func (s *search) last(ctx context.Context, from int64) (Match, bool, int64, error) {
	begin, least := from, max(0, from-SearchSize)
	for seen := from; from > least && !s.late(); {
		b, err := s.backwards(ctx, from, seen)
		if errors.Is(err, errTooSlow) && from != begin {
			break
		}
		if err != nil {
			return Match{}, false, 0, err
		}
		if n := len(b.matches); n > 0 {
			return b.matches[n-1], true, b.from, nil
		}
		from, seen = b.next, b.from
	}
	return Match{}, false, from, nil
}

func (s *search) first(ctx context.Context, from int64) (Match, bool, int64, error) {
	begin := from
	for most := from + SearchSize; from < most && !s.late(); {
		b, err := s.forwards(ctx, from)
		if errors.Is(err, errTooSlow) && from != begin {
			break
		}
		if err != nil {
			return Match{}, false, 0, err
		}
		if len(b.matches) > 0 {
			return b.matches[0], true, b.next, nil
		}
		if from = b.next; b.ended {
			break
		}
	}
	return Match{}, false, from, nil
}
