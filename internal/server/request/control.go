package request

import (
	"context"
	"net/http"
	"path"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// DefaultPatience is how long a request waits for its command before it says where to
// look.
const DefaultPatience = 20 * time.Second

// Control sends a command and waits for it: at most for the server's patience, until
// the client is gone or the server shuts down. The command continues in every case.
func (rd *Reader) Control(r *http.Request, actor cesi.Actor, c fleet.Command) (fleet.Report, error) {
	plan, err := rd.Fleet.Plan(r.Context(), actor, c)
	if err != nil {
		return fleet.Report{}, err
	}
	return rd.Send(r, actor, plan)
}

// Send is Control for a command that is planned already.
func (rd *Reader) Send(r *http.Request, actor cesi.Actor, plan *fleet.Plan) (fleet.Report, error) {
	op, err := rd.Fleet.Send(r.Context(), actor, plan)
	if err != nil {
		return fleet.Report{}, err
	}
	ctx, done := rd.UntilClosing(r)
	defer done()
	ctx, cancel := context.WithTimeout(ctx, rd.Patience)
	defer cancel()
	return op.Wait(ctx), nil
}

// ActionOf returns the action, which is the last part of a command's path.
func ActionOf(r *http.Request) string { return path.Base(r.URL.Path) }

// CommandOf reads an action and the targets on the path's node: the path's process, or
// the chosen groups and processes, or all.
func CommandOf(r *http.Request, action string, groups, processes []string) (fleet.Command, error) {
	node := Param(r, "node")
	c := fleet.Command{Action: cesi.Action(action)}
	for _, group := range groups {
		c.Targets = append(c.Targets, fleet.Target{Node: node, Group: group})
	}
	for _, text := range processes {
		id, err := cesi.ParseProcessID(text)
		if err != nil {
			return fleet.Command{}, err
		}
		c.Targets = append(c.Targets, fleet.TargetProcess(node, id))
	}
	if len(c.Targets) == 0 {
		c.Targets = []fleet.Target{{Node: node}}
	}
	return c, nil
}
