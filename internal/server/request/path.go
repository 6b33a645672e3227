package request

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"cesi/internal/cesi"

	"github.com/go-chi/chi/v5"
)

// ToPasswordChange redirects a browser to the form that changes the password, which
// then leads to next, a local path.
func (rd *Reader) ToPasswordChange(w http.ResponseWriter, r *http.Request, next string) {
	rd.Redirect(w, r, WithNext("/profile", next))
}

// WithNext adds to a path where to go next; "/" is the default.
func WithNext(path, next string) string {
	if next == "/" {
		return path
	}
	return path + "?" + url.Values{"next": {next}}.Encode()
}

// Redirect redirects the browser to a local path, with GET.
func (rd *Reader) Redirect(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, rd.Prefix+path, http.StatusSeeOther)
}

// LocalPath returns a local path for a redirect, without the prefix. Anything that
// could lead to another site becomes "/".
func (rd *Reader) LocalPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(path, "/") || strings.ContainsFunc(path, unsafeInPath) || strings.HasPrefix(path, "//") ||
		strings.Contains(u.Path+"/", "/../") { // it would leave the prefix
		return "/"
	}
	if rest, found := strings.CutPrefix(path, rd.Prefix+"/"); found {
		return "/" + strings.TrimLeft(rest, "/")
	}
	return path
}

// unsafeInPath reports characters that browsers drop or read as a slash.
func unsafeInPath(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }

// Param returns a path parameter, decoded. chi matches the raw path if there is one,
// and returns that part raw.
func Param(r *http.Request, name string) string {
	value := chi.URLParam(r, name)
	if r.URL.RawPath == "" {
		return value
	}
	if decoded, err := url.PathUnescape(value); err == nil {
		return decoded
	}
	return value
}

// TokenID reads the ID of a token.
func TokenID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, cesi.Errorf(cesi.NotFound, "there is no token %q", text)
	}
	return id, nil
}

// LocalURL joins segments to a local path, without prefix. A segment may contain any
// character.
func LocalURL(segments ...any) string {
	if len(segments) == 0 {
		return "/"
	}
	var b strings.Builder
	for _, s := range segments {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(fmt.Sprint(s)))
	}
	return b.String()
}
