package pages

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"cesi/internal/cesi"
	"cesi/internal/logtail"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

const (
	// beforeMatch is how many bytes of a log are shown before a match.
	beforeMatch = 16 << 10
	// foundRows is how many matches a search lists.
	foundRows = 200
)

// ShowLog shows a part of a log: its end, or the part at offset, before or at (a
// match). It waits for the node, within the node's timeout.
func (h *Handler) ShowLog(w http.ResponseWriter, r *http.Request) error {
	l, err := h.Requests.FindLog(r)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	page := newLogPage(h.Base(r), l, request.ParseLogQuery(query))
	switch err := h.fillLog(r.Context(), &page, l, query); {
	case err == nil:
	case cesi.IsNoLog(err):
		page.Panel.NoLog = request.WhyNoLog(l.Process, l.Name.Stream)
		page.Panel.Live = l.Process == nil || l.Process.LogFile(l.Name.Stream) != "" // otherwise there is no log to come
	case cesi.IsUnreadableLog(err):
		page.Panel.NoLog = cesi.TextOf(err)
		page.Panel.Live = false
	case slices.Contains([]cesi.Kind{cesi.Unreachable, cesi.Timeout, cesi.Fault}, cesi.KindOf(err)):
		page.Panel.Problem = cesi.TextOf(err) // it is shown live once the node answers
	default:
		return err
	}
	request.ExtendWriteDeadline(w)
	return h.Renderer.Render(w, http.StatusOK, "log", page)
}

// fillLog reads the part of a log that a query names into the page.
func (h *Handler) fillLog(ctx context.Context, page *logPage, l request.Log, query url.Values) error {
	p := &page.Panel
	window, err := request.ParseLogWindow(query, request.LogPageBytes)
	if err != nil {
		return err
	}
	window.Length = min(window.Length, request.LogPageBytes)
	if text := query.Get("at"); text != "" {
		if p.At, err = strconv.ParseInt(text, 10, 64); err != nil || p.At < 0 {
			return cesi.Errorf(cesi.Invalid, "at is a number of bytes, not %q", text)
		}
		window.Offset = max(0, p.At-beforeMatch)
	}
	part, size, err := h.Requests.ReadLog(ctx, l, window)
	if err != nil {
		return err
	}
	if window.Offset < 0 || p.At >= 0 {
		part = fromLine(part, max(p.At, 0))
	}
	var found *logtail.Query
	if p.Query.Text != "" {
		q, err := p.Query.Parse()
		if err != nil {
			return err
		}
		found = &q
	}
	p.Fill(ctx, page.Localizer, toLine(part, size), size, found)
	return nil
}

// fromLine drops the incomplete line at the start of a part, if the needed offset,
// unless 0, is after it.
func fromLine(part cesi.LogPart, matters int64) cesi.LogPart {
	if part.From == 0 || len(part.Pieces) == 0 {
		return part
	}
	first := part.Pieces[0]
	i := int64(bytes.IndexByte(first.Text, '\n')) + 1
	if i == 0 || first.Offset+i >= part.To || matters > 0 && first.Offset+i > matters {
		return part
	}
	first.Text, first.Offset = first.Text[i:], first.Offset+i
	part.Pieces = append([]cesi.LogPiece{first}, part.Pieces[1:]...)
	part.From = first.Offset
	return part
}

// toLine drops the incomplete line at the end of a part, unless it is the log's end or
// the only line.
func toLine(part cesi.LogPart, size int64) cesi.LogPart {
	if part.To >= size || len(part.Pieces) == 0 {
		return part
	}
	last := part.Pieces[len(part.Pieces)-1]
	i := bytes.LastIndexByte(last.Text, '\n') + 1
	if i == 0 {
		return part
	}
	last.Text = last.Text[:i]
	part.Pieces = append(part.Pieces[:len(part.Pieces)-1:len(part.Pieces)-1], last)
	part.To = last.End()
	return part
}

// SearchLog lists the matches of a search, or leads to the next or previous match.
func (h *Handler) SearchLog(w http.ResponseWriter, r *http.Request) error {
	l, err := h.Requests.FindLog(r)
	if err != nil {
		return err
	}
	values := r.URL.Query()
	page := newLogPage(h.Base(r), l, request.ParseLogQuery(values))
	page.Panel.Live = false
	query, err := page.Panel.Query.Parse()
	if err != nil {
		return err
	}
	ctx, cancel := h.Requests.UntilClosing(r)
	defer cancel()
	if direction := values.Get("go"); direction != "" {
		return h.stepSearch(ctx, w, r, l, query, page, direction)
	}
	window, err := request.ParseLogWindow(values, request.LogPageBytes)
	if err != nil {
		return err
	}
	found, err := h.Logs.Search(ctx, l.Node.Name, l.Name, query, window.Before, foundRows)
	if err != nil {
		return err
	}
	page.Found = newFoundView(page.Panel, found)
	request.ExtendWriteDeadline(w)
	return h.Renderer.Render(w, http.StatusOK, "log_search", page)
}

// stepSearch leads to the match before or after an offset, if there is one.
func (h *Handler) stepSearch(ctx context.Context, w http.ResponseWriter, r *http.Request, l request.Log, query logtail.Query, page logPage, direction string) error {
	from, err := strconv.ParseInt(r.URL.Query().Get("from"), 10, 64)
	if err != nil || from < 0 {
		return cesi.Errorf(cesi.Invalid, "from is a number of bytes, not %q", r.URL.Query().Get("from"))
	}
	back := direction == "previous"
	if !back {
		from++
	}
	match, found, end, err := h.Logs.Next(ctx, l.Node.Name, l.Name, query, from, back)
	if err != nil {
		return err
	}
	if found {
		h.Requests.Redirect(w, r, view.MatchURL(page.Panel, match.Offset))
		return nil
	}
	page.Found = nothingFurther(page.Panel, direction, from, end)
	request.ExtendWriteDeadline(w)
	return h.Renderer.Render(w, http.StatusOK, "log_search", page)
}

// logPage is the page of a log, or of a search in it.
type logPage struct {
	view.Base
	Node    string
	Process string // empty for supervisord's own log
	Badge   view.Badge
	Panel   view.LogPanel
	Found   *foundView // the result of a search; nil on the log's own page
}

// newLogPage makes the page of a log, without its text.
func newLogPage(base view.Base, l request.Log, query request.LogQuery) logPage {
	page := logPage{Node: l.Node.Name, Badge: view.NewNodeBadge(l.Node), Panel: view.NewLogPanel(l.Node.Name, l.Name)}
	page.Panel.Query = query
	title := base.Say("supervisord's log") + " · " + l.Node.Name
	if l.Process != nil {
		page.Process, page.Badge = l.Process.String(), view.NewProcessBadge(l.Process.Process)
		title = fmt.Sprintf("%s %s · %s", page.Process, l.Name.Stream, l.Node.Name)
	}
	page.Base = base.At("nodes", title)
	return page
}

// foundView is the result of a search.
type foundView struct {
	Count   cesi.Text // "1,234 matches"
	Where   cesi.Text // "in the last 16.8 MB"
	Rows    []view.MatchRow
	More    bool      // there are more matches than rows
	Further string    // address of the same search in earlier parts; empty at the beginning
	Gaps    cesi.Text // bytes that could not be searched
}

func newFoundView(p view.LogPanel, found logtail.Found) *foundView {
	v := &foundView{Count: matches(found.Count), More: found.Count > len(found.Matches)}
	switch searched := found.To - found.From; {
	case found.From == 0 && found.To >= found.Size:
		v.Where = cesi.T("in the whole log, %s", logtail.Bytes(found.Size))
	case found.To >= found.Size:
		v.Where = cesi.T("in the last %s", logtail.Bytes(searched))
	default:
		v.Where = cesi.T("in bytes %d to %d", found.From, found.To)
	}
	if found.From > 0 {
		values := p.Query.Values()
		values["before"] = view.At("before", found.From)["before"]
		v.Further = p.Search() + "?" + values.Encode()
	}
	if found.Gaps > 0 {
		v.Gaps = cesi.T("%s could not be searched: supervisord hands out only UTF-8.", logtail.Bytes(found.Gaps))
	}
	for i := len(found.Matches) - 1; i >= 0; i-- {
		v.Rows = append(v.Rows, view.NewMatchRow(p, found.Matches[i]))
	}
	return v
}

// matches writes the number of matches.
func matches(n int) cesi.Text {
	if n == 0 {
		return cesi.T("Nothing found")
	}
	return cesi.T("%d matches", n)
}

// nothingFurther says that there is no other match between two offsets.
func nothingFurther(p view.LogPanel, direction string, from, end int64) *foundView {
	v := &foundView{Count: cesi.T("No next match"), Where: cesi.T("in bytes %d to %d", min(from, end), max(from, end))}
	if direction != "previous" {
		return v
	}
	v.Count = cesi.T("No previous match")
	if end > 0 {
		values := p.Query.Values()
		values["before"] = view.At("before", end)["before"]
		v.Further = p.Search() + "?" + values.Encode()
	}
	return v
}
