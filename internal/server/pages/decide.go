package pages

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// decision says what to do with a command that a page sends.
type decision int

const (
	sendNow decision = iota
	ask              // show its confirmation
	askAt            // redirect to the address of its confirmation, which can be shared
)

// decide returns what to do with a command, by the table of actions and the preview of
// the command. Problem says why a confirmation was not accepted; the page then asks
// again. An error refuses the command.
func decide(role cesi.Role, c request.Command, p fleet.Preview, confirmed bool) (d decision, problem cesi.Text, err error) {
	if err := checkRole(role, c.Action); err != nil {
		return ask, cesi.Text{}, err
	}
	rule := c.Action.Rule()
	if confirmed {
		err := c.CheckConfirmed(p)
		switch {
		case err == nil:
			return sendNow, cesi.Text{}, nil
		case c.Action.OnProcesses():
			return ask, cesi.T("Type %s to stop it.", p.Self), nil
		case rule.Asks == cesi.AsksNever:
			return ask, cesi.Text{}, err
		default:
			return ask, cesi.TextOf(err), nil
		}
	}
	switch {
	case c.Question != "":
		return askAt, cesi.Text{}, nil
	case c.Post == request.FleetCommand || asks(rule, p):
		return ask, cesi.Text{}, nil
	default:
		return sendNow, cesi.Text{}, nil
	}
}

// checkRole refuses an action that the role does not allow.
func checkRole(role cesi.Role, action cesi.Action) error {
	if role.Can(action.Rule().Permission) {
		return nil
	}
	return cesi.Errorf(cesi.Forbidden, "Your role, %s, does not allow this.", role)
}

// asks reports whether the user must confirm a command before it is sent.
func asks(rule cesi.ActionRule, p fleet.Preview) bool {
	switch rule.Asks {
	case cesi.AsksAlways:
		return true
	case cesi.AsksForMany:
		return len(p.Hit) > 1 || p.Self != ""
	default:
		return len(p.Manual) > 1
	}
}
