package fleet

import (
	"context"
	"slices"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/history"
)

const (
	// saveEvery is how often changes are given to the History.
	saveEvery = 10 * time.Second
	// saveTime bounds the wait for the History to store a batch.
	saveTime = 10 * time.Second
)

// SaveHistory gives the changes to the History, in batches. A batch that fails is given
// again the next time.
func (f *Fleet) SaveHistory(ctx context.Context) (err error) {
	if f.opts.History == nil {
		return nil
	}
	for batch := range f.unsaved.Take(f.histories()) {
		if err == nil {
			err = f.saveBatch(ctx, batch)
		}
		if err != nil {
			f.unsaved.Requeue(batch)
		}
	}
	return err
}

func (f *Fleet) saveBatch(ctx context.Context, batch cesi.History) error {
	ctx, cancel := context.WithTimeout(ctx, saveTime)
	defer cancel()
	return f.opts.History.StoreHistory(ctx, batch)
}

// histories returns the history of every node, including removed ones.
func (f *Fleet) histories() map[string]history.Node {
	f.mu.Lock()
	defer f.mu.Unlock()
	known := make(map[string]history.Node, len(f.gone)+len(f.order))
	for name, n := range f.gone {
		known[name] = n.history
	}
	for _, p := range slices.Concat(f.leaving, f.order) {
		known[p.name] = p.node().history
	}
	return known
}

// keepHistory saves the history until ctx ends. Failures are logged once.
func (f *Fleet) keepHistory(ctx context.Context) {
	tick := time.NewTicker(saveEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := cesi.Contain(f.opts.Log, "save the history", func() error { return f.SaveHistory(ctx) })
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			f.opts.Log.Error("the history of states can't be stored; it is kept until it can", "error", err)
		case err == nil && failing:
			f.opts.Log.Info("the history of states can be stored again")
		}
		failing = err != nil
	}
}
