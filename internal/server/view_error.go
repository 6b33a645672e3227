package server

import "net/http"

// errorPage says what went wrong and what to do.
type errorPage struct {
	basePage
	Status   int
	Heading  string
	Sentence string
	Advice   string
	Node     string // to offer, where a process of it was asked for
}

// newErrorPage explains a failure. The sentence is fit for people. Node is the
// node that the request was about, if it exists.
func newErrorPage(base basePage, status int, sentence, node string) errorPage {
	heading, advice := errorWords(status)
	return errorPage{
		basePage: base.at("", heading),
		Status:   status, Heading: heading, Sentence: capitalized(sentence), Advice: advice, Node: node,
	}
}

// errorWords returns what an HTTP status means here, and what to do.
func errorWords(status int) (heading, advice string) {
	switch status {
	case http.StatusBadRequest:
		return "That can't be done", "Go back and check what was asked for."
	case http.StatusUnauthorized:
		return "Please log in", "Your session may have ended."
	case http.StatusForbidden:
		return "Not allowed", "If you need this, ask an administrator for another role."
	case http.StatusNotFound:
		return "Not found", "It may have been renamed or removed since you saw it."
	case http.StatusMethodNotAllowed:
		return "Not this way", "Use the buttons on the pages; a link never changes anything."
	case http.StatusConflict:
		return "Not now", "Look at its state, and try again if you still want to."
	case http.StatusUnprocessableEntity:
		return "The node refused", "Its supervisord said so; its log may say more."
	case http.StatusTooManyRequests:
		return "Too many tries", "Wait a little before the next one."
	case http.StatusBadGateway:
		return "The node does not answer", "Nothing was sent, or nothing is known of what came of it."
	case http.StatusGatewayTimeout:
		return "The node did not answer in time", "What was asked for may still happen: look at the node again."
	default:
		return "Something went wrong", "Try again. If it stays, the server's log says more."
	}
}
