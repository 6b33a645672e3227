package view

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/i18n"
)

// Badge shows a state: an icon, a word and a colour. Kind is the colour
// (running, bad, warning, moving, idle), Icon a name that the template
// state_icon knows.
type Badge struct {
	Kind, Icon string
	Word       i18n.Phrase
}

// NewProcessBadge shows the state of a process.
func NewProcessBadge(p cesi.Process) Badge {
	word := i18n.Raw(p.State.String())
	switch p.State {
	case cesi.Running:
		return Badge{"running", "running", word}
	case cesi.Starting, cesi.Stopping:
		return Badge{"moving", "moving", word}
	case cesi.Backoff:
		return Badge{"warning", "backoff", word}
	case cesi.Fatal:
		return Badge{"bad", "fatal", word}
	case cesi.NotStarted:
		return Badge{"bad", "stopped", word}
	case cesi.Stopped:
		return Badge{"idle", "stopped", word}
	case cesi.Exited:
		if p.UnexpectedExit() {
			return Badge{"warning", "exited", word}
		}
		return Badge{"idle", "exited", word}
	default:
		return Badge{"warning", "unknown", word}
	}
}

// NewNodeBadge shows whether a node answers and what its supervisord is doing.
func NewNodeBadge(n *fleet.Node) Badge {
	switch {
	case n.Status == fleet.Up:
		return Badge{"running", "up", i18n.Of("UP")}
	case n.Status == fleet.Connecting:
		return Badge{"moving", "moving", i18n.Of("CONNECTING")}
	case n.Failure != nil && n.Failure.Cause == cesi.CauseUnauthorized:
		return Badge{"bad", "unreachable", i18n.Of("UNAUTHORIZED")}
	case n.Failure != nil && n.Failure.Cause == cesi.CauseShuttingDown:
		return Badge{"bad", "unreachable", i18n.Of("SHUTTING DOWN")}
	default:
		return Badge{"bad", "unreachable", i18n.Of("UNREACHABLE")}
	}
}

// ResultBadge shows how something ended.
type ResultBadge struct {
	Kind string
	Word i18n.Phrase
}

// NewResultBadge shows how a command ended.
func NewResultBadge(r cesi.Result) ResultBadge {
	switch r {
	case cesi.OK:
		return ResultBadge{"running", i18n.Of("ok")}
	case cesi.Failed:
		return ResultBadge{"bad", i18n.Of("failed")}
	case cesi.Pending:
		return ResultBadge{"moving", i18n.Of("under way")}
	case cesi.Skipped:
		return ResultBadge{"idle", i18n.Of("left alone")}
	case cesi.Partial:
		return ResultBadge{"warning", i18n.Of("partly")}
	case cesi.Interrupted:
		return ResultBadge{"warning", i18n.Of("interrupted")}
	default:
		return ResultBadge{"warning", i18n.Of("unknown")}
	}
}
