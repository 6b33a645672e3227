package server

import (
	"net/http"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
)

// logTail is how much of a log's end the API gives, in bytes.
const logTail = 64 << 10

// maxAPIMatches is how many of a search's matches the API lists, the last ones.
const maxAPIMatches = 1000

type apiLogs struct {
	Stdout []string `json:"stdout"`
	Stderr []string `json:"stderr"`
}

// apiLog gives the end of both logs of a process, as lines. It is the one kind
// of request that waits for a node, bounded by the node's timeout.
func (h *apiHandler) apiLog(w http.ResponseWriter, r *http.Request) error {
	n, err := h.Requests.FindAnsweringNode(r)
	if err != nil {
		return err
	}
	p, err := request.FindProcess(n, r)
	if err != nil {
		return err
	}
	var logs apiLogs
	for stream, lines := range map[cesi.LogStream]*[]string{cesi.Stdout: &logs.Stdout, cesi.Stderr: &logs.Stderr} {
		tail, err := h.Fleet.Tail(r.Context(), n.Name, p.ProcessID, stream, logTail)
		if err != nil {
			return err
		}
		*lines = logLines(tail)
	}
	h.writeJSON(w, http.StatusOK, struct {
		success
		Logs apiLogs `json:"logs"`
	}{ok(), logs})
	return nil
}

// logLines splits a log's end into lines, without their ends.
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

// apiLogPart is a stretch of a log.
type apiLogPart struct {
	Offset int64         `json:"offset"`
	End    int64         `json:"end"` // the offset behind it
	Size   int64         `json:"size"`
	Pieces []apiLogPiece `json:"pieces"`
}

// apiLogPiece is text, or a gap of so many bytes that are no UTF-8.
type apiLogPiece struct {
	Offset int64  `json:"offset"`
	Text   string `json:"text,omitempty"`
	Gap    int64  `json:"gap,omitempty"`
}

// apiLogRead gives a stretch of a log: from offset on, up to before, or its end.
func (h *apiHandler) apiLogRead(w http.ResponseWriter, r *http.Request) error {
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
	log := apiLogPart{Offset: part.From, End: part.To, Size: size, Pieces: []apiLogPiece{}}
	for _, piece := range part.Pieces {
		log.Pieces = append(log.Pieces, apiLogPiece{Offset: piece.Offset, Text: string(piece.Text), Gap: piece.Gap})
	}
	request.ExtendWriteDeadline(w)
	h.writeJSON(w, http.StatusOK, struct {
		success
		Log apiLogPart `json:"log"`
	}{ok(), log})
	return nil
}

// apiFound is what came of a search.
type apiFound struct {
	success
	Offset  int64      `json:"offset"` // of the stretch that was searched
	End     int64      `json:"end"`
	Size    int64      `json:"size"`
	Count   int        `json:"count"`
	Gaps    int64      `json:"gaps"` // bytes that could not be searched
	Matches []apiMatch `json:"matches"`
}

type apiMatch struct {
	Offset int64  `json:"offset"`
	Length int    `json:"length"`
	Line   string `json:"line"` // or what is around the match of a long one
}

// apiLogSearch searches the last 16 MB before an offset, or of the log.
func (h *apiHandler) apiLogSearch(w http.ResponseWriter, r *http.Request) error {
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
	answer := apiFound{success: ok(), Offset: found.From, End: found.To, Size: found.Size,
		Count: found.Count, Gaps: found.Gaps, Matches: make([]apiMatch, len(found.Matches))}
	for i, m := range found.Matches {
		answer.Matches[i] = apiMatch{Offset: m.Offset, Length: m.Length, Line: string(m.Line)}
	}
	request.ExtendWriteDeadline(w)
	h.writeJSON(w, http.StatusOK, answer)
	return nil
}
