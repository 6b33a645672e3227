package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
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
	for name, file := range readStatic() {
		paths[name] = staticRoot + file.hashed
	}
	return paths
}

// Handler serves the static files under /static/, with or without a hash in their path,
// and compressed if the client accepts that. It lists no directory. With a prefix, put
// http.StripPrefix before it.
func Handler() http.Handler {
	h := handler{}
	for name, file := range readStatic() {
		small := compressor(name)
		h[name] = served{name: name, hash: file.hash, cache: cacheAsk, compressed: small}
		h[file.hashed] = served{name: name, hash: file.hash, cache: cacheForever, compressed: small}
	}
	return h
}

// staticFile is one static file.
type staticFile struct {
	hashed string // its name with the hash
	hash   string
}

// readStatic hashes every static file. It panics if one can't be read, which embedding
// excludes.
func readStatic() map[string]staticFile {
	list := make(map[string]staticFile)
	err := fs.WalkDir(files, "static", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		hash, err := hashOf(p)
		name := strings.TrimPrefix(p, "static/")
		ext := path.Ext(name)
		list[name] = staticFile{
			hashed: strings.TrimSuffix(name, ext) + "." + hash + ext,
			hash:   hash,
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	return list
}

// hashOf returns the first characters of a file's SHA-256, in hex.
func hashOf(p string) (string, error) {
	f, err := files.Open(p)
	if err != nil {
		return "", err
	}
	defer f.Close() // from memory: nothing to report
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)[:5]), nil
}

// served is the reply of one path.
type served struct {
	name, hash, cache string
	compressed        func() []byte // nil if it is sent uncompressed
}

// content opens the reply: compressed if accepted. The tag differs for the two.
func (f served) content(header http.Header, gzip bool) (io.ReadSeeker, error) {
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
	plain, err := fs.ReadFile(files, "static/"+f.name)
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
	content, err := file.content(header, AcceptsGzip(r))
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
