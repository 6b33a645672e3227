package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// AcceptsGzip reports whether the client accepts gzip.
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

// compressor returns a function that compresses a static file once, at its first call.
// The function returns nil for a file that is sent uncompressed.
func compressor(file staticFile) func() []byte {
	switch path.Ext(file.name) {
	case ".css", ".js", ".svg":
		return sync.OnceValue(func() []byte { return compressed(file) })
	default:
		return func() []byte { return nil }
	}
}

// compressed returns a static file with gzip's best compression; nil if that is not
// smaller.
func compressed(file staticFile) []byte {
	content, err := file.content()
	if err != nil {
		return nil // the uncompressed file will fail too
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil // the level is valid
	}
	_, _ = w.Write(content) // into memory: can't fail
	_ = w.Close()
	if b.Len() >= len(content) {
		return nil
	}
	return b.Bytes()
}
