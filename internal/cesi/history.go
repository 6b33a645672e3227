package cesi

import "time"

const (
	// BucketLength is the resolution of the history.
	BucketLength = 10 * time.Minute
	// Day is how much history the pages show, in DayBuckets buckets.
	Day        = 24 * time.Hour
	DayBuckets = int(Day / BucketLength)
)

// Bucket is a period of BucketLength, as the number of such periods since 1970.
type Bucket int32

// BucketOf returns the bucket of a time.
func BucketOf(t time.Time) Bucket { return Bucket(t.Unix() / int64(BucketLength/time.Second)) }

// DayBefore returns the first bucket of the day that ends with s.
func (s Bucket) DayBefore() Bucket { return s - Bucket(DayBuckets) + 1 }

// Ahead reports whether o is too late for a clock that was just in s.
func (s Bucket) Ahead(o Bucket) bool { return o > s+1 }

// Mark is a process's state in its history, from no data to the worst. The numbers are
// those in the database.
type Mark uint8

// The marks. From MarkUnknown on they are trouble.
const (
	MarkNoData Mark = iota // the process or its node did not answer
	MarkStarting
	MarkStopping
	MarkStopped
	MarkExited // with an expected status
	MarkRunning
	MarkUnknown // the state UNKNOWN
	MarkFailed  // EXITED with an unexpected status
	MarkBackoff
	MarkFatal
)

// MarkOf returns the mark of a process.
func MarkOf(p Process) Mark {
	switch p.State {
	case Stopped:
		return MarkStopped
	case Starting:
		return MarkStarting
	case Running:
		return MarkRunning
	case Backoff:
		return MarkBackoff
	case Stopping:
		return MarkStopping
	case Exited:
		if p.UnexpectedExit() {
			return MarkFailed
		}
		return MarkExited
	case Fatal:
		return MarkFatal
	default:
		return MarkUnknown
	}
}

// State returns the state of a mark other than MarkNoData.
func (m Mark) State() State {
	switch m {
	case MarkStarting:
		return Starting
	case MarkStopping:
		return Stopping
	case MarkStopped:
		return Stopped
	case MarkExited, MarkFailed:
		return Exited
	case MarkRunning:
		return Running
	case MarkBackoff:
		return Backoff
	case MarkFatal:
		return Fatal
	default:
		return Unknown
	}
}

// Trouble reports whether the mark needs attention.
func (m Mark) Trouble() bool { return m >= MarkUnknown }

// Moving reports whether the process was between two states.
func (m Mark) Moving() bool { return m == MarkStarting || m == MarkStopping }

// Merge returns the mark of a bucket in which a process had mark m and then next: the
// worst if there was trouble, else the last. A transition, as in a restart, counts less
// than any other mark.
func (m Mark) Merge(next Mark) Mark {
	switch {
	case m.Trouble() || next.Trouble():
		return max(m, next)
	case next == MarkNoData, next.Moving() && m != MarkNoData:
		return m
	default:
		return next
	}
}

// Point is a bucket in which a process changed.
type Point struct {
	Bucket Bucket
	Worst  Mark // the mark of the bucket
	Last   Mark // the mark at its end, and until the next point
}

// Span is a range of buckets, including both ends.
type Span struct {
	First, Last Bucket
}

// History is the history of nodes and processes, in any order.
type History struct {
	Answered []NodeSpan
	Points   []ProcessPoint
}

// NodeSpan is a range of buckets in which a node answered. Nothing is known about other
// buckets.
type NodeSpan struct {
	Node string
	Span
}

// ProcessPoint is a point in a process's history.
type ProcessPoint struct {
	Node string
	ProcessID
	Point
}
