package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// staticRoot is the path under which the static files are served.
const staticRoot = "/static/"

// A path with a hash may be cached for a year, since changed content has another path.
// A plain path must be requested again each time.
const (
	cacheForever = "public, max-age=31536000, immutable"
	cacheAsk     = "no-cache"
)

// StaticPaths returns the path with hash for every static file's name: for "app.css"
// "/static/app.0a1b2c3d4e.css". It reads every file, so keep the result.
func StaticPaths() map[string]string {
	paths := make(map[string]string)
	for _, file := range readStatic() {
		paths[file.name] = staticRoot + file.hashed()
	}
	return paths
}

// Handler serves the static files under /static/, with or without a hash in their path,
// and compressed if the client accepts that. It lists no directory. With a prefix, put
// http.StripPrefix before it.
func Handler() http.Handler {
	h := handler{}
	for _, file := range readStatic() {
		small := compressor(file)
		h[file.name] = served{staticFile: file, cache: cacheAsk, compressed: small}
		h[file.hashed()] = served{staticFile: file, cache: cacheForever, compressed: small}
	}
	return h
}

// staticFile is one static file.
type staticFile struct {
	name    string
	hash    string // the beginning of the SHA-256 of its content, in hex
	content func() ([]byte, error)
}

// hashed is the file's name with the hash in it.
func (f staticFile) hashed() string {
	ext := path.Ext(f.name)
	return strings.TrimSuffix(f.name, ext) + "." + f.hash + ext
}

// readStatic joins and hashes the static files. It panics if one can't be read, which
// embedding and the tests exclude.
func readStatic() []staticFile {
	var list []staticFile
	add := func(name string, content func() ([]byte, error)) error {
		all, err := content()
		sum := sha256.Sum256(all)
		list = append(list, staticFile{name: name, hash: hex.EncodeToString(sum[:5]), content: content})
		return err
	}
	err := fs.WalkDir(files, "static", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return add(strings.TrimPrefix(p, "static/"), func() ([]byte, error) { return fs.ReadFile(files, p) })
	})
	for _, name := range joined() {
		content, failed := join(name)
		err = errors.Join(err, add(path.Base(name), func() ([]byte, error) { return content, failed }))
	}
	if err != nil {
		panic(err)
	}
	return list
}

// served is the reply of one path.
type served struct {
	staticFile
	cache      string
	compressed func() []byte // nil if it is sent uncompressed
}

// open opens the reply: compressed if accepted. The tag differs for the two.
func (f served) open(header http.Header, gzip bool) (io.ReadSeeker, error) {
	small := f.compressed()
	if small != nil {
		header.Set("Vary", "Accept-Encoding")
	}
	if small != nil && gzip {
		header.Set("Content-Encoding", "gzip")
		header.Set("ETag", `"`+f.hash+`-gzip"`)
		return bytes.NewReader(small), nil
	}
	header.Set("ETag", `"`+f.hash+`"`)
	plain, err := f.content()
	return bytes.NewReader(plain), err
}

// handler answers requests for the paths under staticRoot.
type handler map[string]served

// ServeHTTP answers GET and HEAD, also with ranges and If-None-Match.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Static files are read with GET.", http.StatusMethodNotAllowed)
		return
	}
	file, found := h[strings.TrimPrefix(r.URL.Path, staticRoot)]
	if !found {
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	header := w.Header()
	content, err := file.open(header, AcceptsGzip(r))
	if err != nil {
		http.Error(w, "The file can't be read.", http.StatusInternalServerError)
		return
	}
	header.Set("Content-Type", contentType(file.name))
	header.Set("Cache-Control", file.cache)
	http.ServeContent(w, r, file.name, time.Time{}, content)
}

// contentType is a fixed table, since mime.TypeByExtension depends on the machine.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		return "text/plain; charset=utf-8"
	}
}
