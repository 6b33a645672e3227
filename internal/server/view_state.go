package server

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/words"
)

// badge shows a state: an icon, a word and a colour. Kind is the colour
// (running, bad, warning, moving, idle), Icon a name that the template
// state_icon knows.
type badge struct {
	Kind, Icon string
	Word       words.Phrase
}

func newProcessBadge(p cesi.Process) badge {
	word := words.Verbatim(p.State.String())
	switch p.State {
	case cesi.Running:
		return badge{"running", "running", word}
	case cesi.Starting, cesi.Stopping:
		return badge{"moving", "moving", word}
	case cesi.Backoff:
		return badge{"warning", "backoff", word}
	case cesi.Fatal:
		return badge{"bad", "fatal", word}
	case cesi.NotStarted:
		return badge{"bad", "stopped", word}
	case cesi.Stopped:
		return badge{"idle", "stopped", word}
	case cesi.Exited:
		if p.UnexpectedExit() {
			return badge{"warning", "exited", word}
		}
		return badge{"idle", "exited", word}
	default:
		return badge{"warning", "unknown", word}
	}
}

func newNodeBadge(n *fleet.Node) badge {
	switch {
	case n.Status == fleet.Up:
		return badge{"running", "up", words.Of("UP")}
	case n.Status == fleet.Connecting:
		return badge{"moving", "moving", words.Of("CONNECTING")}
	case n.Failure != nil && n.Failure.Cause == cesi.CauseUnauthorized:
		return badge{"bad", "unreachable", words.Of("UNAUTHORIZED")}
	case n.Failure != nil && n.Failure.Cause == cesi.CauseShuttingDown:
		return badge{"bad", "unreachable", words.Of("SHUTTING DOWN")}
	default:
		return badge{"bad", "unreachable", words.Of("UNREACHABLE")}
	}
}

// resultBadge shows how something ended.
type resultBadge struct {
	Kind string
	Word words.Phrase
}

func newResultBadge(r cesi.Result) resultBadge {
	switch r {
	case cesi.OK:
		return resultBadge{"running", words.Of("ok")}
	case cesi.Failed:
		return resultBadge{"bad", words.Of("failed")}
	case cesi.Pending:
		return resultBadge{"moving", words.Of("under way")}
	case cesi.Skipped:
		return resultBadge{"idle", words.Of("left alone")}
	case cesi.Partial:
		return resultBadge{"warning", words.Of("partly")}
	case cesi.Interrupted:
		return resultBadge{"warning", words.Of("interrupted")}
	default:
		return resultBadge{"warning", words.Of("unknown")}
	}
}
