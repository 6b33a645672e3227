package view

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/i18n"
	"cesi/internal/server/request"
)

// ReasonOf says why a process does not run; zero for one that does.
func ReasonOf(p fleet.Process) i18n.Phrase {
	if p.State == cesi.NotStarted && p.Wanted != nil {
		return i18n.Of("%s stopped it to start it again: %s", p.Wanted.By, i18n.Heard(request.Sanitize(p.Wanted.Reason)))
	}
	switch p.State {
	case cesi.Fatal, cesi.Backoff:
		if p.SpawnErr != "" {
			return i18n.Raw(request.Sanitize(p.SpawnErr))
		}
		return i18n.Of("exited too quickly")
	case cesi.Exited:
		return exitReason(p.Process)
	case cesi.Unknown:
		return i18n.Of("supervisord does not know its state")
	case cesi.Stopped:
		if p.Start == 0 {
			return i18n.Of("not started yet")
		}
		return i18n.Of("stopped")
	default:
		return i18n.Phrase{}
	}
}

func exitReason(p cesi.Process) i18n.Phrase {
	switch {
	case p.ExitStatus == -1:
		return i18n.Of("ended by a signal")
	case p.UnexpectedExit():
		return i18n.Of("exit status %d (not expected)", p.ExitStatus)
	default:
		return i18n.Of("exit status %d (expected)", p.ExitStatus)
	}
}

// causeOf names why a node does not answer.
func causeOf(n *fleet.Node) i18n.Phrase {
	switch n.Failure.Cause {
	case cesi.CauseRefused:
		return i18n.Of("connection refused")
	case cesi.CauseTimeout:
		return i18n.Of("timeout")
	case cesi.CauseUnauthorized:
		return i18n.Of("unauthorized")
	case cesi.CauseNameNotFound:
		return i18n.Of("name not found")
	case cesi.CauseNotSupervisor:
		return i18n.Of("not a supervisord")
	case cesi.CauseNoInterface:
		return i18n.Of("no rpcinterface")
	case cesi.CauseShuttingDown:
		return i18n.Of("shutting down")
	case cesi.CauseFailedInside:
		return i18n.Of("failed inside")
	case cesi.CauseTooLarge:
		return i18n.Of("reply too large")
	case cesi.CauseBadReply:
		return i18n.Of("bad reply")
	case cesi.CauseTLS:
		return i18n.Of("certificate not accepted")
	case cesi.CauseScheme:
		return i18n.Of("wrong scheme")
	case cesi.CauseProxy:
		return i18n.Of("refused by proxy")
	case cesi.CauseLocal:
		return i18n.Of("failed at CeSI")
	default:
		return i18n.Of("unreachable")
	}
}
