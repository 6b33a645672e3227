package fleet

import (
	"context"

	"cesi/internal/cesi"
)

// steers reports whether the action starts or stops processes; any other is one
// call, which is over at once and needs no order.
func steers(action cesi.Action) bool {
	return action == cesi.ActionStart || action == cesi.ActionStop || action == cesi.ActionRestart
}

// send makes the one call of a command that neither starts nor stops.
func (r *run) send(ctx context.Context, s *step, j *job) Outcome {
	ctx, cancel := context.WithTimeout(ctx, s.poller.config().Timeout)
	defer cancel()
	c, id := r.plan.command, j.ref.ProcessID
	var err error
	switch c.Action {
	case cesi.ActionSignal:
		err = s.poller.client.Signal(ctx, id, c.Signal)
	case cesi.ActionStdin:
		err = s.poller.client.SendStdin(ctx, id, c.Text)
	default:
		err = s.poller.client.ClearLogs(ctx, id)
	}
	if err != nil {
		return failed(j.ref, err)
	}
	return Outcome{Ref: j.ref, Result: cesi.OK}
}
