package pages

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// failureView explains why a node does not answer.
type failureView struct {
	Message cesi.Text // what happened
	Advice  cesi.Text // what to check
}

func newFailureView(n *fleet.Node) *failureView {
	if n.Failure == nil {
		return nil
	}
	return &failureView{Message: n.Failure.Message, Advice: advice(n.Failure.Cause)}
}

// advice says what else to check, by the cause of a failure. The failure's own sentence
// names the most likely reason.
func advice(cause cesi.Cause) cesi.Text {
	switch cause {
	case cesi.CauseRefused:
		return cesi.T("In its supervisord.conf, [inet_http_server] has to name an address that others can reach, not only 127.0.0.1.")
	case cesi.CauseTimeout:
		return cesi.T("If the node is only slow, raise timeout for it in cesi.conf.")
	case cesi.CauseUnauthorized:
		return cesi.T("They have to be those of [inet_http_server] in its supervisord.conf, or of the proxy in front of it.")
	case cesi.CauseNameNotFound:
		return cesi.T("CeSI uses the name servers of its own machine: try getent hosts with the name there.")
	case cesi.CauseScheme:
		return cesi.T("In cesi.conf, host may be a URL with its scheme and port, such as https://web1.example:9001.")
	case cesi.CauseProxy:
		return cesi.T("This is not an answer of supervisord: check the configuration and the log of the proxy.")
	case cesi.CauseLocal:
		return cesi.T("The node may be up: CeSI could not ask it.")
	case cesi.CauseNotSupervisor:
		return cesi.T("CeSI adds /RPC2 to the address by itself; the path before it is that of the proxy, if there is one.")
	case cesi.CauseNoInterface:
		return cesi.T("Without it, supervisord answers no calls, not even those of supervisorctl.")
	case cesi.CauseShuttingDown:
		return cesi.T("CeSI tries again until it answers.")
	case cesi.CauseFailedInside:
		return cesi.T("The connection is fine. See the end of its own log, and whether its disk is full.")
	case cesi.CauseTooLarge:
		return cesi.T("CeSI reads no more than that, about 12,000 processes. If the node has fewer, another program answers there.")
	case cesi.CauseBadReply:
		return cesi.T("A proxy in between may be changing replies or cutting them short.")
	case cesi.CauseTLS:
		return cesi.T("If the certificate is self-signed, tls_ca can name the certificate itself.")
	default:
		return cesi.T("Check the network between here and the node; for a socket, its path and who may open it.")
	}
}
