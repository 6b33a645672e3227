package pages

import (
	"errors"
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/i18n"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
)

// FailPage shows an error as a page.
func (h *Handler) FailPage(w http.ResponseWriter, r *http.Request, err error) {
	page := NewErrorPage(h.Base(r), request.Status(err), view.Sentence(err), h.NodeToOffer(r))
	if errors.Is(err, request.ErrCrossSite) { // no other role would help
		page.Advice = i18n.Of("If it was you who wanted this, do it from CeSI's own pages.")
	}
	if cesi.IsNoLog(err) || cesi.IsUnreadableLog(err) { // nothing was renamed or removed
		page.Advice = i18n.Of("There is nothing to search or to download.")
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
	Sentence i18n.Phrase
	Advice   i18n.Phrase
	Node     string // to offer, where a process of it was asked for
}

// NewErrorPage explains a failure. The sentence is fit for people. Node is the
// node that the request was about, if it exists.
func NewErrorPage(base view.Base, status int, sentence i18n.Phrase, node string) errorPage {
	title, advice := errorWords(status)
	heading := base.Speaker.Localize(title)
	return errorPage{
		Base:   base.At("", heading),
		Status: status, Heading: heading, Sentence: sentence, Advice: advice, Node: node,
	}
}

// retitle gives the page the heading and the advice of a narrower cause than its
// status.
func (p *errorPage) retitle(heading, advice i18n.Phrase) {
	p.Heading, p.Advice = p.Speaker.Localize(heading), advice
	p.Base = p.At("", p.Heading)
}

// tooManyWords are the errorWords of what is too many, but not tries; zero for
// other kinds.
func tooManyWords(kind cesi.Kind) (heading, advice i18n.Phrase) {
	switch kind {
	case cesi.TooOften:
		return i18n.Of("Too often"), i18n.Of("What CeSI does by itself, such as asking the nodes, goes on.")
	case cesi.TooManyOpen:
		return i18n.Of("Too many are open"), i18n.Of("Close a page or a log that you no longer need; those that are open go on.")
	default:
		return i18n.Phrase{}, i18n.Phrase{}
	}
}

// errorWords returns what an HTTP status means here, and what to do.
func errorWords(status int) (heading, advice i18n.Phrase) {
	switch status {
	case http.StatusBadRequest:
		return i18n.Of("That can't be done"), i18n.Of("Go back and check what was asked for.")
	case http.StatusUnauthorized:
		return i18n.Of("Please log in"), i18n.Of("Your session may have ended.")
	case http.StatusForbidden:
		return i18n.Of("Not allowed"), i18n.Of("If you need this, ask an administrator for another role.")
	case http.StatusNotFound:
		return i18n.Of("Not found"), i18n.Of("It may have been renamed or removed since you saw it.")
	case http.StatusMethodNotAllowed:
		return i18n.Of("Not this way"), i18n.Of("Use the buttons on the pages; a link never changes anything.")
	case http.StatusConflict:
		return i18n.Of("Not now"), i18n.Of("Look at its state, and try again if you still want to.")
	case http.StatusUnprocessableEntity:
		return i18n.Of("The node refused"), i18n.Of("Its supervisord said so; its log may say more.")
	case http.StatusTooManyRequests:
		return i18n.Of("Too many tries"), i18n.Of("Wait a little before the next one.")
	case http.StatusBadGateway:
		return i18n.Of("The node does not answer"), i18n.Of("Nothing was sent, or nothing is known of what came of it.")
	case http.StatusGatewayTimeout:
		return i18n.Of("The node did not answer in time"), i18n.Of("What was asked for may still happen: look at the node again.")
	case http.StatusServiceUnavailable:
		return i18n.Of("The database is busy"), i18n.Of("Nothing was changed. Try again in a moment.")
	default:
		return i18n.Of("Something went wrong"), i18n.Of("Try again. If it stays, the server's log says more.")
	}
}
