package cesi

import (
	"fmt"
	"log/slog"
	"runtime/debug"
)

// Contain runs f, one piece of a goroutine's work, and returns its error. A panic in
// f ends f and nothing else: it is logged with its stack and returned as an Internal
// error. work names what was done, for the log. Every goroutine that this program
// starts does its work inside Contain, since a panic that nothing recovers ends the
// process.
func Contain(log *slog.Logger, work string, f func() error) (err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		log.Error("a panic ended a piece of work", "work", work, "panic", v, slog.String("stack", string(debug.Stack())))
		err = fmt.Errorf("%s: panic: %v", work, v)
	}()
	return f()
}
