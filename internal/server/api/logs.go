package api

import (
	"net/http"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
)

// logTail is how many bytes of a log's end the API returns.
const logTail = 64 << 10

// maxAPIMatches is how many matches of a search the API lists, the last ones.
const maxAPIMatches = 1000

type logsJSON struct {
	Stdout []string `json:"stdout"`
	Stderr []string `json:"stderr"`
}

// ShowLogEnds returns the end of both logs of a process, as lines. It waits for the
// node, within the node's timeout.
func (h *Handler) ShowLogEnds(w http.ResponseWriter, r *http.Request) error {
	n, err := h.Requests.FindAnsweringNode(r)
	if err != nil {
		return err
	}
	p, err := request.FindProcess(n, r)
	if err != nil {
		return err
	}
	var logs logsJSON
	for stream, lines := range map[cesi.LogStream]*[]string{cesi.Stdout: &logs.Stdout, cesi.Stderr: &logs.Stderr} {
		tail, err := h.Fleet.Tail(r.Context(), n.Name, p.ProcessID, stream, logTail)
		if err != nil {
			return err
		}
		*lines = logLines(tail)
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Logs logsJSON `json:"logs"`
	}{ok(), logs})
	return nil
}

// logLines splits the end of a log into lines.
func logLines(text []byte) []string {
	lines := strings.Split(strings.ToValidUTF8(string(text), "\uFFFD"), "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	}
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return lines
}

// logPartJSON is a part of a log.
type logPartJSON struct {
	Offset int64          `json:"offset"`
	End    int64          `json:"end"` // the offset after it
	Size   int64          `json:"size"`
	Pieces []logPieceJSON `json:"pieces"`
}

// logPieceJSON is text, or a gap of bytes that are not UTF-8.
type logPieceJSON struct {
	Offset int64  `json:"offset"`
	Text   string `json:"text,omitempty"`
	Gap    int64  `json:"gap,omitempty"`
}

// ReadLog returns a part of a log: from offset on, up to before, or its end.
func (h *Handler) ReadLog(w http.ResponseWriter, r *http.Request) error {
	l, err := h.Requests.FindLog(r)
	if err != nil {
		return err
	}
	window, err := request.ParseLogWindow(r.URL.Query(), logTail)
	if err != nil {
		return err
	}
	part, size, err := h.Requests.ReadLog(r.Context(), l, window)
	if err != nil {
		return err
	}
	log := logPartJSON{Offset: part.From, End: part.To, Size: size, Pieces: []logPieceJSON{}}
	for _, piece := range part.Pieces {
		log.Pieces = append(log.Pieces, logPieceJSON{Offset: piece.Offset, Text: string(piece.Text), Gap: piece.Gap})
	}
	request.ExtendWriteDeadline(w)
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Log logPartJSON `json:"log"`
	}{ok(), log})
	return nil
}

// foundJSON is the result of a search.
type foundJSON struct {
	success
	Offset  int64       `json:"offset"` // of the range that was searched
	End     int64       `json:"end"`
	Size    int64       `json:"size"`
	Count   int         `json:"count"`
	Gaps    int64       `json:"gaps"` // bytes that could not be searched
	Matches []matchJSON `json:"matches"`
}

type matchJSON struct {
	Offset int64  `json:"offset"`
	Length int    `json:"length"`
	Line   string `json:"line"` // for a long line, the text around the match
}

// SearchLog searches the last 16 MB before an offset, or of the log.
func (h *Handler) SearchLog(w http.ResponseWriter, r *http.Request) error {
	l, err := h.Requests.FindLog(r)
	if err != nil {
		return err
	}
	query, err := request.ParseLogQuery(r.URL.Query()).Parse()
	if err != nil {
		return err
	}
	window, err := request.ParseLogWindow(r.URL.Query(), logTail)
	if err != nil {
		return err
	}
	ctx, cancel := h.Requests.UntilClosing(r)
	defer cancel()
	found, err := h.Logs.Search(ctx, l.Node.Name, l.Name, query, window.Before, maxAPIMatches)
	if err != nil {
		return err
	}
	answer := foundJSON{success: ok(), Offset: found.From, End: found.To, Size: found.Size,
		Count: found.Count, Gaps: found.Gaps, Matches: make([]matchJSON, len(found.Matches))}
	for i, m := range found.Matches {
		answer.Matches[i] = matchJSON{Offset: m.Offset, Length: m.Length, Line: string(m.Line)}
	}
	request.ExtendWriteDeadline(w)
	h.WriteJSON(w, http.StatusOK, answer)
	return nil
}
