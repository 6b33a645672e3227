package view

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/words"
)

// ReasonOf says why a process does not run; zero for one that does.
func ReasonOf(p fleet.Process) words.Phrase {
	if p.State == cesi.NotStarted && p.Wanted != nil {
		return words.Of("%s stopped it to start it again: %s", p.Wanted.By, words.Heard(request.Sanitize(p.Wanted.Reason)))
	}
	switch p.State {
	case cesi.Fatal, cesi.Backoff:
		if p.SpawnErr != "" {
			return words.Verbatim(request.Sanitize(p.SpawnErr))
		}
		return words.Of("exited too quickly")
	case cesi.Exited:
		return exitReason(p.Process)
	case cesi.Unknown:
		return words.Of("supervisord does not know its state")
	case cesi.Stopped:
		if p.Start == 0 {
			return words.Of("not started yet")
		}
		return words.Of("stopped")
	default:
		return words.Phrase{}
	}
}

func exitReason(p cesi.Process) words.Phrase {
	switch {
	case p.ExitStatus == -1:
		return words.Of("ended by a signal")
	case p.UnexpectedExit():
		return words.Of("exit status %d (not expected)", p.ExitStatus)
	default:
		return words.Of("exit status %d (expected)", p.ExitStatus)
	}
}

// causeOf names why a node does not answer.
func causeOf(n *fleet.Node) words.Phrase {
	switch n.Failure.Cause {
	case cesi.CauseRefused:
		return words.Of("connection refused")
	case cesi.CauseTimeout:
		return words.Of("timeout")
	case cesi.CauseUnauthorized:
		return words.Of("unauthorized")
	case cesi.CauseNameNotFound:
		return words.Of("name not found")
	case cesi.CauseNotSupervisor:
		return words.Of("not a supervisord")
	case cesi.CauseNoInterface:
		return words.Of("no rpcinterface")
	case cesi.CauseShuttingDown:
		return words.Of("shutting down")
	case cesi.CauseFailedInside:
		return words.Of("failed inside")
	case cesi.CauseTooLarge:
		return words.Of("reply too large")
	case cesi.CauseBadReply:
		return words.Of("bad reply")
	case cesi.CauseTLS:
		return words.Of("certificate not accepted")
	case cesi.CauseScheme:
		return words.Of("wrong scheme")
	case cesi.CauseProxy:
		return words.Of("refused by proxy")
	case cesi.CauseLocal:
		return words.Of("failed at CeSI")
	default:
		return words.Of("unreachable")
	}
}
