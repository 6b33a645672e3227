package server

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// failureView explains why a node does not answer.
type failureView struct {
	Message string // what happened
	Advice  string // what to check
}

func newFailureView(n *fleet.Node) *failureView {
	if n.Failure == nil {
		return nil
	}
	return &failureView{Message: n.Failure.Message, Advice: advice(n.Failure.Cause)}
}

// advice says what to check, by the cause of a failure.
func advice(cause cesi.Cause) string {
	switch cause {
	case cesi.CauseRefused:
		return "Nothing listens at this address. Is supervisord running there, and does its [inet_http_server] name this port and an address that others can reach?"
	case cesi.CauseTimeout:
		return "The host is off, overloaded or behind a firewall that drops packets, or its supervisord hangs. If it is only slow, raise timeout for this node."
	case cesi.CauseUnauthorized:
		return "Its supervisord wants another username or password. Compare them in cesi.conf with [inet_http_server] in its supervisord.conf."
	case cesi.CauseNameNotFound:
		return "The machine that CeSI runs on can't find the host's name. Check host in cesi.conf, and the name server."
	case cesi.CauseNotSupervisor:
		return "Something else answers at this address. Check the port in cesi.conf, and the path if host is a URL."
	case cesi.CauseShuttingDown:
		return "Its supervisord is being stopped or restarted. CeSI goes on asking."
	case cesi.CauseBadReply:
		return "What answers speaks XML-RPC, but not as supervisord does. Is there a proxy between that changes or cuts replies?"
	case cesi.CauseTLS:
		return "Set tls_ca to the authority that signed its certificate. The name in the certificate must be the one in host."
	default:
		return "Check the network between here and the node; for a socket its path and who may open it."
	}
}
