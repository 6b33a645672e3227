package server

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/pages"
	"cesi/internal/server/session"

	"github.com/go-chi/chi/v5"
)

// livePage is the route of a page that /live keeps up to date.
type livePage struct {
	http.Handler
	live       pages.LiveHandler
	permission cesi.Permission
	parameters []string
}

// livePage serves a page that can be live to users whose role has the permission.
// Parameters are the query parameters that the page reads; the name of a repeatable one
// ends in "*".
func (s *Server) livePage(permission cesi.Permission, h pages.LiveHandler, parameters ...string) livePage {
	visit := func(w http.ResponseWriter, r *http.Request) error { return s.pages.ShowLive(w, r, h) }
	return livePage{Handler: s.require(permission, visit), live: h, permission: permission, parameters: parameters}
}

// livePagesOf lists the live pages of the routes, by pattern.
func livePagesOf(routes chi.Routes) (map[string]livePage, error) {
	list := make(map[string]livePage)
	err := chi.Walk(routes, func(_, pattern string, h http.Handler, _ ...func(http.Handler) http.Handler) error {
		if page, is := h.(livePage); is {
			list[pattern] = page
		}
		return nil
	})
	return list, err
}

// maxLiveAt bounds the path and query of a live page, in bytes.
const maxLiveAt = 4096

// canonicalPage finds the live page at a local address. It returns the permission that
// the page needs, and the address in a form that is the same for equal pages: without
// parameters that the page does not read.
func (s *Server) canonicalPage(at string) (permission cesi.Permission, canonical string, err error) {
	local := s.pages.Requests.LocalPath(at)
	if len(at) > maxLiveAt || local == "/" && at != "/" && at != s.opts.Prefix+"/" {
		return 0, "", cesi.Errorf(cesi.Invalid, "This is not the address of a page here.")
	}
	u, err := url.Parse(local)
	if err != nil {
		return 0, "", cesi.Wrap(cesi.Invalid, err, "This is not the address of a page here.")
	}
	page, route, err := s.findLivePage("/" + strings.Trim(u.EscapedPath(), "/"))
	if err != nil {
		return 0, "", err
	}
	path := route.RoutePattern()
	for i, name := range route.URLParams.Keys {
		value, err := url.PathUnescape(route.URLParams.Values[i])
		if err != nil {
			return 0, "", cesi.Wrap(cesi.Invalid, err, "This is not the address of a page here.")
		}
		path = strings.Replace(path, "{"+name+"}", url.PathEscape(value), 1)
	}
	if query := page.read(u.Query()); len(query) > 0 {
		path += "?" + query.Encode()
	}
	return page.permission, path, nil
}

// findLivePage returns the live page of a path, and its route with the path's parameters.
func (s *Server) findLivePage(path string) (livePage, *chi.Context, error) {
	route := chi.NewRouteContext()
	if s.router.Match(route, http.MethodGet, path) {
		if page, found := s.livePages[route.RoutePattern()]; found {
			return page, route, nil
		}
	}
	return livePage{}, nil, cesi.Errorf(cesi.NotFound, "This is not a page that CeSI keeps up to date.")
}

// drawLive renders the live page of an address, in the form of canonicalPage, for all users
// with a role and a language. It also returns the processes that the page watches.
func (s *Server) drawLive(ctx context.Context, at string, role cesi.Role, language string) ([]byte, []fleet.Ref, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("render %s: %w", at, err)
	}
	path := r.URL.RawPath // as chi does
	if path == "" {
		path = r.URL.Path
	}
	page, route, err := s.findLivePage(path)
	if err != nil {
		return nil, nil, err
	}
	if !role.Can(page.permission) {
		return nil, nil, cesi.Errorf(cesi.Forbidden, "Your role, %s, does not allow this.", role)
	}
	r = r.WithContext(context.WithValue(ctx, chi.RouteCtxKey, route))
	return s.pages.DrawLive(session.ForGroup(r, role, language), page.live)
}

// ownQuery returns the query parameters that the request's page reads: all of them if
// the page is not live.
func (s *Server) ownQuery(r *http.Request) url.Values {
	query := r.URL.Query()
	if route := chi.RouteContext(r.Context()); route != nil {
		if page, found := s.livePages[route.RoutePattern()]; found {
			return page.read(query)
		}
	}
	return query
}

// read returns the parameters of a query that the page reads.
func (p livePage) read(query url.Values) url.Values {
	known := make(url.Values)
	for _, name := range p.parameters {
		name, many := strings.CutSuffix(name, "*")
		values := slices.DeleteFunc(slices.Clone(query[name]), func(v string) bool { return v == "" })
		if many {
			slices.Sort(values)
			values = slices.Compact(values)
		} else {
			values = values[:min(len(values), 1)]
		}
		if len(values) > 0 {
			known[name] = values
		}
	}
	return known
}

// version identifies the state of the fleet and of the activity log, and the run of
// this program.
func (s *Server) version() string {
	return fmt.Sprintf("%x-%d-%d", s.started.UnixNano(), s.opts.Fleet.Snapshot().Version, s.opts.Journal.Version())
}
