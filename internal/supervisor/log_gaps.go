package supervisor

import (
	"math/bits"
	"unicode/utf8"

	"cesi/internal/cesi"
)

// smallestGap is the shortest range, in bytes, that is searched for readable bytes.
const smallestGap = 16

// stretch reads the range from from to to; unreadable parts become gaps. Known says
// that a character begins at from. It returns nothing beyond the log's end.
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
	pieces, err := r.alignEnds(from, to, known, ended)
	if pieces != nil || err != nil {
		return pieces, err
	}
	return r.split(from, to)
}

// alignEnds moves the ends of a range by one to three bytes, so that it begins and ends
// with whole characters. It returns nil if that does not help.
func (r *logReader) alignEnds(from, to int64, known, ended bool) ([]cesi.LogPiece, error) {
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

// split reads a range that is known to fail in two halves. It cuts at the roundest
// offset, so that the next read of the same log makes the same cuts and finds them
// remembered.
func (r *logReader) split(from, to int64) ([]cesi.LogPiece, error) {
	if to-from <= smallestGap || r.budget <= 0 || !r.failed.maySearch() {
		return []cesi.LogPiece{{Offset: from, Gap: to - from}}, nil
	}
	cut, earlier, later, err := r.cut(from, to)
	if err != nil {
		return nil, err
	}
	// The later half first: it matters more to the reader, if the budget ends.
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

// cut finds where to split a range: next to the middle, if the middle is within a
// character and one half can then be read. It returns the halves that can be read.
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

// roundest returns the offset between both, not too near to either, that is divisible
// by the highest power of two.
func roundest(from, to int64) int64 {
	quarter := (to - from) / 4
	low, high := from+quarter, to-quarter
	keep := bits.Len64(uint64(low^high)) - 1
	return high >> keep << keep
}

// textPiece returns the text as the only piece; nil if it is empty.
func textPiece(offset int64, text []byte) []cesi.LogPiece {
	if len(text) == 0 {
		return nil
	}
	return []cesi.LogPiece{{Offset: offset, Text: text}}
}

// join joins lists of pieces; adjacent gaps become one.
func join(earlier, later []cesi.LogPiece) []cesi.LogPiece {
	if last := len(earlier) - 1; last >= 0 && len(later) > 0 && earlier[last].Gap > 0 && later[0].Gap > 0 {
		earlier[last].Gap += later[0].Gap
		later = later[1:]
	}
	return append(earlier, later...)
}
