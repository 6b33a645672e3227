package stream

import (
	"context"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cesi/internal/ansi"
	"cesi/internal/cesi"
	"cesi/internal/i18n"
	"cesi/internal/logtail"
	"cesi/internal/server/session"
)

// encodeText turns bytes of a log into the data of an event; nil if there is nothing to
// send yet. Held is how many bytes wait for bytes that belong to them. Flush says that
// the next bytes do not continue these.
type encodeText func(text []byte, offset int64, flush bool) (data any, held int)

// LogTail follows a log for a page: text is sent as spans.
func (h *Handler) LogTail(w http.ResponseWriter, r *http.Request) error {
	return h.followLog(w, r, h.Localizer(r), encodeSpans())
}

// encodeSpans encodes text for a page.
func encodeSpans() encodeText {
	var a ansi.Decoder
	return func(text []byte, _ int64, flush bool) (any, int) {
		spans := a.Write(text)
		if flush {
			spans = append(spans, a.Flush()...)
		}
		if len(spans) == 0 {
			return nil, len(a.Pending)
		}
		return spans, len(a.Pending)
	}
}

// apiLogText is the API's event with text of a log.
type apiLogText struct {
	Text   string `json:"text"`
	Offset *int64 `json:"offset,omitempty"` // of the first byte, if known
	Base64 string `json:"base64,omitempty"` // the bytes, if they are not all UTF-8
}

// APILogTail follows a log for a program: text is sent unchanged.
func (h *Handler) APILogTail(w http.ResponseWriter, r *http.Request) error {
	var pending []byte
	return h.followLog(w, r, nil, func(text []byte, offset int64, flush bool) (any, int) {
		offset -= int64(len(pending))
		if len(pending) > 0 {
			text = append(pending, text...)
		}
		n := len(text)
		if !flush {
			n = wholeCharacters(text)
		}
		text, pending = text[:n], append([]byte(nil), text[n:]...)
		if len(text) == 0 {
			return nil, len(pending)
		}
		data := apiLogText{Text: strings.ToValidUTF8(string(text), string(utf8.RuneError))}
		if offset >= 0 {
			data.Offset = &offset
		}
		if !utf8.Valid(text) {
			data.Base64 = base64.StdEncoding.EncodeToString(text)
		}
		return data, len(pending)
	})
}

// wholeCharacters returns how many bytes of the text belong to complete characters.
func wholeCharacters(text []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
		if last := text[len(text)-back:]; utf8.RuneStart(last[0]) {
			if utf8.FullRune(last) {
				break
			}
			return len(text) - back
		}
	}
	return len(text)
}

// recheckEvery is how often a long response checks that its reader may still have it.
const recheckEvery = 2 * time.Second

// tailer sends a log to one reader.
type tailer struct {
	*logStream
	stream    string          // the log's name in a shared stream; empty: the only log
	localizer *i18n.Localizer // nil: for a program
	encode    encodeText
}

// followLog sends a log live until the reader is gone or loses the permission, or the
// log is gone for good.
func (h *Handler) followLog(w http.ResponseWriter, r *http.Request, localizer *i18n.Localizer, encode encodeText) error {
	l, err := h.Requests.FindLog(r)
	if err != nil {
		return err
	}
	from, resumed, err := tailFrom(r)
	if err != nil {
		return err
	}
	tail, err := h.Logs.Tail(session.Of(r).User.Name, l.Node.Name, l.Name, from)
	if err != nil {
		return err
	}
	defer tail.Close()
	stream, err := newEventStream(w)
	if err != nil || r.Method == http.MethodHead {
		return err
	}
	t := &tailer{logStream: newLogStream(stream), localizer: localizer, encode: encode}
	ctx, cancel := h.Requests.UntilClosing(r)
	defer cancel()
	// The response has begun: it reports every end itself.
	_ = t.follow(ctx, tail, from, resumed, h.newLogReader(r))
	return nil
}

// follow sends the log until the reader is gone.
func (t *tailer) follow(ctx context.Context, tail *logtail.Tail, from int64, resumed bool, reader *reader) error {
	if resumed {
		if err := t.notice("seam", false, resumption(from)); err != nil {
			return err
		}
	}
	return t.run(ctx, tail, reader)
}

// run sends events until one of them is the last.
func (t *tailer) run(ctx context.Context, tail *logtail.Tail, reader *reader) error {
	for {
		e, err := nextEvent(ctx, tail)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !reader.mayContinue() {
			return t.notice("end", false, cesi.T("You are no longer logged in, or may not read logs any more."))
		}
		if err != nil {
			err = t.keepAlive()
		} else {
			err = t.send(e)
		}
		if err != nil || e.Kind == logtail.End {
			return err
		}
	}
}

// tailFrom returns the offset from which a log is wanted; negative: its end. A browser
// that connects again sends the offset that it has reached.
func tailFrom(r *http.Request) (from int64, resumed bool, err error) {
	text := r.URL.Query().Get("from")
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		text, resumed = last, true
	}
	from, err = parseOffset(text)
	return from, resumed, err
}

// parseOffset reads the offset of a log; -1 if there is none.
func parseOffset(text string) (int64, error) {
	if text == "" {
		return -1, nil
	}
	offset, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, cesi.Errorf(cesi.Invalid, "%q is no offset", text)
	}
	return offset, nil
}

// nextEvent waits for the next event, but not long: the connection has to be checked in
// between.
func nextEvent(ctx context.Context, tail *logtail.Tail) (logtail.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, recheckEvery)
	defer cancel()
	e, err := tail.Next(ctx)
	if err != nil {
		e.Kind = logtail.State // an event without effect
	}
	return e, err
}

// send sends one event of the log.
func (t *tailer) send(e logtail.Event) error {
	switch e.Kind {
	case logtail.Text:
		return t.text(e, false)
	case logtail.State:
		return t.notice("state", e.Live, e.Sentence)
	}
	name := "seam"
	if e.Kind == logtail.End {
		name = "end"
	}
	if err := t.text(logtail.Event{Offset: -1}, true); err != nil {
		return err
	}
	return t.notice(name, e.Kind == logtail.Seam, e.Sentence)
}

// text sends text. The offset after it is the event's id, from which a browser
// continues after a broken connection.
func (t *tailer) text(e logtail.Event, flush bool) error {
	data, held := t.encode(e.Text, e.Offset, flush)
	if data == nil {
		return nil
	}
	end := int64(-1)
	if e.Offset >= 0 {
		end = e.Offset + int64(len(e.Text)-held)
	}
	return t.sendText(t.stream, end, data)
}

func (t *tailer) notice(name string, live bool, sentence cesi.Text) error {
	return t.sendNotice(t.stream, name, logNotice{Live: live, Sentence: t.localizer.Localize(sentence)})
}

// resumption is the seam for a reader that has connected again; a negative offset says
// that its place is unknown.
func resumption(from int64) cesi.Text {
	if from < 0 {
		return cesi.T("Connected again. Lines may be missing, or appear twice.")
	}
	return cesi.T("Connected again.")
}
