package config

import (
	"context"
	"os"
	"time"
)

// Watch calls changed with the result of Load whenever the files of loaded have changed
// and settled, and at once whenever reload receives. It returns when ctx ends; changed
// is never called after that.
//
// The files are the main one, all files that its globs match, now or later, and the
// password_file and tls_ca files. They are read and compared at each interval, which
// sees a write in place, a rename and a swapped symlink alike, on any file system. Two
// readings in a row must agree before a change counts, so that a half-written file is
// not loaded. Changes between loaded and the first look are seen too, and content that
// stays broken is reported once.
func Watch(ctx context.Context, loaded *Config, every time.Duration, reload <-chan os.Signal, changed func(*Config, error)) {
	w := &watcher{path: loaded.Path, known: loaded.made}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		var result *loading
		select {
		case <-ctx.Done():
			return
		case _, open := <-reload:
			if !open {
				reload = nil
				continue
			}
			result = w.reload()
		case <-ticker.C:
			result = w.look()
		}
		if result != nil && ctx.Err() == nil {
			changed(result.config, result.err)
		}
	}
}

// loading is the result of one loading.
type loading struct {
	config *Config
	made   inputs
	err    error
}

// watcher compares the files with their last reported content.
type watcher struct {
	path    string
	known   inputs   // of the last report
	pending *loading // differs from known, but was seen only once
}

// reload loads the files, changed or not.
func (w *watcher) reload() *loading {
	next := w.load()
	w.settle(next)
	return next
}

// look returns the changed configuration, once it has settled.
func (w *watcher) look() *loading {
	if !w.known.changed() {
		w.pending = nil // no change, or it was taken back
		return nil
	}
	next := w.load()
	if w.pending == nil || !w.pending.made.equal(next.made) {
		w.pending = next
		return nil
	}
	w.settle(next)
	return next
}

func (w *watcher) load() *loading {
	c, made, err := load(w.path)
	return &loading{config: c, made: made, err: err}
}

func (w *watcher) settle(l *loading) {
	w.known, w.pending = l.made, nil
}
