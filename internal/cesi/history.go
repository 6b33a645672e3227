package cesi

import "time"

const (
	// BucketLength is how finely the past is told apart.
	BucketLength = 10 * time.Minute
	// Day is how much of the past the pages show, and DayBuckets how many buckets that
	// has.
	Day        = 24 * time.Hour
	DayBuckets = int(Day / BucketLength)
)

// Bucket is a stretch of BucketLength: so many of them have passed since 1970.
type Bucket int32

// BucketOf returns the bucket that a time is in.
func BucketOf(t time.Time) Bucket { return Bucket(t.Unix() / int64(BucketLength/time.Second)) }

// DayBefore returns the first bucket of the day that ends with s.
func (s Bucket) DayBefore() Bucket { return s - Bucket(DayBuckets) + 1 }

// Ahead reports whether o is later than a clock may tell that was in s just now.
func (s Bucket) Ahead(o Bucket) bool { return o > s+1 }

// Mark is a process's state as its history tells it apart, from nothing known to
// the worst. Its numbers are those in the database.
type Mark uint8

// The marks. From MarkUnknown on they are trouble.
const (
	MarkNoData Mark = iota // the process, or its node, was not there to be asked
	MarkStarting
	MarkStopping
	MarkStopped
	MarkExited // as expected
	MarkRunning
	MarkUnknown // the state UNKNOWN
	MarkFailed  // EXITED, which was not expected
	MarkBackoff
	MarkFatal
)

// MarkOf returns what a process is.
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

// State returns the state that a mark other than MarkNoData was made of.
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

// Trouble reports whether somebody may want to know of it afterwards.
func (m Mark) Trouble() bool { return m >= MarkUnknown }

// Moving reports whether the process was on its way from one state to another.
func (m Mark) Moving() bool { return m == MarkStarting || m == MarkStopping }

// Merge returns what a bucket shows in which a process was m and then next: the
// worst where there was trouble, or else what came last. What is only on its way,
// as in a restart, does not count beside anything else.
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
	Worst  Mark // what the bucket itself shows
	Last   Mark // what the process was at its end, and until the next point
}

// Span is a run of buckets, both ends included.
type Span struct {
	First, Last Bucket
}

// History is what is known of the past of nodes and processes, in any order.
type History struct {
	Answered []NodeSpan
	Points   []ProcessPoint
}

// NodeSpan is a run of buckets in which a node answered. Nothing is known of any
// other bucket.
type NodeSpan struct {
	Node string
	Span
}

// ProcessPoint is a point of a process's past.
type ProcessPoint struct {
	Node string
	ProcessID
	Point
}
