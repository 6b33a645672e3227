package server

import (
	"net/http"
	"slices"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/server/api"
	"cesi/internal/server/pages"
	"cesi/internal/server/request"
	"cesi/internal/server/session"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

// routes is the whole route table. Every route says who may use it: public is for every
// client, requireLogin for every logged-in user, require for roles with the permission.
// /live keeps a livePage up to date.
func (s *Server) routes() chi.Router {
	account, users := pages.Account{Handler: s.pages}, pages.Users{Handler: s.pages}
	r := chi.NewRouter()
	r.Use(stripSlash, middleware.GetHead, compress, s.boundQuery)
	r.NotFound(s.public(s.notFound))
	r.MethodNotAllowed(s.methodNotAllowed)

	r.Get("/healthz", s.healthz)
	r.Get("/readyz", s.readyz)
	r.Method(http.MethodGet, "/static/*", s.static)

	r.Get("/login", s.public(account.ShowLogin))
	r.Post("/login", s.public(account.Login))
	r.Post("/logout", s.requireLogin(account.Logout))
	r.Get("/profile", s.requireLogin(account.ShowProfile))
	r.Post("/profile/preferences", s.requireLogin(account.SetPreferences))
	r.Post("/profile/password", s.requireLogin(account.ChangePassword))
	r.Post("/profile/sessions/end", s.require(cesi.ViewFleet, account.EndOtherSessions))
	r.Post("/profile/sessions/{id}/end", s.require(cesi.ViewFleet, account.EndSession))
	r.Get("/profile/tokens", s.require(cesi.ViewFleet, account.ShowProfile)) // a reload after addTokenForm leads here
	r.Post("/profile/tokens", s.require(cesi.ViewFleet, account.AddToken))
	r.Get("/profile/tokens/{id}/revoke", s.require(cesi.ViewFleet, account.ConfirmRevoke))
	r.Post("/profile/tokens/{id}/revoke", s.require(cesi.ViewFleet, account.RevokeToken))

	r.Get("/users", s.require(cesi.ManageUsers, users.ListUsers))
	r.Post("/users", s.require(cesi.ManageUsers, users.AddUser))
	r.Get("/users/{user}", s.require(cesi.ManageUsers, users.ShowUser))
	r.Post("/users/{user}/role", s.require(cesi.ManageUsers, users.SetRole))
	r.Get("/users/{user}/password", s.require(cesi.ManageUsers, users.ShowUser)) // a reload after resetPasswordForm leads here
	r.Post("/users/{user}/password", s.require(cesi.ManageUsers, users.ResetPassword))
	r.Get("/users/{user}/sessions", s.require(cesi.ManageUsers, users.ConfirmUserAction(pages.AskToEndSessions)))
	r.Post("/users/{user}/sessions", s.require(cesi.ManageUsers, users.EndSessions))
	r.Get("/users/{user}/tokens", s.require(cesi.ManageUsers, users.ConfirmUserAction(pages.AskToRevokeTokens)))
	r.Post("/users/{user}/tokens", s.require(cesi.ManageUsers, users.RevokeTokens))
	r.Get("/users/{user}/delete", s.require(cesi.ManageUsers, users.ConfirmUserAction(pages.AskToDelete)))
	r.Post("/users/{user}/delete", s.require(cesi.ManageUsers, users.DeleteUser))

	r.Method(http.MethodGet, "/", s.livePage(cesi.ViewFleet, s.pages.ShowDashboard, "attention"))
	r.Method(http.MethodGet, "/nodes", s.livePage(cesi.ViewFleet, s.pages.ListNodes, "q", "environment", "state", "page"))
	r.Method(http.MethodGet, "/nodes/{node}", s.livePage(cesi.ViewFleet, s.pages.ShowNode, "page"))
	r.Method(http.MethodGet, "/nodes/{node}/processes/{process}", s.livePage(cesi.ViewFleet, s.pages.ShowProcess))
	r.Get("/nodes/{node}/confirm", s.require(cesi.ControlProcesses, s.pages.ConfirmCommand))
	r.Method(http.MethodGet, "/processes", s.livePage(cesi.ViewFleet, s.pages.ListProcesses, "q", "node", "environment", "group", "state*", "attention", "sort", "page"))
	r.Method(http.MethodGet, "/groups", s.livePage(cesi.ViewFleet, s.pages.ListGroups, "q", "environment", "attention", "page"))
	r.Method(http.MethodGet, "/groups/{group}", s.livePage(cesi.ViewFleet, s.pages.ShowGroup, "environment", "nodes", "page"))
	r.Method(http.MethodGet, "/environments", s.livePage(cesi.ViewFleet, s.pages.ListEnvironments))
	r.Method(http.MethodGet, "/environments/{environment}", s.livePage(cesi.ViewFleet, s.pages.ShowEnvironment, "page"))
	r.Get("/command", s.require(cesi.ControlProcesses, s.pages.ConfirmCommand))
	r.Method(http.MethodGet, "/activity", s.livePage(cesi.ViewFleet, s.pages.ListActivity, request.ActivityFields()...))
	r.Get("/activity/purge", s.require(cesi.ManageUsers, s.pages.ConfirmPurge))
	r.Post("/activity/purge", s.require(cesi.ManageUsers, s.pages.Purge))
	r.Method(http.MethodGet, "/activity/{id}", s.livePage(cesi.ViewFleet, s.pages.ShowActivity))
	r.Get("/live", s.require(cesi.ViewFleet, s.stream.Live))
	r.Get("/palette", s.require(cesi.ViewFleet, s.pages.SearchPalette))
	r.Get("/help", s.require(cesi.ViewFleet, s.pages.ShowManual))
	r.Get("/help/{page}", s.require(cesi.ViewFleet, s.pages.ShowManualPage))
	r.Get("/about", s.require(cesi.ViewFleet, s.pages.ShowAbout))
	r.Get("/about/style", s.require(cesi.ManageUsers, s.pages.ShowStyle))

	for _, log := range []string{"/nodes/{node}/processes/{process}/log/{stream:stdout|stderr}", "/nodes/{node}/log"} {
		r.Get(log, s.require(cesi.ReadLogs, s.pages.ShowLog))
		r.Get(log+"/search", s.require(cesi.ReadLogs, s.pages.SearchLog))
		r.Get(log+"/tail", s.require(cesi.ReadLogs, s.stream.LogTail))
		r.Get(log+"/download", s.require(cesi.ReadLogs, s.stream.Download))
	}
	r.Get("/nodes/{node}/processes/{process}/log/tail", s.require(cesi.ReadLogs, s.stream.CombinedLogs))

	r.Post("/command", s.require(cesi.ControlProcesses, s.pages.SendCommand))
	r.Post("/nodes/{node}/poll", s.require(cesi.ViewFleet, s.pages.Poll))
	r.Post("/nodes/{node}/{action:start|stop|restart|signal}", s.require(cesi.ControlProcesses, s.pages.SendCommand))
	r.Post("/nodes/{node}/processes/{process}/{action:start|stop|restart|signal|stdin}", s.require(cesi.ControlProcesses, s.pages.SendCommand))
	r.Method(http.MethodGet, "/nodes/{node}/daemon", s.livePage(cesi.ControlDaemon, s.pages.ShowSupervisord, "page"))
	r.Get("/nodes/{node}/daemon/confirm", s.require(cesi.ControlDaemon, s.pages.ConfirmCommand))
	r.Post("/nodes/{node}/reread", s.require(cesi.ControlDaemon, s.pages.Reread))
	r.Post("/nodes/{node}/update", s.require(cesi.ControlDaemon, s.pages.SendCommand))
	r.Post("/nodes/{node}/{action:add|remove|reload|shutdown|clear-log}", s.require(cesi.ControlDaemon, s.pages.SendCommand))
	r.Post("/nodes/{node}/clear-logs", s.require(cesi.ControlDaemon, s.pages.SendCommand))
	r.Post("/nodes/{node}/processes/{process}/clear-logs", s.require(cesi.ControlDaemon, s.pages.SendCommand))

	r.Get("/api/version", s.public(s.api.ShowVersion))
	r.Route("/api/v2", s.apiRoutes)
	return r
}

// apiRoutes are the routes under /api/v2.
func (s *Server) apiRoutes(r chi.Router) {
	r.Get("/openapi.json", s.public(s.api.ShowDocument))
	r.Post("/auth/login", s.public(s.api.Login))
	r.Post("/auth/logout", s.requireLogin(s.denyTokens(s.api.Logout)))
	r.Get("/profile", s.requireLogin(s.api.ShowProfile))
	r.Put("/profile/password", s.requireLogin(s.denyTokens(s.api.ChangePassword)))
	r.Get("/profile/sessions", s.require(cesi.ViewFleet, s.api.ListSessions))
	r.Delete("/profile/sessions", s.require(cesi.ViewFleet, s.denyTokens(s.api.EndOtherSessions)))
	r.Delete("/profile/sessions/{id}", s.require(cesi.ViewFleet, s.denyTokens(s.api.EndSession)))
	r.Get("/profile/tokens", s.require(cesi.ViewFleet, s.api.ListTokens))
	r.Post("/profile/tokens", s.require(cesi.ViewFleet, s.denyTokens(s.api.AddToken)))
	r.Delete("/profile/tokens/{id}", s.require(cesi.ViewFleet, s.denyTokens(s.api.RevokeToken)))

	r.Get("/users", s.require(cesi.ManageUsers, s.api.ListUsers))
	r.Post("/users", s.require(cesi.ManageUsers, s.denyTokens(s.api.AddUser)))
	r.Delete("/users/{user}", s.require(cesi.ManageUsers, s.denyTokens(s.api.DeleteUser)))
	r.Put("/users/{user}/role", s.require(cesi.ManageUsers, s.denyTokens(s.api.SetRole)))
	r.Put("/users/{user}/password", s.require(cesi.ManageUsers, s.denyTokens(s.api.SetPassword)))
	r.Delete("/users/{user}/sessions", s.require(cesi.ManageUsers, s.denyTokens(s.api.EndSessionsOf)))
	r.Delete("/users/{user}/tokens", s.require(cesi.ManageUsers, s.denyTokens(s.api.RevokeTokensOf)))

	r.Get("/processes", s.require(cesi.ViewFleet, s.api.ListFleetProcesses))
	r.Get("/environments", s.require(cesi.ViewFleet, s.api.ListEnvironments))
	r.Get("/groups", s.require(cesi.ViewFleet, s.api.ListGroups))
	r.Get("/groups/{group}", s.require(cesi.ViewFleet, s.api.ShowGroup))
	r.Get("/groups/{group}/node/{node}", s.require(cesi.ViewFleet, s.api.ShowGroupOnNode))
	r.Post("/commands", s.require(cesi.ControlProcesses, s.api.SendCommands))

	r.Get("/nodes", s.require(cesi.ViewFleet, s.api.ListNodes))
	r.Get("/nodes/{node}", s.require(cesi.ViewFleet, s.api.ShowNode))
	r.Get("/nodes/{node}/processes", s.require(cesi.ViewFleet, s.api.ListProcesses))
	r.Get("/nodes/{node}/processes/{process}", s.require(cesi.ViewFleet, s.api.ShowProcess))
	r.Get("/nodes/{node}/processes/{process}/config", s.require(cesi.ReadLogs, s.api.ShowConfig))
	r.Get("/nodes/{node}/processes/{process}/log", s.require(cesi.ReadLogs, s.api.ShowLogEnds))
	for _, log := range []string{"/nodes/{node}/processes/{process}/logs/{stream:stdout|stderr}", "/nodes/{node}/log"} {
		r.Get(log, s.require(cesi.ReadLogs, s.api.ReadLog))
		r.Get(log+"/search", s.require(cesi.ReadLogs, s.api.SearchLog))
		r.Get(log+"/tail", s.require(cesi.ReadLogs, s.stream.APILogTail))
		r.Get(log+"/download", s.require(cesi.ReadLogs, s.stream.Download))
	}
	r.Post("/nodes/{node}/processes/{process}/{action:start|stop|restart}", s.require(cesi.ControlProcesses, s.api.SendCommand))
	r.Post("/nodes/{node}/processes/{process}/signal", s.require(cesi.ControlProcesses, s.api.SendCommand))
	r.Post("/nodes/{node}/processes/{process}/stdin", s.require(cesi.ControlProcesses, s.api.SendCommand))
	r.Post("/nodes/{node}/processes/{process}/clear-logs", s.require(cesi.ControlDaemon, s.api.SendCommand))
	r.Post("/nodes/{node}/all-processes/{action:start|stop|restart}", s.require(cesi.ControlProcesses, s.api.SendCommandToNode))
	r.Post("/nodes/{node}/all-processes/signal", s.require(cesi.ControlProcesses, s.api.SendCommandToNode))
	r.Post("/nodes/{node}/clear-logs", s.require(cesi.ControlDaemon, s.api.SendCommandToNode))
	r.Post("/nodes/{node}/reread", s.require(cesi.ControlDaemon, s.api.Reread))
	r.Post("/nodes/{node}/update", s.require(cesi.ControlDaemon, s.api.SendToSupervisord))
	r.Post("/nodes/{node}/reload", s.require(cesi.ControlDaemon, s.api.SendToSupervisord))
	r.Post("/nodes/{node}/shutdown", s.require(cesi.ControlDaemon, s.api.SendToSupervisord))
	r.Post("/nodes/{node}/clear-log", s.require(cesi.ControlDaemon, s.api.SendToSupervisord))
	r.Post("/nodes/{node}/groups/{group}/add", s.require(cesi.ControlDaemon, s.api.SendToSupervisord))
	r.Post("/nodes/{node}/groups/{group}/remove", s.require(cesi.ControlDaemon, s.api.SendToSupervisord))

	r.Get("/activitylogs", s.require(cesi.ViewFleet, s.api.ListActivity))
	r.Get("/activitylogs/{limit:[0-9]+}", s.require(cesi.ViewFleet, s.api.ListActivity))
	r.Get("/activitylogs/export", s.require(cesi.ManageUsers, s.api.ExportActivity))
	r.Delete("/activitylogs", s.require(cesi.ManageUsers, s.api.PurgeActivity))
}

func (s *Server) notFound(http.ResponseWriter, *http.Request) error {
	return cesi.Errorf(cesi.NotFound, "There is nothing at this address.")
}

// methodNotAllowed replies 405. CeSI's predecessor accepted GET for commands, so any
// link could stop a server; here a GET never changes anything.
func (s *Server) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", strings.Join(methodsOf(r), ", "))
	refusal := cesi.T("This address does not take %s requests.", r.Method)
	if session.IsAPI(r) {
		s.api.WriteJSON(w, http.StatusMethodNotAllowed, api.ErrorJSON{Status: "error", Kind: cesi.Invalid.String(), Message: refusal.String()})
		return
	}
	s.pages.ShowError(w, pages.NewErrorPage(s.pages.Base(r), http.StatusMethodNotAllowed, refusal, s.pages.NodeToLink(r)))
}

// methodsOf lists the methods that the request's address accepts.
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
