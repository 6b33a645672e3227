package supervisor

import (
	"math/bits"
	"unicode/utf8"

	"cesi/internal/cesi"
)

// smallestGap is the shortest stretch, in bytes, that is searched for what can
// be read in it.
const smallestGap = 16

// stretch reads from the offset from to to, however much of it has to become a
// gap. Known says that a character begins at from. It returns nothing past the
// log's end.
func (r *logReader) stretch(from, to int64, known bool) ([]cesi.LogPiece, error) {
	text, err := r.read(from, to)
	if !isUnreadable(err) {
		return textPiece(from, text), err
	}
	size, err := r.size()
	if err != nil {
		return nil, err
	}
	if from >= size {
		return nil, nil
	}
	ended := to >= size
	if ended {
		to = size
		r.failed.add(from, to)
	}
	pieces, err := r.mendEnds(from, to, known, ended)
	if pieces != nil || err != nil {
		return pieces, err
	}
	return r.split(from, to)
}

// mendEnds moves the ends of a stretch on by the one to three bytes that make
// it begin and end with whole characters. It returns nil where that helps
// nothing.
func (r *logReader) mendEnds(from, to int64, known, ended bool) ([]cesi.LogPiece, error) {
	ends, beginnings := int64(utf8.UTFMax), int64(utf8.UTFMax)
	if known || from == 0 {
		beginnings = 1
	}
	if ended {
		ends = 1
	}
	for sum := int64(1); sum < ends+beginnings-1; sum++ { // the likelier first
		for begin := range beginnings {
			end := sum - begin
			if end < 0 || end >= ends {
				continue
			}
			text, err := r.read(from+begin, to+end)
			if !isUnreadable(err) {
				return textPiece(from+begin, text), err
			}
		}
	}
	return nil, nil
}

// split reads a stretch that is known to fail in two parts. It cuts at the
// roundest offset, so that the next read of the same log makes the same cuts
// and finds what it needs to know remembered.
func (r *logReader) split(from, to int64) ([]cesi.LogPiece, error) {
	if to-from <= smallestGap || r.budget <= 0 || !r.failed.maySearch() {
		return []cesi.LogPiece{{Offset: from, Gap: to - from}}, nil
	}
	cut, earlier, later, err := r.cut(from, to)
	if err != nil {
		return nil, err
	}
	// The later half first: it is what people look at, if the budget ends.
	if later == nil {
		if later, err = r.split(cut, to); err != nil {
			return nil, err
		}
	}
	if earlier == nil {
		if earlier, err = r.split(from, cut); err != nil {
			return nil, err
		}
	}
	return join(earlier, later), nil
}

// cut finds where to part a stretch: beside the middle, if that is within a
// character and one of the halves can be read without it. It returns the halves
// that can be read.
func (r *logReader) cut(from, to int64) (cut int64, earlier, later []cesi.LogPiece, err error) {
	middle, before := roundest(from, to), r.budget
	defer func() { r.failed.searched(before - r.budget) }()
	for k := range int64(utf8.UTFMax) {
		cut = middle + k
		if cut >= to {
			break
		}
		text, err := r.read(cut, to)
		if !isUnreadable(err) {
			return cut, nil, textPiece(cut, text), err
		}
		text, err = r.read(from, cut)
		if !isUnreadable(err) {
			return cut, textPiece(from, text), nil, err
		}
	}
	return middle, nil, nil, nil
}

// roundest returns the offset between both, not too near to either, that the
// highest power of two divides.
func roundest(from, to int64) int64 {
	quarter := (to - from) / 4
	low, high := from+quarter, to-quarter
	keep := bits.Len64(uint64(low^high)) - 1
	return high >> keep << keep
}

// textPiece returns the text as the only piece; nil where there is none.
func textPiece(offset int64, text []byte) []cesi.LogPiece {
	if len(text) == 0 {
		return nil
	}
	return []cesi.LogPiece{{Offset: offset, Text: text}}
}

// join puts pieces together; gaps that follow each other become one.
func join(earlier, later []cesi.LogPiece) []cesi.LogPiece {
	if last := len(earlier) - 1; last >= 0 && len(later) > 0 && earlier[last].Gap > 0 && later[0].Gap > 0 {
		earlier[last].Gap += later[0].Gap
		later = later[1:]
	}
	return append(earlier, later...)
}
