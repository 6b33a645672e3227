package view

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// ReasonOf says why a process does not run; zero if it runs.
func ReasonOf(p fleet.Process) cesi.Text {
	if p.State == cesi.NotStarted && p.Wanted != nil {
		return cesi.T("%s stopped it to start it again: %s", p.Wanted.By, p.Wanted.Reason)
	}
	switch p.State {
	case cesi.Fatal, cesi.Backoff:
		if p.SpawnErr != "" {
			return cesi.Raw(request.Sanitize(p.SpawnErr))
		}
		return cesi.T("exited too quickly")
	case cesi.Exited:
		return exitReason(p.Process)
	case cesi.Unknown:
		return cesi.T("supervisord does not know its state")
	case cesi.Stopped:
		if p.Start == 0 {
			return cesi.T("not started yet")
		}
		return cesi.T("stopped")
	default:
		return cesi.Text{}
	}
}

func exitReason(p cesi.Process) cesi.Text {
	switch {
	case p.ExitStatus == -1:
		return cesi.T("ended by a signal")
	case p.UnexpectedExit():
		return cesi.T("exit status %d (not expected)", p.ExitStatus)
	default:
		return cesi.T("exit status %d (expected)", p.ExitStatus)
	}
}

// causeOf says why a node does not answer.
func causeOf(n *fleet.Node) cesi.Text {
	switch n.Failure.Cause {
	case cesi.CauseRefused:
		return cesi.T("connection refused")
	case cesi.CauseTimeout:
		return cesi.T("timeout")
	case cesi.CauseUnauthorized:
		return cesi.T("unauthorized")
	case cesi.CauseNameNotFound:
		return cesi.T("name not found")
	case cesi.CauseNotSupervisor:
		return cesi.T("not a supervisord")
	case cesi.CauseNoInterface:
		return cesi.T("no rpcinterface")
	case cesi.CauseShuttingDown:
		return cesi.T("shutting down")
	case cesi.CauseFailedInside:
		return cesi.T("failed inside")
	case cesi.CauseTooLarge:
		return cesi.T("reply too large")
	case cesi.CauseBadReply:
		return cesi.T("bad reply")
	case cesi.CauseTLS:
		return cesi.T("certificate not accepted")
	case cesi.CauseScheme:
		return cesi.T("wrong scheme")
	case cesi.CauseProxy:
		return cesi.T("refused by proxy")
	case cesi.CauseLocal:
		return cesi.T("failed at CeSI")
	default:
		return cesi.T("unreachable")
	}
}
