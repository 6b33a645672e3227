package web

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// AcceptsGzip reports whether who asks understands a compressed answer.
func AcceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, options, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		weight, given := strings.CutPrefix(strings.ReplaceAll(options, " ", ""), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !given || err == nil && q > 0
	}
	return false
}

// compressor returns what compresses a static file, once: when it is first
// asked for. It gives nothing for a file that is sent as it is.
func compressor(name string) func() []byte {
	switch path.Ext(name) {
	case ".css", ".js", ".svg":
		return sync.OnceValue(func() []byte { return compressed(name) })
	default:
		return func() []byte { return nil }
	}
}

// compressed is a static file, compressed as far as gzip can; nothing if that
// gains nothing.
func compressed(name string) []byte {
	content, err := fs.ReadFile(files, "static/"+name)
	if err != nil {
		return nil // who asks for it is told by the plain way
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil // the level is a valid one
	}
	_, _ = w.Write(content) // into memory: can't fail
	_ = w.Close()
	if b.Len() >= len(content) {
		return nil
	}
	return b.Bytes()
}
