package logtail

import (
	"bytes"
	"context"
	"io"
	"time"

	"cesi/internal/cesi"
)

const (
	// streamStart is with how many bytes of the log's end a stream begins, at most.
	streamStart = 1024
	// maxPending bounds the text that waits to be verified, in bytes.
	maxPending = 512 << 10
	// headSize is how many bytes of the log's beginning are searched for in a stream.
	headSize = 256
)

// stream is an open stream of a feed. supervisord does not report in it that a log was
// rotated, and loses text written just before. So the log's size is checked before text
// goes to the watchers.
type stream struct {
	*feed
	in     io.ReadCloser
	cancel context.CancelFunc

	quiet    bool  // silence is normal: the log was empty or its size is not known
	base     int64 // the least offset in the log of the stream's first byte
	received int64 // bytes sent to the watchers
	pending  []byte
	verified time.Time

	lastSize int64 // of the log, when the stream was last silent
	silent   int64 // bytes received by then
	late     bool  // the log has grown since, but nothing was received
}

// newStream returns the stream of a log that had so many bytes before it was opened;
// negative: not known.
func newStream(f *feed, in io.ReadCloser, cancel context.CancelFunc, before int64) *stream {
	return &stream{feed: f, in: in, cancel: cancel, base: max(0, before-streamStart), quiet: before <= 0}
}

// copy sends the stream's text until the stream ends, and reports whether there was
// any.
func (s *stream) copy(ctx context.Context) (came bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer s.close()
	go func() {
		defer s.close()
		_ = s.contain("look after", func() error { s.guard(ctx); return nil })
	}()
	chunks, free := make(chan []byte), make(chan []byte, 2)
	free <- make([]byte, readSize)
	free <- make([]byte, readSize)
	go func() {
		defer close(chunks)
		_ = s.contain("read", func() error { return s.read(ctx, chunks, free) })
	}()
	if s.quiet {
		s.state(ctx, true, cesi.T("Live"))
	}
	return s.pass(ctx, chunks, free)
}

func (s *stream) close() {
	s.cancel()
	s.in.Close()
}

// read reads the stream into free buffers.
func (s *stream) read(ctx context.Context, chunks chan<- []byte, free <-chan []byte) error {
	for {
		var buffer []byte
		select {
		case buffer = <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
		n, err := s.in.Read(buffer[:readSize])
		select {
		case chunks <- buffer[:n]:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// pass sends the stream's text to the watchers once it is verified.
func (s *stream) pass(ctx context.Context, chunks <-chan []byte, free chan<- []byte) (came bool) {
	silence := time.NewTicker(s.logs.timing.silent)
	defer silence.Stop()
	verify := time.NewTimer(0)
	defer verify.Stop()
	for {
		select {
		case <-ctx.Done():
			return came
		case chunk, open := <-chunks:
			if !open {
				s.release(ctx)
				return came
			}
			if len(chunk) > 0 && !came {
				came = true
				s.polled.next = -1 // a later poll must not continue before this text
				s.state(ctx, true, cesi.T("Live"))
			}
			s.pending = append(s.pending, chunk...)
			free <- chunk
			if wait := s.verifyEvery() - time.Since(s.verified); wait > 0 && len(s.pending) < maxPending {
				verify.Reset(wait)
				continue
			}
			s.release(ctx)
		case <-verify.C:
			s.release(ctx)
		case <-silence.C:
			if s.heldBack(ctx) {
				s.logs.hold(s.key.node)
				return came
			}
		}
	}
}

// verifyEvery is how often the log's size is checked, at most. For supervisord's own
// log that takes several calls.
func (s *stream) verifyEvery() time.Duration {
	if s.key.log.Stream == cesi.MainLog {
		return 4 * s.logs.timing.verify
	}
	return s.logs.timing.verify
}

// release sends the pending text to the watchers, with a seam if the log was rotated in
// between.
func (s *stream) release(ctx context.Context) {
	text := s.pending
	s.pending = s.pending[:0]
	if len(text) == 0 {
		return
	}
	if s.base+s.received+int64(len(text)) > s.sizeSoon(ctx) {
		cut, head := s.beginning(ctx, text)
		s.text(ctx, text[:cut])
		s.received += int64(cut)
		s.add(ctx, Event{Kind: Seam, Sentence: rotated(), Rotated: true, Offset: head})
		s.base = -s.received
		text = text[cut:]
	}
	s.text(ctx, text)
	s.received += int64(len(text))
	s.verified = time.Now()
}

// unknownSize is more than any log has.
const unknownSize = 1 << 62

// sizeSoon returns the log's size, or unknownSize if the node does not answer within a
// second.
func (s *stream) sizeSoon(ctx context.Context) int64 {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	size, err := s.size(ctx)
	if err != nil {
		return unknownSize
	}
	return size
}

// beginning finds where in the text the current log begins: after the text, if it is
// not in there. Offset is that of the text after the cut, -1 if not known.
func (s *stream) beginning(ctx context.Context, text []byte) (cut int, offset int64) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	part, err := s.logs.source.ReadLog(ctx, s.key.node, s.key.log, 0, headSize)
	if err != nil || len(part.Pieces) == 0 || part.From > 0 {
		return len(text), -1
	}
	head := part.Pieces[0].Text
	if len(head) == 0 {
		return len(text), -1
	}
	if i := bytes.LastIndex(text, head); i >= 0 {
		return i, 0
	}
	for n := min(len(head), len(text)) - 1; n > 0; n-- { // as much of it as there is
		if bytes.HasSuffix(text, head[:n]) {
			return len(text) - n, 0
		}
	}
	return len(text), -1
}

// heldBack reports whether the log grows but the stream gives nothing, at two checks in
// a row.
func (s *stream) heldBack(ctx context.Context) bool {
	come := s.received + int64(len(s.pending))
	if come != s.silent {
		s.silent, s.late, s.lastSize = come, false, -1
		return false
	}
	if s.late {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	size, err := s.size(ctx)
	if err != nil || s.check() != nil {
		return false
	}
	s.late = s.lastSize >= 0 && size > s.lastSize
	s.lastSize = size
	return false
}

// guard closes the stream when its node hangs or its log is gone, since the stream does
// not show that. It also closes it when the node answers again: nothing shows whether
// the stream survived.
func (s *stream) guard(ctx context.Context) {
	ticker := time.NewTicker(s.logs.timing.check)
	defer ticker.Stop()
	silent := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := s.check()
		switch {
		case err != nil && cesi.KindOf(err) == cesi.NotFound:
			return
		case err != nil:
			silent = true
			s.state(ctx, false, said(err))
		case silent:
			return
		}
	}
}
