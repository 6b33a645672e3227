// Package view has everything that several pages share: the base of a page, badges,
// bars, rows and pagers, the functions of the templates, and the renderer.
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

// Base is the part that every page has. The constructors of the pages set Title,
// Section and Live; the rest comes from the request.
type Base struct {
	Site      string // the dashboard's title
	Title     string // of the page
	Section   string // the marked entry of the navigation, if any
	Theme     string // a Bootswatch theme; empty: CeSI's own colours
	Scheme    string // light, dark, or empty for the system's; only without a theme
	Localizer *i18n.Localizer
	User      *cesi.User // nil: not logged in
	// Here is the page's own path and query without prefix.
	Here         string
	Banners      []Banner      // shown to administrators only
	Notice       string        // a sentence on the last action
	Report       *fleet.Report // the result of the last command
	ReportMissed int           // number of targets that matched too late for it
	Now          time.Time
	Version      string // of the fleet's state, for Stream
	Live         bool   // the page is live
}

// At returns the base of one page.
func (b Base) At(section, title string) Base {
	b.Section, b.Title = section, title
	return b
}

// AsLive returns the base of a live page.
func (b Base) AsLive() Base {
	b.Live = true
	return b
}

// Stream returns the local path of the stream that keeps the page up to date.
func (b Base) Stream() string {
	return "/live?" + url.Values{"at": {b.Here}, "version": {b.Version}}.Encode()
}

// maxBack bounds the address to which a command leads back, in bytes. A page repeats it
// in each row.
const maxBack = 1000

// BackPath returns the local path to which a command leads back: the page itself,
// without its query if that is too long.
func (b Base) BackPath() string {
	if len(b.Here) <= maxBack {
		return b.Here
	}
	path, _, _ := strings.Cut(b.Here, "?")
	if len(path) > maxBack {
		return "/"
	}
	return path
}

// Say returns a text in the language of the page; see package i18n.
func (b Base) Say(text string, args ...any) string { return b.Localizer.Sprintf(text, args...) }

func (b Base) base() Base { return b }

// ForUser returns the base of a page, which was made for a group of users, for one of them.
func (b Base) ForUser(user *cesi.User) Base {
	b.User, b.Scheme = user, user.Scheme
	return b
}

// Can reports whether the user is logged in and has a permission.
func (b Base) Can(p cesi.Permission) bool { return b.User != nil && b.User.Role.Can(p) }

// CanView reports whether the user may see the fleet, and so the navigation.
func (b Base) CanView() bool { return b.Can(cesi.ViewFleet) && !b.User.MustChange }

// CanReadLogs reports whether the user may read logs.
func (b Base) CanReadLogs() bool { return b.Can(cesi.ReadLogs) }

// CanControl reports whether the user may start and stop processes.
func (b Base) CanControl() bool { return b.Can(cesi.ControlProcesses) }

// CanDaemon reports whether the user may send commands to supervisords.
func (b Base) CanDaemon() bool { return b.Can(cesi.ControlDaemon) }

// CanManageUsers reports whether the user administers this CeSI.
func (b Base) CanManageUsers() bool { return b.Can(cesi.ManageUsers) }

// Flash returns the result of the last command; nil if there was none.
func (b Base) Flash() *Flash {
	if b.Report == nil {
		return nil
	}
	return NewFlash(*b.Report, b.ReportMissed)
}

// Stylesheet returns the static file with Bootstrap.
func (b Base) Stylesheet() string {
	if b.Theme == "" {
		return "vendor/bootstrap.min.css"
	}
	return "vendor/themes/" + b.Theme + ".css"
}

// Dark reports whether the page is always dark, by its theme or the user's choice.
func (b Base) Dark() bool {
	return b.Theme == "" && b.Scheme == "dark" || slices.Contains(darkThemes(), b.Theme)
}

// FollowsSystem reports whether the system of the browser chooses light or dark.
func (b Base) FollowsSystem() bool { return b.Theme == "" && b.Scheme == "" }

// darkThemes lists the Bootswatch themes with light text on a dark background.
func darkThemes() []string {
	return []string{"cyborg", "darkly", "quartz", "slate", "solar", "superhero", "vapor"}
}

// Banner is a permanent remark at the top of every page, for administrators.
type Banner struct {
	Sentence cesi.Text
	Details  []string
}
