package pages

import (
	"net/http"

	"cesi/internal/fleet"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
)

// Live is a page that can be kept up to date.
type Live struct {
	Template string // its name, such as "node" for node_page
	Page     view.Page
	// Watches are the processes that the page shows. While they start or stop, they are
	// polled more often.
	Watches []fleet.Ref
}

// LiveHandler makes a live page for a group of users, who share each rendering: those with
// the same role and language. The request says nothing else about its user.
type LiveHandler func(*http.Request) (Live, error)

// ShowLive answers a visit with a live page.
func (h *Handler) ShowLive(w http.ResponseWriter, r *http.Request, handler LiveHandler) error {
	user := session.Of(r).User
	live, err := handler(session.ForGroup(r, user.Role, h.Localizer(r).Tag()))
	if err != nil {
		return err
	}
	return h.Renderer.RenderFor(w, user, live.Template, live.Page)
}

// DrawLive renders a live page for a group of users, whose request it gets.
func (h *Handler) DrawLive(r *http.Request, handler LiveHandler) (html []byte, watches []fleet.Ref, err error) {
	live, err := handler(r)
	if err != nil {
		return nil, nil, err
	}
	html, err = h.Renderer.Draw(live.Template, live.Page)
	return html, live.Watches, err
}
