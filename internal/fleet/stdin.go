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

// echoTime is how long what supervisord has written to this program's standard
// input may take to be read; it was written when the call is answered.
const echoTime = 2 * time.Second

// Stdin is this program's standard input, where a supervisord can write. It proves
// which process this program is: a random word that was sent to a process of a node
// arrives here only if that process is this program. This holds whatever names,
// pids and times are equal, through proxies, and for every version of supervisord.
type Stdin struct {
	mu      sync.Mutex
	awaited map[string]chan struct{} // closed when the word arrives
	ended   chan struct{}            // closed when nothing can arrive any more
}

// stdinPrefix begins every word that is sent, so that people who find one know why.
const stdinPrefix = "cesi-is-this-you "

// NewStdin returns the standard input; Read has to run for it to prove anything.
func NewStdin() *Stdin {
	return &Stdin{awaited: make(map[string]chan struct{}), ended: make(chan struct{})}
}

// Read reads until the end or an error, and drops what it was not waiting for. Call
// it once. Lines of more than 4 KB are cut.
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

// Prove implements Prover. It takes up to two seconds where the process is another
// one. It is Unproven where nothing can be sent, or nothing is read here.
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

// unsent is what a word that could not be sent proves: a process that does not run,
// or is not there, is not this program.
func unsent(err error) Proof {
	switch cesi.KindOf(err) {
	case cesi.NotFound, cesi.Conflict:
		return Disproved
	default:
		return Unproven
	}
}
