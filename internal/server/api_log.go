package server

import (
	"net/http"
	"strings"

	"cesi/internal/cesi"
)

// logTail is how much of a log's end the API gives, in bytes.
const logTail = 64 << 10

type apiLogs struct {
	Stdout []string `json:"stdout"`
	Stderr []string `json:"stderr"`
}

// apiLog gives the end of both logs of a process, as lines. It is the one kind
// of request that waits for a node, bounded by the node's timeout.
func (s *Server) apiLog(w http.ResponseWriter, r *http.Request) error {
	n, err := s.findAnsweringNode(r)
	if err != nil {
		return err
	}
	p, err := findProcess(n, r)
	if err != nil {
		return err
	}
	var logs apiLogs
	for stream, lines := range map[cesi.LogStream]*[]string{cesi.Stdout: &logs.Stdout, cesi.Stderr: &logs.Stderr} {
		tail, err := s.opts.Fleet.Tail(r.Context(), n.Name, p.ProcessID, stream, logTail)
		if err != nil {
			return err
		}
		*lines = logLines(tail)
	}
	s.writeJSON(w, http.StatusOK, struct {
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
