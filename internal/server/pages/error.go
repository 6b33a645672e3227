package pages

import (
	"errors"
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
)

// FailPage shows an error as a page.
func (h *Handler) FailPage(w http.ResponseWriter, r *http.Request, err error) {
	page := NewErrorPage(h.Base(r), request.Status(err), cesi.TextOf(err), h.NodeToLink(r))
	if errors.Is(err, request.ErrCrossSite) { // another role would not help
		page.Advice = cesi.T("If you wanted this, do it from CeSI's own pages.")
	}
	if cesi.IsNoLog(err) || cesi.IsUnreadableLog(err) { // the thing exists, it only has no readable log
		page.Advice = cesi.T("There is nothing to search or to download.")
	}
	if heading, advice := tooManyWords(cesi.KindOf(err)); heading.ID != "" {
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

// NodeToLink returns the node that a failed request was about, if any.
func (h *Handler) NodeToLink(r *http.Request) string {
	if session.Of(r).User == nil {
		return ""
	}
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return ""
	}
	return n.Name
}

// errorPage says what is wrong and what to do.
type errorPage struct {
	view.Base
	Status   int
	Heading  string
	Sentence cesi.Text
	Advice   cesi.Text
	Node     string // linked, if a process of it was requested
}

// NewErrorPage explains an error. The sentence is for users. Node is the node of the
// request, if it exists.
func NewErrorPage(base view.Base, status int, sentence cesi.Text, node string) errorPage {
	title, advice := errorWords(status)
	heading := base.Localizer.Localize(title)
	return errorPage{
		Base:   base.At("", heading),
		Status: status, Heading: heading, Sentence: sentence, Advice: advice, Node: node,
	}
}

// retitle replaces heading and advice by those of a more precise cause than the status.
func (p *errorPage) retitle(heading, advice cesi.Text) {
	p.Heading, p.Advice = p.Localizer.Localize(heading), advice
	p.Base = p.At("", p.Heading)
}

// tooManyWords are the errorWords for too many requests other than failed tries; zero
// for other kinds.
func tooManyWords(kind cesi.Kind) (heading, advice cesi.Text) {
	switch kind {
	case cesi.TooOften:
		return cesi.T("Too many requests"), cesi.T("Polling of the nodes continues.")
	case cesi.TooManyOpen:
		return cesi.T("Too many open"), cesi.T("Close a page or a log that you no longer need. The open ones continue.")
	default:
		return cesi.Text{}, cesi.Text{}
	}
}

// errorWords returns the meaning of an HTTP status, and what to do.
func errorWords(status int) (heading, advice cesi.Text) {
	switch status {
	case http.StatusBadRequest:
		return cesi.T("Invalid request"), cesi.T("Go back and check what you entered.")
	case http.StatusUnauthorized:
		return cesi.T("Please log in"), cesi.T("Your session may have ended.")
	case http.StatusForbidden:
		return cesi.T("Not allowed"), cesi.T("Ask an administrator for another role.")
	case http.StatusNotFound:
		return cesi.T("Not found"), cesi.T("It may have been renamed or removed.")
	case http.StatusMethodNotAllowed:
		return cesi.T("Method not allowed"), cesi.T("Use the buttons on the pages; a link never changes anything.")
	case http.StatusConflict:
		return cesi.T("Conflict"), cesi.T("Check its state, then try again.")
	case http.StatusUnprocessableEntity:
		return cesi.T("The node refused the command"), cesi.T("See the log of its supervisord.")
	case http.StatusTooManyRequests:
		return cesi.T("Too many failed tries"), cesi.T("Wait before you try again.")
	case http.StatusBadGateway:
		return cesi.T("The node does not answer"), cesi.T("The command was not sent, or its result is not known.")
	case http.StatusGatewayTimeout:
		return cesi.T("The node did not answer in time"), cesi.T("The command may still take effect: check the node.")
	case http.StatusServiceUnavailable:
		return cesi.T("The database is busy"), cesi.T("Nothing was changed. Try again in a moment.")
	default:
		return cesi.T("Internal error"), cesi.T("Try again. If it fails again, see CeSI's log.")
	}
}
