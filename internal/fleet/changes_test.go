package fleet

import (
	"context"
	"testing"
	"time"
)

func TestChanges_CoalesceNotifications(t *testing.T) {
	f := New(Options{Now: time.Now})
	ctx, cancel := context.WithCancel(t.Context())
	changes := f.Changes(ctx)
	for range 3 {
		f.Apply(Settings{})
	}
	<-changes
	select {
	case <-changes:
		t.Error("told twice of what was not looked at in between")
	default:
	}
	cancel()
	if _, open := <-changes; open {
		t.Error("told after the end")
	}
	f.Apply(Settings{})
}
