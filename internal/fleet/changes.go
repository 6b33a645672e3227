package fleet

import (
	"context"
	"slices"
)

// Changes returns a channel that receives a value after every visible change, until ctx
// ends and closes it. Changes that come faster than they are received are one.
func (f *Fleet) Changes(ctx context.Context) <-chan struct{} {
	c := make(chan struct{}, 1)
	f.watchers.mu.Lock()
	f.watchers.list = append(f.watchers.list, c)
	f.watchers.mu.Unlock()
	context.AfterFunc(ctx, func() {
		f.watchers.mu.Lock()
		defer f.watchers.mu.Unlock()
		f.watchers.list = slices.DeleteFunc(f.watchers.list, func(o chan struct{}) bool { return o == c })
		close(c)
	})
	return c
}

// notify counts a publication, and a change if it is one, and notifies the watchers.
func (f *Fleet) notify(changed bool) {
	if changed {
		f.changed.Add(1)
	}
	f.published.Add(1)
	if !changed {
		return
	}
	f.watchers.mu.Lock()
	defer f.watchers.mu.Unlock()
	for _, c := range f.watchers.list {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
