package pages

import (
	"errors"
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
	"cesi/internal/words"
)

// FailPage shows an error as a page.
func (h *Handler) FailPage(w http.ResponseWriter, r *http.Request, err error) {
	page := NewErrorPage(h.Base(r), request.Status(err), view.Sentence(err), h.NodeToOffer(r))
	if errors.Is(err, request.ErrCrossSite) { // no other role would help
		page.Advice = words.Of("If it was you who wanted this, do it from CeSI's own pages.")
	}
	if cesi.IsNoLog(err) || cesi.IsUnreadableLog(err) { // nothing was renamed or removed
		page.Advice = words.Of("There is nothing to search or to download.")
	}
	if heading, advice := tooManyWords(cesi.KindOf(err)); heading.Text != "" {
		page.retitle(heading, advice)
	}
	h.ShowError(w, page)
}

// ShowError shows an error page.
func (h *Handler) ShowError(w http.ResponseWriter, page errorPage) {
	if err := h.Renderer.Render(w, page.Status, "error", page); err != nil {
		h.Log.Error("the error page failed", "error", err)
		http.Error(w, page.Sentence.String(), page.Status)
	}
}

// NodeToOffer is the node that a failed request was about, if it is one.
func (h *Handler) NodeToOffer(r *http.Request) string {
	if session.Of(r).User == nil {
		return ""
	}
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return ""
	}
	return n.Name
}

// errorPage says what went wrong and what to do.
type errorPage struct {
	view.Base
	Status   int
	Heading  string
	Sentence words.Phrase
	Advice   words.Phrase
	Node     string // to offer, where a process of it was asked for
}

// NewErrorPage explains a failure. The sentence is fit for people. Node is the
// node that the request was about, if it exists.
func NewErrorPage(base view.Base, status int, sentence words.Phrase, node string) errorPage {
	title, advice := errorWords(status)
	heading := base.Speaker.Tell(title)
	return errorPage{
		Base:   base.At("", heading),
		Status: status, Heading: heading, Sentence: sentence, Advice: advice, Node: node,
	}
}

// retitle gives the page the heading and the advice of a narrower cause than its
// status.
func (p *errorPage) retitle(heading, advice words.Phrase) {
	p.Heading, p.Advice = p.Speaker.Tell(heading), advice
	p.Base = p.At("", p.Heading)
}

// tooManyWords are the errorWords of what is too many, but not tries; zero for
// other kinds.
func tooManyWords(kind cesi.Kind) (heading, advice words.Phrase) {
	switch kind {
	case cesi.TooOften:
		return words.Of("Too often"), words.Of("What CeSI does by itself, such as asking the nodes, goes on.")
	case cesi.TooManyOpen:
		return words.Of("Too many are open"), words.Of("Close a page or a log that you no longer need; those that are open go on.")
	default:
		return words.Phrase{}, words.Phrase{}
	}
}

// errorWords returns what an HTTP status means here, and what to do.
func errorWords(status int) (heading, advice words.Phrase) {
	switch status {
	case http.StatusBadRequest:
		return words.Of("That can't be done"), words.Of("Go back and check what was asked for.")
	case http.StatusUnauthorized:
		return words.Of("Please log in"), words.Of("Your session may have ended.")
	case http.StatusForbidden:
		return words.Of("Not allowed"), words.Of("If you need this, ask an administrator for another role.")
	case http.StatusNotFound:
		return words.Of("Not found"), words.Of("It may have been renamed or removed since you saw it.")
	case http.StatusMethodNotAllowed:
		return words.Of("Not this way"), words.Of("Use the buttons on the pages; a link never changes anything.")
	case http.StatusConflict:
		return words.Of("Not now"), words.Of("Look at its state, and try again if you still want to.")
	case http.StatusUnprocessableEntity:
		return words.Of("The node refused"), words.Of("Its supervisord said so; its log may say more.")
	case http.StatusTooManyRequests:
		return words.Of("Too many tries"), words.Of("Wait a little before the next one.")
	case http.StatusBadGateway:
		return words.Of("The node does not answer"), words.Of("Nothing was sent, or nothing is known of what came of it.")
	case http.StatusGatewayTimeout:
		return words.Of("The node did not answer in time"), words.Of("What was asked for may still happen: look at the node again.")
	case http.StatusServiceUnavailable:
		return words.Of("The database is busy"), words.Of("Nothing was changed. Try again in a moment.")
	default:
		return words.Of("Something went wrong"), words.Of("Try again. If it stays, the server's log says more.")
	}
}
