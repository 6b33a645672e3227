// Package view has what several pages share: the base of a page, badges, bars, rows and
// pagers, the functions of the templates, and the renderer.
package view

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/i18n"
)

// Base is what every page has. The constructors of the pages set Title,
// Section and Live; the rest comes from the request.
type Base struct {
	Site    string // the dashboard's title
	Title   string // of the page
	Section string // the entry of the navigation that is marked, if any
	Theme   string // a Bootswatch theme; empty: our own scheme
	Scheme  string // light, dark or empty: as the system has it; without a theme only
	Speaker *i18n.Localizer
	User    *cesi.User // nil: nobody is logged in
	// Here is the page's own path and query without prefix.
	Here         string
	Banners      []Banner      // drawn for administrators only
	Notice       string        // a sentence on what was just done
	Report       *fleet.Report // how the last command went
	ReportMissed int           // how many targets came too late for it
	Now          time.Time
	Version      string // of what is known of the fleet, for Stream
	Live         bool   // the page is kept up to date
}

// At returns the base of one page.
func (b Base) At(section, title string) Base {
	b.Section, b.Title = section, title
	return b
}

// Kept returns the base of a page that is kept up to date.
func (b Base) Kept() Base {
	b.Live = true
	return b
}

// Stream is the local path of what keeps the page up to date.
func (b Base) Stream() string {
	return "/live?" + url.Values{"at": {b.Here}, "version": {b.Version}}.Encode()
}

// maxBack is the longest address that a command leads back to, in bytes. A page
// repeats it in each row.
const maxBack = 1000

// WayBack is the local path that a command leads back to: the page itself, without
// its query where that is too long.
func (b Base) WayBack() string {
	if len(b.Here) <= maxBack {
		return b.Here
	}
	path, _, _ := strings.Cut(b.Here, "?")
	if len(path) > maxBack {
		return "/"
	}
	return path
}

// Say says a text in the language of the page; see package i18n.
func (b Base) Say(text string, args ...any) string { return b.Speaker.Sprintf(text, args...) }

func (b Base) base() Base { return b }

// Can reports whether the visitor is logged in and has a permission.
func (b Base) Can(p cesi.Permission) bool { return b.User != nil && b.User.Role.Can(p) }

// CanView reports whether the fleet may be seen, and so the navigation.
func (b Base) CanView() bool { return b.Can(cesi.ViewFleet) && !b.User.MustChange }

// CanReadLogs reports whether logs may be read.
func (b Base) CanReadLogs() bool { return b.Can(cesi.ReadLogs) }

// CanControl reports whether processes may be started and stopped.
func (b Base) CanControl() bool { return b.Can(cesi.ControlProcesses) }

// CanDaemon reports whether supervisords themselves may be steered.
func (b Base) CanDaemon() bool { return b.Can(cesi.ControlDaemon) }

// CanManageUsers reports whether the user administers this CeSI.
func (b Base) CanManageUsers() bool { return b.Can(cesi.ManageUsers) }

// Flash tells how the last command went; nil if there was none.
func (b Base) Flash() *Flash {
	if b.Report == nil {
		return nil
	}
	return NewFlash(*b.Report, b.ReportMissed)
}

// Stylesheet names the static file that holds Bootstrap.
func (b Base) Stylesheet() string {
	if b.Theme == "" {
		return "vendor/bootstrap.min.css"
	}
	return "vendor/themes/" + b.Theme + ".css"
}

// Dark reports whether the page is dark for certain: the theme is, or the user
// wants it so.
func (b Base) Dark() bool {
	return b.Theme == "" && b.Scheme == "dark" || slices.Contains(darkThemes(), b.Theme)
}

// FollowsSystem reports whether the browser's system chooses light or dark.
func (b Base) FollowsSystem() bool { return b.Theme == "" && b.Scheme == "" }

// darkThemes lists the Bootswatch themes with light text on a dark ground.
func darkThemes() []string {
	return []string{"cyborg", "darkly", "quartz", "slate", "solar", "superhero", "vapor"}
}

// Banner is a standing remark above every page, for administrators.
type Banner struct {
	Sentence cesi.Text
	Details  []string
}
