package api

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// exportChunk is how many entries an export reads at once.
const exportChunk = 1000

// ExportActivity sends all entries that the filter selects, newest first, as a file. It
// keeps only one chunk of them in memory, and the client may be slow as long as it
// reads.
func (h *Handler) ExportActivity(w http.ResponseWriter, r *http.Request) error {
	query, err := h.Requests.ReadActivityQuery(r, session.Of(r).User.Role)
	if err != nil {
		return err
	}
	out := &request.RollingWriter{ResponseWriter: w, Patience: request.WriteTimeout}
	file, err := newExport(r.URL.Query().Get("format"), out)
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("Content-Type", file.contentType)
	header.Set("Content-Disposition", `attachment; filename="cesi-activity-`+h.Now().Format("20060102-150405")+`.`+file.extension+`"`)
	header.Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return nil
	}
	ctx, cancel := h.Requests.UntilClosing(r)
	defer cancel()
	query.Targets, query.Limit = true, exportChunk
	for {
		entries, err := h.Store.Activities(ctx, query.ActivityFilter)
		if err == nil {
			err = file.write(entries)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			if r.Context().Err() == nil {
				h.Log.Error("an export was broken off", "path", r.URL.Path, "error", err)
			}
			panic(http.ErrAbortHandler) // half a file must not look complete
		}
		if len(entries) < exportChunk {
			return nil
		}
		query.Before = entries[len(entries)-1].ID
	}
}

// export writes entries in one format.
type export struct {
	contentType, extension string
	write                  func([]cesi.Activity) error
}

func newExport(format string, out io.Writer) (export, error) {
	switch format {
	case "", "csv":
		return export{"text/csv; charset=utf-8", "csv", csvExport(out)}, nil
	case "jsonl":
		return export{"application/jsonl", "jsonl", jsonExport(out)}, nil
	default:
		return export{}, cesi.Errorf(cesi.Invalid, "the format %q is neither csv nor jsonl", format)
	}
}

// byteOrderMark makes Excel read a CSV file as UTF-8.
const byteOrderMark = "\ufeff"

// csvExport writes a line with the names of the columns, then one line for each entry.
func csvExport(out io.Writer) func([]cesi.Activity) error {
	w := csv.NewWriter(out)
	_ = w.Write([]string{byteOrderMark + "id", "parent", "time", "user", "address", "action", "node", "target", "detail", "result", "duration_ms", "count", "message"}) // w.Error reports it
	return func(entries []cesi.Activity) error {
		for _, e := range entries {
			record := []string{
				number64(e.ID), number64(e.Parent), e.Time.UTC().Format(time.RFC3339Nano), e.User, e.Address, string(e.Action), e.Node,
				e.Target, e.Detail, string(e.Result), strconv.FormatInt(e.Duration.Milliseconds(), 10), strconv.Itoa(e.Count), e.Message.String(),
			}
			for i := range record {
				record[i] = escapeFormula(record[i])
			}
			_ = w.Write(record) // w.Error reports it
		}
		w.Flush()
		return w.Error()
	}
}

func number64(id cesi.ActivityID) string { return strconv.FormatInt(int64(id), 10) }

// escapeFormula puts an apostrophe before text that a spreadsheet would read as a
// formula: names come from nodes, and from failed logins. A spreadsheet with another
// separator than the comma splits the cells again, so text after such a separator
// counts as the start of a cell too.
func escapeFormula(cell string) string {
	var b strings.Builder
	for rest := cell; rest != ""; {
		if runsAsFormula(rest) {
			b.WriteByte('\'')
		}
		end := strings.IndexAny(rest, ";|\t\r\n") + 1
		if end == 0 {
			end = len(rest)
		}
		b.WriteString(rest[:end])
		rest = rest[end:]
	}
	return b.String()
}

// runsAsFormula reports whether a spreadsheet could read a cell as a formula, also
// after dropping spaces and quotes at its start.
func runsAsFormula(cell string) bool {
	if strings.IndexAny(cell, "\t\r\n") == 0 {
		return true
	}
	return strings.IndexAny(strings.TrimLeft(cell, " \u00a0\u3000\""), "=+-@＝＋－＠") == 0
}

// jsonExport writes one object on each line.
func jsonExport(out io.Writer) func([]cesi.Activity) error {
	w := bufio.NewWriter(out)
	encoder := json.NewEncoder(w)
	return func(entries []cesi.Activity) error {
		for _, e := range entries {
			if err := encoder.Encode(newEntryJSON(e)); err != nil {
				return err
			}
		}
		return w.Flush()
	}
}
