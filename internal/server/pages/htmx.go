package pages

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
)

// FailPartial shows an error on a page that is already open.
func (h *Handler) FailPartial(w http.ResponseWriter, r *http.Request, err error) {
	f := &view.Flash{Tone: view.ToneBad, Sentence: cesi.TextOf(err)}
	if err := h.Renderer.RenderPartial(w, request.Status(err), h.Localizer(r), "toast", f); err != nil {
		h.Log.Error("a message failed", "error", err)
	}
}

// toast shows the result of a command on a page that is already open. If a single
// process did not come up, the end of its log is included.
func (h *Handler) toast(w http.ResponseWriter, r *http.Request, report fleet.Report, later int) error {
	f := view.NewFlash(report, later)
	if len(report.Outcomes) == 1 && report.Result == cesi.Failed && session.Of(r).User.Role.Can(cesi.ReadLogs) {
		f.Log = h.logExcerpt(r.Context(), report.Outcomes[0].Ref)
	}
	return h.Renderer.RenderPartial(w, http.StatusOK, h.Localizer(r), "toast", f)
}

const (
	excerptPatience = time.Second
	excerptBytes    = 2048
	excerptLines    = 5
)

// logExcerpt returns the end of a process's stderr, or of stdout if that has both; nil
// if it is empty or the node does not answer soon.
func (h *Handler) logExcerpt(ctx context.Context, ref fleet.Ref) *view.LogEnd {
	n, found := h.Fleet.Snapshot().Node(ref.Node)
	if !found {
		return nil
	}
	p, found := n.Process(ref.ProcessID)
	if !found {
		return nil
	}
	stream := cesi.Stderr
	if p.StderrLogfile == "" {
		stream = cesi.Stdout
	}
	ctx, cancel := context.WithTimeout(ctx, excerptPatience)
	defer cancel()
	data, err := h.Fleet.Tail(ctx, ref.Node, ref.ProcessID, stream, excerptBytes)
	if err != nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(string(data), "\uFFFD")), "\n")
	for i := range lines {
		lines[i] = request.Sanitize(lines[i])
	}
	return &view.LogEnd{
		Text: strings.Join(lines[max(0, len(lines)-excerptLines):], "\n"),
		Link: request.LocalURL("nodes", ref.Node, "processes", ref.ProcessID, "log", stream),
	}
}

// redirectToConfirm leads an open page to the confirmation of a command.
func (h *Handler) redirectToConfirm(w http.ResponseWriter, r *http.Request, command request.Command) error {
	query := url.Values{"action": {string(command.Action)}, "back": {command.Back}}
	if command.Signal != "" {
		query.Set("signal", command.Signal)
	}
	for _, f := range command.Fields {
		if f.Name != "action" {
			query.Add(f.Name, f.Value)
		}
	}
	path := request.FleetCommand
	if node := request.Param(r, "node"); node != "" {
		path = request.LocalURL("nodes", node, "confirm")
	}
	w.Header().Set("HX-Redirect", h.Prefix+path+"?"+query.Encode())
	w.WriteHeader(http.StatusNoContent)
	return nil
}
