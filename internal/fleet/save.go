package fleet

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"cesi/internal/cesi"
)

const (
	// saveEvery is how often what has changed is handed to the History.
	saveEvery = 10 * time.Second
	// saveTime bounds the wait for the History to take a batch of saveBatch rows.
	saveTime  = 10 * time.Second
	saveBatch = 5000
)

// SaveHistory hands what has changed to the History, in batches. What that does
// not take is handed over again the next time.
func (f *Fleet) SaveHistory(ctx context.Context) (err error) {
	if f.opts.History == nil {
		return nil
	}
	for batch := range batches(f.historySince(f.unsaved.take())) {
		if err == nil {
			err = f.saveBatch(ctx, batch)
		}
		if err != nil {
			f.unsaved.giveBack(batch)
		}
	}
	return err
}

func (f *Fleet) saveBatch(ctx context.Context, batch cesi.History) error {
	ctx, cancel := context.WithTimeout(ctx, saveTime)
	defer cancel()
	return f.opts.History.StoreHistory(ctx, batch)
}

// batches parts a history. Stretches go first: a node without any is one that is
// gone.
func batches(h cesi.History) iter.Seq[cesi.History] {
	return func(yield func(cesi.History) bool) {
		for answered := range slices.Chunk(h.Answered, saveBatch) {
			if !yield(cesi.History{Answered: answered}) {
				return
			}
		}
		for points := range slices.Chunk(h.Points, saveBatch) {
			if !yield(cesi.History{Points: points}) {
				return
			}
		}
	}
}

// historySince collects what is known of the named ones from their slots on.
func (f *Fleet) historySince(nodes map[string]cesi.Slot, processes map[Ref]cesi.Slot) cesi.History {
	known := f.nodesByName()
	var h cesi.History
	for name, since := range nodes {
		for _, stretch := range known[name].answered {
			if stretch.Last >= since {
				h.Answered = append(h.Answered, cesi.NodeStretch{Node: name, Stretch: stretch})
			}
		}
	}
	for ref, since := range processes {
		past, found := known[ref.Node].pasts.find(ref.ProcessID)
		if !found { // it is remembered no more
			past.points = []cesi.Point{{Slot: since}}
		}
		for _, point := range past.points {
			if point.Slot >= since {
				h.Points = append(h.Points, cesi.ProcessPoint{Node: ref.Node, ProcessID: ref.ProcessID, Point: point})
			}
		}
	}
	return h
}

func (f *Fleet) nodesByName() map[string]Node {
	f.mu.Lock()
	defer f.mu.Unlock()
	nodes := maps.Clone(f.pasts)
	for _, p := range slices.Concat(f.leaving, f.order) {
		nodes[p.name] = *p.node()
	}
	return nodes
}

// keepHistory saves the history until ctx ends. That it fails is logged once.
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
