package server

import (
	"net/http"
	"slices"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/words"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

// routes is the whole map of the server. Every route says who may use it: open
// (anybody), self (whoever is logged in) or allow (whose role has the
// permission). A livePage is one that /live keeps up to date.
func (s *Server) routes() chi.Router {
	r := chi.NewRouter()
	r.Use(stripSlash, middleware.GetHead, compress, s.boundQuery)
	r.NotFound(s.open(s.notFound))
	r.MethodNotAllowed(s.methodNotAllowed)

	r.Get("/healthz", s.healthz)
	r.Get("/readyz", s.readyz)
	r.Method(http.MethodGet, "/static/*", s.static)

	r.Get("/login", s.open(s.loginPage))
	r.Post("/login", s.open(s.loginForm))
	r.Post("/logout", s.self(s.logoutForm))
	r.Get("/profile", s.self(s.profilePage))
	r.Post("/profile/preferences", s.self(s.preferencesForm))
	r.Post("/profile/password", s.self(s.passwordForm))
	r.Post("/profile/sessions/end", s.allow(cesi.ViewFleet, s.endOtherSessionsForm))
	r.Post("/profile/sessions/{id}/end", s.allow(cesi.ViewFleet, s.endSessionForm))
	r.Get("/profile/tokens", s.allow(cesi.ViewFleet, s.profilePage)) // where addTokenForm's page reloads
	r.Post("/profile/tokens", s.allow(cesi.ViewFleet, s.addTokenForm))
	r.Get("/profile/tokens/{id}/revoke", s.allow(cesi.ViewFleet, s.askToRevoke))
	r.Post("/profile/tokens/{id}/revoke", s.allow(cesi.ViewFleet, s.revokeTokenForm))

	r.Get("/users", s.allow(cesi.ManageUsers, s.usersPage))
	r.Post("/users", s.allow(cesi.ManageUsers, s.addUserForm))
	r.Get("/users/{user}", s.allow(cesi.ManageUsers, s.userPage))
	r.Post("/users/{user}/role", s.allow(cesi.ManageUsers, s.roleForm))
	r.Get("/users/{user}/password", s.allow(cesi.ManageUsers, s.userPage)) // where resetPasswordForm's page reloads
	r.Post("/users/{user}/password", s.allow(cesi.ManageUsers, s.resetPasswordForm))
	r.Get("/users/{user}/sessions", s.allow(cesi.ManageUsers, s.askAbout(askToEndSessions)))
	r.Post("/users/{user}/sessions", s.allow(cesi.ManageUsers, s.endSessionsForm))
	r.Get("/users/{user}/tokens", s.allow(cesi.ManageUsers, s.askAbout(askToRevokeTokens)))
	r.Post("/users/{user}/tokens", s.allow(cesi.ManageUsers, s.revokeTokensForm))
	r.Get("/users/{user}/delete", s.allow(cesi.ManageUsers, s.askAbout(askToDelete)))
	r.Post("/users/{user}/delete", s.allow(cesi.ManageUsers, s.deleteUserForm))

	r.Method(http.MethodGet, "/", s.livePage(cesi.ViewFleet, s.dashboardPage, "attention"))
	r.Method(http.MethodGet, "/nodes", s.livePage(cesi.ViewFleet, s.nodesPage, "q", "environment", "state"))
	r.Method(http.MethodGet, "/nodes/{node}", s.livePage(cesi.ViewFleet, s.nodePage, "page"))
	r.Method(http.MethodGet, "/nodes/{node}/processes/{process}", s.livePage(cesi.ViewFleet, s.processPage))
	r.Get("/nodes/{node}/confirm", s.allow(cesi.ControlProcesses, s.confirmPage))
	r.Method(http.MethodGet, "/processes", s.livePage(cesi.ViewFleet, s.processesPage, "q", "node", "environment", "group", "state*", "attention", "sort", "page"))
	r.Method(http.MethodGet, "/groups", s.livePage(cesi.ViewFleet, s.groupsPage, "q", "environment", "attention", "page"))
	r.Method(http.MethodGet, "/groups/{group}", s.livePage(cesi.ViewFleet, s.groupPage, "environment", "nodes", "page"))
	r.Method(http.MethodGet, "/environments", s.livePage(cesi.ViewFleet, s.environmentsPage))
	r.Method(http.MethodGet, "/environments/{environment}", s.livePage(cesi.ViewFleet, s.environmentPage, "page"))
	r.Get("/command", s.allow(cesi.ControlProcesses, s.confirmPage))
	r.Method(http.MethodGet, "/activity", s.livePage(cesi.ViewFleet, s.activityPage, activityFields()...))
	r.Get("/activity/purge", s.allow(cesi.ManageUsers, s.purgePage))
	r.Post("/activity/purge", s.allow(cesi.ManageUsers, s.purgeForm))
	r.Method(http.MethodGet, "/activity/{id}", s.livePage(cesi.ViewFleet, s.activityEntryPage))
	r.Get("/live", s.allow(cesi.ViewFleet, s.liveStream))
	r.Get("/palette", s.allow(cesi.ViewFleet, s.palette))
	r.Get("/about", s.allow(cesi.ViewFleet, s.aboutPage))
	r.Get("/about/style", s.allow(cesi.ManageUsers, s.stylePage))

	for _, log := range []string{"/nodes/{node}/processes/{process}/log/{stream:stdout|stderr}", "/nodes/{node}/log"} {
		r.Get(log, s.allow(cesi.ReadLogs, s.logPage))
		r.Get(log+"/search", s.allow(cesi.ReadLogs, s.logSearchPage))
		r.Get(log+"/tail", s.allow(cesi.ReadLogs, s.logTailStream))
		r.Get(log+"/download", s.allow(cesi.ReadLogs, s.downloadLog))
	}
	r.Get("/nodes/{node}/processes/{process}/log/tail", s.allow(cesi.ReadLogs, s.bothLogsStream))

	r.Post("/command", s.allow(cesi.ControlProcesses, s.commandForm))
	r.Post("/nodes/{node}/poll", s.allow(cesi.ViewFleet, s.pollForm))
	r.Post("/nodes/{node}/{action:start|stop|restart|signal}", s.allow(cesi.ControlProcesses, s.commandForm))
	r.Post("/nodes/{node}/processes/{process}/{action:start|stop|restart|signal|stdin}", s.allow(cesi.ControlProcesses, s.commandForm))
	r.Method(http.MethodGet, "/nodes/{node}/daemon", s.livePage(cesi.ControlDaemon, s.daemonPage, "page"))
	r.Get("/nodes/{node}/daemon/confirm", s.allow(cesi.ControlDaemon, s.daemonConfirm))
	r.Post("/nodes/{node}/reread", s.allow(cesi.ControlDaemon, s.rereadForm))
	r.Post("/nodes/{node}/update", s.allow(cesi.ControlDaemon, s.updateForm))
	r.Post("/nodes/{node}/{action:add|remove|reload|shutdown|clear-log}", s.allow(cesi.ControlDaemon, s.daemonForm))
	r.Post("/nodes/{node}/clear-logs", s.allow(cesi.ControlDaemon, s.commandForm))
	r.Post("/nodes/{node}/processes/{process}/clear-logs", s.allow(cesi.ControlDaemon, s.commandForm))

	r.Get("/api/version", s.open(s.apiVersion))
	r.Route("/api/v2", s.apiRoutes)
	return r
}

// apiRoutes is the map below /api/v2.
func (s *Server) apiRoutes(r chi.Router) {
	r.Get("/openapi.json", s.open(s.apiDocument))
	r.Post("/auth/login", s.open(s.apiLogin))
	r.Post("/auth/logout", s.self(s.personal(s.apiLogout)))
	r.Get("/profile", s.self(s.apiProfile))
	r.Put("/profile/password", s.self(s.personal(s.apiChangePassword)))
	r.Get("/profile/sessions", s.allow(cesi.ViewFleet, s.apiSessions))
	r.Delete("/profile/sessions", s.allow(cesi.ViewFleet, s.personal(s.apiEndOtherSessions)))
	r.Delete("/profile/sessions/{id}", s.allow(cesi.ViewFleet, s.personal(s.apiEndSession)))
	r.Get("/profile/tokens", s.allow(cesi.ViewFleet, s.apiTokens))
	r.Post("/profile/tokens", s.allow(cesi.ViewFleet, s.personal(s.apiAddToken)))
	r.Delete("/profile/tokens/{id}", s.allow(cesi.ViewFleet, s.personal(s.apiRevokeToken)))

	r.Get("/users", s.allow(cesi.ManageUsers, s.apiUsers))
	r.Post("/users", s.allow(cesi.ManageUsers, s.personal(s.apiAddUser)))
	r.Delete("/users/{user}", s.allow(cesi.ManageUsers, s.personal(s.apiDeleteUser)))
	r.Put("/users/{user}/role", s.allow(cesi.ManageUsers, s.personal(s.apiSetRole)))
	r.Put("/users/{user}/password", s.allow(cesi.ManageUsers, s.personal(s.apiSetPassword)))
	r.Delete("/users/{user}/sessions", s.allow(cesi.ManageUsers, s.personal(s.apiEndSessionsOf)))
	r.Delete("/users/{user}/tokens", s.allow(cesi.ManageUsers, s.personal(s.apiRevokeTokensOf)))

	r.Get("/processes", s.allow(cesi.ViewFleet, s.apiFleetProcesses))
	r.Get("/environments", s.allow(cesi.ViewFleet, s.apiEnvironments))
	r.Get("/groups", s.allow(cesi.ViewFleet, s.apiGroups))
	r.Get("/groups/{group}", s.allow(cesi.ViewFleet, s.apiGroup))
	r.Get("/groups/{group}/node/{node}", s.allow(cesi.ViewFleet, s.apiGroupNode))
	r.Post("/commands", s.allow(cesi.ControlProcesses, s.apiCommands))

	r.Get("/nodes", s.allow(cesi.ViewFleet, s.apiNodes))
	r.Get("/nodes/{node}", s.allow(cesi.ViewFleet, s.apiNode))
	r.Get("/nodes/{node}/processes", s.allow(cesi.ViewFleet, s.apiProcesses))
	r.Get("/nodes/{node}/processes/{process}", s.allow(cesi.ViewFleet, s.apiProcess))
	r.Get("/nodes/{node}/processes/{process}/config", s.allow(cesi.ReadLogs, s.apiConfig))
	r.Get("/nodes/{node}/processes/{process}/log", s.allow(cesi.ReadLogs, s.apiLog))
	for _, log := range []string{"/nodes/{node}/processes/{process}/logs/{stream:stdout|stderr}", "/nodes/{node}/log"} {
		r.Get(log, s.allow(cesi.ReadLogs, s.apiLogRead))
		r.Get(log+"/search", s.allow(cesi.ReadLogs, s.apiLogSearch))
		r.Get(log+"/tail", s.allow(cesi.ReadLogs, s.apiLogTail))
		r.Get(log+"/download", s.allow(cesi.ReadLogs, s.downloadLog))
	}
	r.Post("/nodes/{node}/processes/{process}/{action:start|stop|restart}", s.allow(cesi.ControlProcesses, s.apiCommand))
	r.Post("/nodes/{node}/processes/{process}/signal", s.allow(cesi.ControlProcesses, s.apiCommand))
	r.Post("/nodes/{node}/processes/{process}/stdin", s.allow(cesi.ControlProcesses, s.apiCommand))
	r.Post("/nodes/{node}/processes/{process}/clear-logs", s.allow(cesi.ControlDaemon, s.apiCommand))
	r.Post("/nodes/{node}/all-processes/{action:start|stop|restart}", s.allow(cesi.ControlProcesses, s.apiCommandAll))
	r.Post("/nodes/{node}/all-processes/signal", s.allow(cesi.ControlProcesses, s.apiCommandAll))
	r.Post("/nodes/{node}/clear-logs", s.allow(cesi.ControlDaemon, s.apiCommandAll))
	r.Post("/nodes/{node}/reread", s.allow(cesi.ControlDaemon, s.apiReread))
	r.Post("/nodes/{node}/update", s.allow(cesi.ControlDaemon, s.apiDaemon))
	r.Post("/nodes/{node}/reload", s.allow(cesi.ControlDaemon, s.apiDaemon))
	r.Post("/nodes/{node}/shutdown", s.allow(cesi.ControlDaemon, s.apiDaemon))
	r.Post("/nodes/{node}/clear-log", s.allow(cesi.ControlDaemon, s.apiDaemon))
	r.Post("/nodes/{node}/groups/{group}/add", s.allow(cesi.ControlDaemon, s.apiDaemon))
	r.Post("/nodes/{node}/groups/{group}/remove", s.allow(cesi.ControlDaemon, s.apiDaemon))

	r.Get("/activitylogs", s.allow(cesi.ViewFleet, s.apiActivity))
	r.Get("/activitylogs/{limit:[0-9]+}", s.allow(cesi.ViewFleet, s.apiActivity))
	r.Get("/activitylogs/export", s.allow(cesi.ManageUsers, s.apiExport))
	r.Delete("/activitylogs", s.allow(cesi.ManageUsers, s.apiPurge))
}

func (s *Server) notFound(http.ResponseWriter, *http.Request) error {
	return cesi.Errorf(cesi.NotFound, "There is nothing at this address.")
}

// methodNotAllowed answers 405. CeSI's predecessor took GET for commands, so
// that any link could stop a server; here a GET never changes anything.
func (s *Server) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", strings.Join(methodsOf(r), ", "))
	refusal := words.Of("This address does not take %s requests.", r.Method)
	if isAPI(r) {
		s.writeJSON(w, http.StatusMethodNotAllowed, apiError{Status: "error", Message: refusal.String()})
		return
	}
	s.showError(w, newErrorPage(s.base(r), http.StatusMethodNotAllowed, refusal, s.nodeToOffer(r)))
}

// methodsOf lists the methods that the request's address takes.
func methodsOf(r *http.Request) []string {
	path := strings.TrimSuffix(r.URL.EscapedPath(), "/")
	var methods []string
	for _, method := range []string{http.MethodDelete, http.MethodGet, http.MethodPost, http.MethodPut} {
		if chi.RouteContext(r.Context()).Routes.Match(chi.NewRouteContext(), method, path) {
			methods = append(methods, method)
		}
		if method == http.MethodGet && slices.Contains(methods, method) {
			methods = append(methods, http.MethodHead)
		}
	}
	return methods
}
