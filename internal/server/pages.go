package server

import (
	"errors"
	"net/http"
	"runtime/debug"
	"strconv"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
	"cesi/internal/words"
)

// dashboardEntries is how much of the activity log the dashboard shows.
const dashboardEntries = 8

// base gathers what a page says besides its own matter.
func (h *pagesHandler) base(r *http.Request) view.Base {
	settings := h.settings.Load()
	v := session.Of(r)
	b := view.Base{
		Site: settings.Name, Theme: settings.Theme, User: v.User, Speaker: h.speaker(r),
		Here: h.here(r), Now: h.Now(), Version: h.Version(),
	}
	if v.User == nil {
		return b
	}
	b.Scheme = v.User.Scheme
	if id, err := strconv.ParseInt(r.URL.Query().Get("report"), 10, 64); err == nil {
		if op, found := h.Fleet.Operation(cesi.ActivityID(id)); found {
			report := op.Report()
			b.Report = &report
			b.Late, _ = strconv.Atoi(r.URL.Query().Get("later")) // 0 where it is no number
		}
	}
	if v.User.Role.Can(cesi.ManageUsers) {
		b.Banners = h.banners(settings)
	}
	return b
}

// speaker speaks the language of who asks: the user's own choice, else the
// configuration's, else the browser's.
func (h *pagesHandler) speaker(r *http.Request) *words.Speaker {
	var own string
	if user := session.Of(r).User; user != nil {
		own = user.Language
	}
	return h.Renderer.Book.Choose(own, h.settings.Load().Language, r.Header.Get("Accept-Language"))
}

// here is the page's path and query, without what tells of the last command.
func (h *pagesHandler) here(r *http.Request) string {
	u := *r.URL
	query := h.OwnQuery(r)
	query.Del("report")
	query.Del("later")
	u.RawQuery = query.Encode()
	return u.RequestURI()
}

func (h *pagesHandler) banners(settings *PageSettings) []view.Banner {
	var list []view.Banner
	if settings.Problem != nil {
		list = append(list, view.NewConfigBanner(settings.Problem))
	}
	if len(settings.NeedsRestart) > 0 {
		list = append(list, view.Banner{Sentence: words.Of("The configuration has changed in keys that CeSI takes up only when it is restarted."),
			Details: settings.NeedsRestart})
	}
	if gone := h.Journal.Gone(); gone != nil {
		list = append(list, view.Banner{Sentence: view.Sentence(gone)})
	} else if _, waiting, err := h.Journal.Degraded(); waiting > 0 || err != nil {
		list = append(list, view.NewAuditBanner())
	}
	return list
}

// failPage shows an error as a page.
func (h *pagesHandler) failPage(w http.ResponseWriter, r *http.Request, err error) {
	page := newErrorPage(h.base(r), request.Status(err), view.Sentence(err), h.nodeToOffer(r))
	if errors.Is(err, request.ErrCrossSite) { // no other role would help
		page.Advice = words.Of("If it was you who wanted this, do it from CeSI's own pages.")
	}
	if cesi.IsNoLog(err) || cesi.IsUnreadableLog(err) { // nothing was renamed or removed
		page.Advice = words.Of("There is nothing to search or to download.")
	}
	if heading, advice := tooManyWords(cesi.KindOf(err)); heading.Text != "" {
		page.retitle(heading, advice)
	}
	h.showError(w, page)
}

func (h *pagesHandler) showError(w http.ResponseWriter, page errorPage) {
	if err := h.Renderer.Render(w, page.Status, "error", page); err != nil {
		h.Log.Error("the error page failed", "error", err)
		http.Error(w, page.Sentence.String(), page.Status)
	}
}

// nodeToOffer is the node that a failed request was about, if it is one.
func (h *pagesHandler) nodeToOffer(r *http.Request) string {
	if session.Of(r).User == nil {
		return ""
	}
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return ""
	}
	return n.Name
}

func (h *pagesHandler) dashboardPage(w http.ResponseWriter, r *http.Request) error {
	activity, err := h.latestActivity(r)
	if err != nil {
		return err
	}
	page := newDashboardPage(h.base(r), h.Fleet.Snapshot(), dashboardOptions{
		Activity: activity, ConfigFile: h.configFile(r),
		AllTroubles: r.URL.Query().Get("attention") == "all",
	})
	return h.Renderer.Render(w, http.StatusOK, "dashboard", page)
}

// configFile is the configuration's path, for those who may edit it.
func (h *pagesHandler) configFile(r *http.Request) string {
	if session.Of(r).User.Role.Can(cesi.ManageUsers) {
		return h.ConfigFile
	}
	return "cesi.conf"
}

func (h *pagesHandler) nodesPage(w http.ResponseWriter, r *http.Request) error {
	page := newNodesPage(h.base(r), h.Fleet.Snapshot(), request.ParseNodesFilter(r.URL.Query()), h.configFile(r))
	return h.Renderer.Render(w, http.StatusOK, "nodes", page)
}

func (h *pagesHandler) nodePage(w http.ResponseWriter, r *http.Request) error {
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return err
	}
	number, err := request.ParsePage(r.URL.Query().Get("page"))
	if err != nil {
		return err
	}
	return h.Renderer.Render(w, http.StatusOK, "node", newNodePage(h.base(r), n, number))
}

func (h *pagesHandler) aboutPage(w http.ResponseWriter, r *http.Request) error {
	facts := aboutFacts{
		Build: h.Build, Started: h.Started, Modules: modules(),
		ConfigFile: h.ConfigFile, Database: h.Database,
	}
	return h.Renderer.Render(w, http.StatusOK, "about", newAboutPage(h.base(r), facts, h.Fleet.Snapshot()))
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
