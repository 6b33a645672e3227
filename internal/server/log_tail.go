package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cesi/internal/cesi"
	"cesi/internal/logs"
	"cesi/internal/words"
)

// encodeText turns bytes of a log into the data of an event; nil if there is
// nothing to send yet. Held is how many of the bytes wait for what belongs to
// them. Flush says that what follows does not continue them.
type encodeText func(text []byte, offset int64, flush bool) (data any, held int)

// logTailStream follows a log for a page: text comes as spans.
func (s *Server) logTailStream(w http.ResponseWriter, r *http.Request) error {
	var a ansi
	return s.followLog(w, r, s.speaker(r), func(text []byte, _ int64, flush bool) (any, int) {
		spans := a.write(text)
		if flush {
			spans = append(spans, a.flush()...)
		}
		if len(spans) == 0 {
			return nil, len(a.pending)
		}
		return spans, len(a.pending)
	})
}

// apiLogText is what the API sends of a log.
type apiLogText struct {
	Text   string `json:"text"`
	Offset *int64 `json:"offset,omitempty"` // of the first byte, where it is known
	Base64 string `json:"base64,omitempty"` // the bytes, where they are not all UTF-8
}

// apiLogTail follows a log for a program: text comes as it is.
func (s *Server) apiLogTail(w http.ResponseWriter, r *http.Request) error {
	var pending []byte
	return s.followLog(w, r, nil, func(text []byte, offset int64, flush bool) (any, int) {
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

// wholeCharacters is how many bytes of the text do not belong to a character
// whose end is missing.
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

// logNotice is the data of a seam, a state or the end.
type logNotice struct {
	Live     bool   `json:"live"`
	Sentence string `json:"sentence"`
}

const (
	// commentEvery is how often an idle log shows that its stream lives.
	commentEvery = 15 * time.Second
	// recheckEvery is how often a long answer makes sure that its reader still may
	// have it.
	recheckEvery = 2 * time.Second
)

// tailer sends a log to one reader.
type tailer struct {
	*eventStream
	speaker *words.Speaker // nil: a program reads it
	encode  encodeText
	wrote   time.Time
	buffer  bytes.Buffer // of the event that is written: a log may be fast
}

// followLog sends a log live until the reader leaves, may not read it any more,
// or the log is gone for good.
func (s *Server) followLog(w http.ResponseWriter, r *http.Request, speaker *words.Speaker, encode encodeText) error {
	l, err := s.findLog(r)
	if err != nil {
		return err
	}
	from, resumed, err := tailFrom(r)
	if err != nil {
		return err
	}
	stream, err := newEventStream(w)
	if err != nil || r.Method == http.MethodHead {
		return err
	}
	t := &tailer{eventStream: stream, speaker: speaker, encode: encode, wrote: time.Now()}
	ctx, cancel := s.untilClosing(r)
	defer cancel()
	tail := s.logs.Tail(l.node.Name, l.log, from)
	defer tail.Close()
	if resumed {
		_ = t.notice("seam", false, resumption(from)) // what follows fails too then
	}
	// Whatever ends it, the answer has begun and says it itself.
	_ = t.run(ctx, tail, func() bool { return s.mayStill(r, cesi.ReadLogs) })
	return nil
}

// run sends events until one of them is the last.
func (t *tailer) run(ctx context.Context, tail *logs.Tail, mayStill func() bool) error {
	for checked := time.Now(); ; {
		e, err := nextEvent(ctx, tail)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if now := time.Now(); now.Sub(checked) >= recheckEvery {
			if checked = now; !mayStill() {
				return t.notice("end", false, words.Of("You are no longer logged in, or may not read logs any more."))
			}
		}
		if err != nil {
			err = t.keepAlive()
		} else {
			err = t.event(e)
		}
		if err != nil || e.Kind == logs.End {
			return err
		}
	}
}

// keepAlive sends a comment if nothing was sent for a while.
func (t *tailer) keepAlive() error {
	if time.Since(t.wrote) < commentEvery {
		return nil
	}
	t.wrote = time.Now()
	return t.comment()
}

// tailFrom is the offset from which on a log is wanted; negative: its end. A
// browser that connects again says up to where it has come.
func tailFrom(r *http.Request) (from int64, resumed bool, err error) {
	text := r.URL.Query().Get("from")
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		text, resumed = last, true
	}
	if text == "" {
		return -1, resumed, nil
	}
	if from, err = strconv.ParseInt(text, 10, 64); err != nil {
		return 0, false, cesi.Errorf(cesi.Invalid, "%q is no offset", text)
	}
	return from, resumed, nil
}

// nextEvent waits for the next event, but not for long: somebody has to look
// after the connection meanwhile.
func nextEvent(ctx context.Context, tail *logs.Tail) (logs.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, recheckEvery)
	defer cancel()
	e, err := tail.Next(ctx)
	if err != nil {
		e.Kind = logs.State // of no consequence
	}
	return e, err
}

// event sends one event of the log.
func (t *tailer) event(e logs.Event) error {
	switch e.Kind {
	case logs.Text:
		return t.text(e, false)
	case logs.State:
		return t.notice("state", e.Live, e.Sentence)
	}
	name := "seam"
	if e.Kind == logs.End {
		name = "end"
	}
	if err := t.text(logs.Event{Offset: -1}, true); err != nil {
		return err
	}
	return t.notice(name, e.Kind == logs.Seam, e.Sentence)
}

// text sends text with the offset behind it as its number, from which a browser
// goes on after a broken connection.
func (t *tailer) text(e logs.Event, flush bool) error {
	data, held := t.encode(e.Text, e.Offset, flush)
	if data == nil {
		return nil
	}
	end := int64(-1)
	if e.Offset >= 0 {
		end = e.Offset + int64(len(e.Text)-held)
	}
	return t.sendJSON("text", strconv.FormatInt(end, 10), data)
}

// sendJSON sends an event. Browsers send the id along when they connect again;
// an empty one leaves the last one as it is.
func (t *tailer) sendJSON(name, id string, data any) error {
	t.wrote = time.Now()
	t.buffer.Reset()
	if id != "" {
		t.buffer.WriteString("id: " + id + "\n")
	}
	t.buffer.WriteString("event: " + name + "\ndata: ")
	if err := json.NewEncoder(&t.buffer).Encode(data); err != nil { // ends the line
		return err
	}
	t.buffer.WriteByte('\n')
	return t.write(t.buffer.Bytes())
}

func (t *tailer) notice(name string, live bool, sentence words.Phrase) error {
	return t.sendJSON(name, "", logNotice{Live: live, Sentence: t.speaker.Tell(sentence)})
}

// resumption is the seam for a reader that is there again; a negative offset says
// that it can't be told how far it had come.
func resumption(from int64) words.Phrase {
	if from < 0 {
		return words.Of("The connection was broken and is there again. Lines may be missing, or come twice.")
	}
	return words.Of("The connection was broken and is there again.")
}
