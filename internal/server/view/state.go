package view

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// Badge shows a state: an icon, a word and a colour. Icon is a name in the template
// state_icon.
type Badge struct {
	Tone Tone
	Icon string
	Word cesi.Text
}

// NewProcessBadge shows the state of a process.
func NewProcessBadge(p cesi.Process) Badge {
	word := cesi.Raw(p.State.String())
	switch p.State {
	case cesi.Running:
		return Badge{ToneRunning, "running", word}
	case cesi.Starting, cesi.Stopping:
		return Badge{ToneMoving, "moving", word}
	case cesi.Backoff:
		return Badge{ToneWarning, "backoff", word}
	case cesi.Fatal:
		return Badge{ToneBad, "fatal", word}
	case cesi.NotStarted:
		return Badge{ToneBad, "stopped", word}
	case cesi.Stopped:
		return Badge{ToneIdle, "stopped", word}
	case cesi.Exited:
		if p.UnexpectedExit() {
			return Badge{ToneWarning, "exited", word}
		}
		return Badge{ToneIdle, "exited", word}
	default:
		return Badge{ToneWarning, "unknown", word}
	}
}

// NewNodeBadge shows whether a node answers and what its supervisord is doing.
func NewNodeBadge(n *fleet.Node) Badge {
	switch {
	case n.Status == fleet.Up:
		return Badge{ToneRunning, "up", cesi.T("UP")}
	case n.Status == fleet.Connecting:
		return Badge{ToneMoving, "moving", cesi.T("CONNECTING")}
	case n.Failure != nil && n.Failure.Cause == cesi.CauseUnauthorized:
		return Badge{ToneBad, "unreachable", cesi.T("UNAUTHORIZED")}
	case n.Failure != nil && n.Failure.Cause == cesi.CauseShuttingDown:
		return Badge{ToneBad, "unreachable", cesi.T("SHUTTING DOWN")}
	default:
		return Badge{ToneBad, "unreachable", cesi.T("UNREACHABLE")}
	}
}

// ResultBadge shows a result.
type ResultBadge struct {
	Tone Tone
	Word cesi.Text
}

// NewResultBadge makes the badge of a command's result.
func NewResultBadge(r cesi.Result) ResultBadge {
	switch r {
	case cesi.OK:
		return ResultBadge{ToneRunning, cesi.T("ok")}
	case cesi.Failed:
		return ResultBadge{ToneBad, cesi.T("failed")}
	case cesi.Pending:
		return ResultBadge{ToneMoving, cesi.T("under way")}
	case cesi.Skipped:
		return ResultBadge{ToneIdle, cesi.T("skipped")}
	case cesi.Partial:
		return ResultBadge{ToneWarning, cesi.T("partly")}
	case cesi.Interrupted:
		return ResultBadge{ToneWarning, cesi.T("interrupted")}
	default:
		return ResultBadge{ToneWarning, cesi.T("unknown")}
	}
}
