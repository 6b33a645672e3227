package server

import (
	"errors"
	"net/http"
	"runtime/debug"
	"strconv"

	"cesi/internal/cesi"
	"cesi/internal/words"

	"github.com/go-chi/chi/v5"
)

// dashboardEntries is how much of the activity log the dashboard shows.
const dashboardEntries = 8

// base gathers what a page says besides its own matter.
func (s *Server) base(r *http.Request) basePage {
	settings := s.settings.Load()
	v := visitorOf(r)
	b := basePage{
		Site: settings.Name, Theme: settings.Theme, User: v.user, Speaker: s.speaker(r),
		Here: s.here(r), Now: s.opts.Now(), Version: s.version(),
	}
	if v.user == nil {
		return b
	}
	b.Scheme = v.user.Scheme
	if id, err := strconv.ParseInt(r.URL.Query().Get("report"), 10, 64); err == nil {
		if op, found := s.opts.Fleet.Operation(cesi.ActivityID(id)); found {
			report := op.Report()
			b.Report = &report
			b.Late, _ = strconv.Atoi(r.URL.Query().Get("later")) // 0 where it is no number
		}
	}
	if v.user.Role.Can(cesi.ManageUsers) {
		b.Banners = s.banners(settings)
	}
	return b
}

// speaker speaks the language of who asks: the user's own choice, else the
// configuration's, else the browser's.
func (s *Server) speaker(r *http.Request) *words.Speaker {
	var own string
	if user := visitorOf(r).user; user != nil {
		own = user.Language
	}
	return s.pages.book.Choose(own, s.settings.Load().Language, r.Header.Get("Accept-Language"))
}

// here is the page's path and query, without what tells of the last command. Of a
// page that can be kept up to date it has only the parameters that the page reads.
func (s *Server) here(r *http.Request) string {
	u := *r.URL
	query := u.Query()
	query.Del("report")
	query.Del("later")
	if route := chi.RouteContext(r.Context()); route != nil {
		if page, found := s.livePages[route.RoutePattern()]; found {
			query = page.read(query)
		}
	}
	u.RawQuery = query.Encode()
	return u.RequestURI()
}

func (s *Server) banners(settings *Settings) []banner {
	var list []banner
	if settings.Problem != nil {
		list = append(list, newConfigBanner(settings.Problem))
	}
	if len(settings.NeedsRestart) > 0 {
		list = append(list, banner{Sentence: words.Of("The configuration has changed in keys that CeSI takes up only when it is restarted."),
			Details: settings.NeedsRestart})
	}
	if gone := s.opts.Journal.Gone(); gone != nil {
		list = append(list, banner{Sentence: sentence(gone)})
	} else if _, waiting, err := s.opts.Journal.Degraded(); waiting > 0 || err != nil {
		list = append(list, newAuditBanner())
	}
	return list
}

// failPage shows an error as a page.
func (s *Server) failPage(w http.ResponseWriter, r *http.Request, err error) {
	page := newErrorPage(s.base(r), statusOf(err), sentence(err), s.nodeToOffer(r))
	if errors.Is(err, errCrossSite) { // no other role would help
		page.Advice = words.Of("If it was you who wanted this, do it from CeSI's own pages.")
	}
	if cesi.IsNoLog(err) || cesi.IsUnreadableLog(err) { // nothing was renamed or removed
		page.Advice = words.Of("There is nothing to search or to download.")
	}
	if heading, advice := tooManyWords(cesi.KindOf(err)); heading.Text != "" {
		page.retitle(heading, advice)
	}
	s.showError(w, page)
}

func (s *Server) showError(w http.ResponseWriter, page errorPage) {
	if err := s.pages.render(w, page.Status, "error", page); err != nil {
		s.opts.Log.Error("the error page failed", "error", err)
		http.Error(w, page.Sentence.String(), page.Status)
	}
}

// nodeToOffer is the node that a failed request was about, if it is one.
func (s *Server) nodeToOffer(r *http.Request) string {
	if visitorOf(r).user == nil {
		return ""
	}
	n, err := s.findNode(r)
	if err != nil {
		return ""
	}
	return n.Name
}

func (s *Server) dashboardPage(w http.ResponseWriter, r *http.Request) error {
	activity, err := s.latestActivity(r)
	if err != nil {
		return err
	}
	page := newDashboardPage(s.base(r), s.opts.Fleet.Snapshot(), dashboardOptions{
		Activity: activity, ConfigFile: s.configFile(r),
		AllTroubles: r.URL.Query().Get("attention") == "all",
	})
	return s.pages.render(w, http.StatusOK, "dashboard", page)
}

// configFile is the configuration's path, for those who may edit it.
func (s *Server) configFile(r *http.Request) string {
	if visitorOf(r).user.Role.Can(cesi.ManageUsers) {
		return s.opts.ConfigFile
	}
	return "cesi.conf"
}

func (s *Server) nodesPage(w http.ResponseWriter, r *http.Request) error {
	page := newNodesPage(s.base(r), s.opts.Fleet.Snapshot(), nodesFilterOf(r.URL.Query()), s.configFile(r))
	return s.pages.render(w, http.StatusOK, "nodes", page)
}

func (s *Server) nodePage(w http.ResponseWriter, r *http.Request) error {
	n, err := s.findNode(r)
	if err != nil {
		return err
	}
	number, err := parsePage(r.URL.Query().Get("page"))
	if err != nil {
		return err
	}
	return s.pages.render(w, http.StatusOK, "node", newNodePage(s.base(r), n, number))
}

func (s *Server) aboutPage(w http.ResponseWriter, r *http.Request) error {
	facts := aboutFacts{
		Build: s.opts.Build, Started: s.started, Modules: modules(),
		ConfigFile: s.opts.ConfigFile, Database: s.opts.Database,
	}
	return s.pages.render(w, http.StatusOK, "about", newAboutPage(s.base(r), facts, s.opts.Fleet.Snapshot()))
}

// modules are the Go modules in this program, path to version.
func modules() map[string]string {
	versions := make(map[string]string)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			versions[m.Path] = m.Version
		}
	}
	return versions
}
