package pages

import (
	"errors"
	"net/http"
	"strconv"

	"cesi/internal/cesi"
	"cesi/internal/config"
	"cesi/internal/i18n"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
)

// Base returns everything on a page besides its own content.
func (h *Handler) Base(r *http.Request) view.Base {
	settings := h.settings.Load()
	v := session.Of(r)
	b := view.Base{
		Site: settings.Name, Theme: settings.Theme, User: v.User, Localizer: h.Localizer(r),
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
			b.ReportMissed, _ = strconv.Atoi(r.URL.Query().Get("later")) // 0 if it is not a number
		}
	}
	if v.User.Role.Can(cesi.ManageUsers) {
		b.Banners = h.banners(settings)
	}
	return b
}

// Localizer returns the language of a request: the user's choice, else the
// configuration's, else the browser's.
func (h *Handler) Localizer(r *http.Request) *i18n.Localizer {
	var own string
	if user := session.Of(r).User; user != nil {
		own = user.Language
	}
	return h.Renderer.Bundle.Choose(own, h.settings.Load().Language, r.Header.Get("Accept-Language"))
}

// here returns the page's path and query, without the parameters about the last
// command.
func (h *Handler) here(r *http.Request) string {
	u := *r.URL
	query := h.OwnQuery(r)
	query.Del("report")
	query.Del("later")
	u.RawQuery = query.Encode()
	return u.RequestURI()
}

func (h *Handler) banners(settings *Settings) []view.Banner {
	var list []view.Banner
	if settings.Problem != nil {
		list = append(list, newConfigBanner(settings.Problem))
	}
	if len(settings.NeedsRestart) > 0 {
		list = append(list, view.Banner{Sentence: cesi.T("The configuration has changed in keys that need a restart of CeSI."),
			Details: settings.NeedsRestart})
	}
	if gone := h.Journal.Gone(); gone != nil {
		list = append(list, view.Banner{Sentence: cesi.TextOf(gone)})
	} else if _, waiting, err := h.Journal.Degraded(); waiting > 0 || err != nil {
		list = append(list, newAuditBanner())
	}
	return list
}

// newConfigBanner says that the configuration on disk is broken and the old one still
// used. The error is config's, with files and lines.
func newConfigBanner(err error) view.Banner {
	b := view.Banner{Sentence: cesi.T("The configuration has an error. The previous one stays in use until it is fixed.")}
	var broken *config.Error
	if !errors.As(err, &broken) {
		b.Details = []string{err.Error()}
		return b
	}
	for _, p := range broken.Problems {
		b.Details = append(b.Details, p.String())
	}
	return b
}

// newAuditBanner says that the activity log can't be stored.
func newAuditBanner() view.Banner {
	return view.Banner{Sentence: cesi.T("The activity log can't be written to the database. Commands still work; their entries are in CeSI's log and are stored as soon as possible. Is the disk full?")}
}
