package fleet

import (
	"context"
	"slices"
	"time"

	"cesi/internal/cesi"
)

// saveEvery is how often what has changed is handed to the History.
const saveEvery = 10 * time.Second

// SaveHistory hands what has changed to the History. What that does not take is
// handed over again the next time.
func (f *Fleet) SaveHistory(ctx context.Context) error {
	if f.opts.History == nil {
		return nil
	}
	nodes, processes := f.unsaved.take()
	if len(nodes)+len(processes) == 0 {
		return nil
	}
	err := f.opts.History.StoreHistory(ctx, f.historySince(nodes, processes))
	if err != nil {
		f.unsaved.giveBack(nodes, processes)
	}
	return err
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
		past, _ := known[ref.Node].pasts.find(ref.ProcessID)
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
	nodes := make(map[string]Node, len(f.order))
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
		deadline, cancel := context.WithTimeout(ctx, saveEvery)
		err := f.SaveHistory(deadline)
		cancel()
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
