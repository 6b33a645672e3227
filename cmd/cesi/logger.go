package main

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"

	"cesi/internal/config"
)

// logger is the program's log. Its level and format follow the configuration.
type logger struct {
	*slog.Logger
	out     io.Writer
	current *atomic.Pointer[slog.Handler]
}

func newLogger(out io.Writer, conf *config.Config) *logger {
	l := &logger{out: out, current: new(atomic.Pointer[slog.Handler])}
	l.Logger = slog.New(liveHandler{current: l.current, derive: func(h slog.Handler) slog.Handler { return h }})
	l.set(conf)
	return l
}

// set applies the level and the format.
func (l *logger) set(conf *config.Config) {
	options := &slog.HandlerOptions{Level: conf.LogLevel}
	var handler slog.Handler = slog.NewTextHandler(l.out, options)
	if conf.LogFormat == "json" {
		handler = slog.NewJSONHandler(l.out, options)
	}
	l.current.Store(&handler)
}

// liveHandler forwards to the current handler, also for loggers derived from an earlier
// one.
type liveHandler struct {
	current *atomic.Pointer[slog.Handler]
	derive  func(slog.Handler) slog.Handler
}

func (h liveHandler) handler() slog.Handler { return h.derive(*h.current.Load()) }

// Enabled implements slog.Handler.
func (h liveHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.handler().Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h liveHandler) Handle(ctx context.Context, r slog.Record) error {
	return h.handler().Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h liveHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return liveHandler{h.current, func(o slog.Handler) slog.Handler { return h.derive(o).WithAttrs(attrs) }}
}

// WithGroup implements slog.Handler.
func (h liveHandler) WithGroup(name string) slog.Handler {
	return liveHandler{h.current, func(o slog.Handler) slog.Handler { return h.derive(o).WithGroup(name) }}
}
