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

// FailPartial tells a page that is there of an error.
func (h *Handler) FailPartial(w http.ResponseWriter, r *http.Request, err error) {
	f := &view.Flash{Tone: view.ToneBad, Sentence: cesi.TextOf(err)}
	if err := h.Renderer.RenderPartial(w, request.Status(err), h.Speaker(r), "toast", f); err != nil {
		h.Log.Error("a message failed", "error", err)
	}
}

// toast tells a page that is there how a command went: of a single process that
// did not come up, with the end of its log.
func (h *Handler) toast(w http.ResponseWriter, r *http.Request, report fleet.Report, later int) error {
	f := view.NewFlash(report, later)
	if len(report.Outcomes) == 1 && report.Result == cesi.Failed && session.Of(r).User.Role.Can(cesi.ReadLogs) {
		f.Log = h.logExcerpt(r.Context(), report.Outcomes[0].Ref)
	}
	return h.Renderer.RenderPartial(w, http.StatusOK, h.Speaker(r), "toast", f)
}

const (
	lastWordsPatience = time.Second
	lastWordsBytes    = 2048
	lastWordsLines    = 5
)

// logExcerpt is the end of what a process has written to stderr, or to stdout
// where that holds both; nil if there is nothing or the node does not say soon.
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
	ctx, cancel := context.WithTimeout(ctx, lastWordsPatience)
	defer cancel()
	data, err := h.Fleet.Tail(ctx, ref.Node, ref.ProcessID, stream, lastWordsBytes)
	if err != nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(string(data), "\uFFFD")), "\n")
	for i := range lines {
		lines[i] = request.Sanitize(lines[i])
	}
	return &view.LogEnd{
		Text: strings.Join(lines[max(0, len(lines)-lastWordsLines):], "\n"),
		Link: request.LocalURL("nodes", ref.Node, "processes", ref.ProcessID, "log", stream),
	}
}

// redirectToConfirm leads a page that is there to the question before a command.
func (h *Handler) redirectToConfirm(w http.ResponseWriter, r *http.Request, command request.Command) error {
	query := url.Values{"action": {string(command.Action)}, "back": {command.Back}}
	for _, f := range command.Fields {
		query.Add(f.Name, f.Value)
	}
	path := request.FleetCommand
	if node := request.Param(r, "node"); node != "" {
		path = request.LocalURL("nodes", node, "confirm")
	}
	w.Header().Set("HX-Redirect", h.Prefix+path+"?"+query.Encode())
	w.WriteHeader(http.StatusNoContent)
	return nil
}
