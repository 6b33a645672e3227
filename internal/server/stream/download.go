package stream

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/logtail"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// downloadRead is how many bytes of a log a download reads at once.
const downloadRead = 256 << 10

// Download sends a whole log as it was when the download began. Bytes that can't be
// read are marked. If the node fails meanwhile, the download is broken off, so that it
// does not look complete.
func (h *Handler) Download(w http.ResponseWriter, r *http.Request) error {
	l, err := h.Requests.FindLog(r)
	if err != nil {
		return err
	}
	release, err := h.Logs.Hold(session.Of(r).User.Name, l.Node.Name)
	if err != nil {
		return err
	}
	defer release()
	size, err := h.Requests.Logs.LogSize(r.Context(), l.Node.Name, l.Name)
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("Content-Type", "application/octet-stream")
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": l.FileName()}))
	header.Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return nil
	}
	ctx, cancel := h.Requests.UntilClosing(r)
	defer cancel()
	out := &request.RollingWriter{ResponseWriter: w, Patience: request.WriteTimeout}
	if err := h.sendLog(ctx, out, r, l, size); err != nil {
		h.Log.Debug("a download of a log was broken off", "node", l.Node.Name, "log", l.Name.String(), "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// otherLog is written into a download if the log was replaced meanwhile.
const otherLog = "[CeSI: the log was rotated or cleared meanwhile; the rest of it is missing here]\n"

func (h *Handler) sendLog(ctx context.Context, w io.Writer, r *http.Request, l request.Log, size int64) error {
	reader := h.newLogReader(r)
	var proof logtail.Proof
	for from := int64(0); from < size; {
		part, err := h.Requests.Logs.ReadLog(ctx, l.Node.Name, l.Name, from-int64(len(proof)), min(size, from+downloadRead))
		if err != nil {
			return err
		}
		if part.To <= from || !proof.Holds(part, from) {
			_, err := io.WriteString(w, otherLog)
			return err
		}
		if err := writePart(w, part, from); err != nil {
			return err
		}
		proof = logtail.NewProof(part.Pieces[len(part.Pieces)-1].Text)
		from = part.To
		if !reader.mayContinue() {
			return cesi.Errorf(cesi.Forbidden, "the reader may not read logs any more")
		}
		select { // supervisord serves others meanwhile
		case <-ctx.Done():
		case <-time.After(2 * time.Millisecond):
		}
	}
	return nil
}

// writePart writes the bytes of a part of a log from an offset on.
func writePart(w io.Writer, part cesi.LogPart, from int64) error {
	for _, piece := range part.Pieces {
		if piece.End() <= from {
			continue
		}
		text := piece.Text
		if piece.Gap > 0 {
			text = fmt.Appendf(nil, "[CeSI: %d bytes are missing here; supervisord hands out only UTF-8]", piece.End()-max(piece.Offset, from))
		} else {
			text = text[max(0, from-piece.Offset):]
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
	}
	return nil
}
