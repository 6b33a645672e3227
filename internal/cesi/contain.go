package cesi

import (
	"fmt"
	"log/slog"
	"runtime/debug"
)

// Contain runs f, one piece of a goroutine's work, and returns its error. A panic in f
// ends only f: it is logged with its stack and returned as an Internal error. Work
// names the work in the log. Every goroutine of this program works inside Contain,
// since a panic without recover ends the process.
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
