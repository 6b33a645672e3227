package fleet

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"cesi/internal/cesi"
)

// echoTime is how long it may take until this program reads what supervisord wrote to
// its standard input; it is written when the call is answered.
const echoTime = 2 * time.Second

// Stdin is this program's standard input, to which its supervisord can write. It proves
// which process this program is: a random word sent to a process arrives here only if
// that process is this program. This works with equal names, pids and times, through
// proxies, and with every version of supervisord.
type Stdin struct {
	mu      sync.Mutex
	awaited map[string]chan struct{} // closed when the word arrives
	ended   chan struct{}            // closed when nothing more can arrive
}

// stdinPrefix begins every word, to explain it to users who find one.
const stdinPrefix = "cesi-is-this-you "

// NewStdin returns the standard input; it proves nothing unless Read runs.
func NewStdin() *Stdin {
	return &Stdin{awaited: make(map[string]chan struct{}), ended: make(chan struct{})}
}

// Read reads until the end or an error, and ignores text that is not awaited. Call it
// once. Lines of more than 4 KB are cut.
func (s *Stdin) Read(from io.Reader) {
	defer close(s.ended)
	lines := bufio.NewReaderSize(from, 4096)
	for {
		line, err := lines.ReadSlice('\n')
		s.arrived(strings.TrimSpace(string(line)))
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

func (s *Stdin) arrived(word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if arrived, awaited := s.awaited[word]; awaited {
		close(arrived)
		delete(s.awaited, word)
	}
}

// Prove implements Prover. It takes up to two seconds if the process is another
// program. The result is Unproven if nothing can be sent, or nothing is read here.
func (s *Stdin) Prove(ctx context.Context, send func(ctx context.Context, text string) error) Proof {
	select {
	case <-s.ended:
		return Unproven
	default:
	}
	word := stdinPrefix + rand.Text()
	arrived := make(chan struct{})
	s.mu.Lock()
	s.awaited[word] = arrived
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.awaited, word)
	}()
	if err := send(ctx, word+"\n"); err != nil {
		return unsent(err)
	}
	timer := time.NewTimer(echoTime)
	defer timer.Stop()
	select {
	case <-arrived:
		return Proven
	case <-timer.C:
		return Disproved
	case <-s.ended:
	case <-ctx.Done():
	}
	return Unproven
}

// unsent is the proof after a word could not be sent: a process that does not run, or
// does not exist, is not this program.
func unsent(err error) Proof {
	switch cesi.KindOf(err) {
	case cesi.NotFound, cesi.Conflict:
		return Disproved
	default:
		return Unproven
	}
}
