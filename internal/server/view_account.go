package server

import "cesi/internal/cesi"

// loginPage asks who is there.
type loginPage struct {
	basePage
	Username string // as typed before
	Next     string // local path to go on to
	Problem  string // why the last try failed
}

func newLoginPage(base basePage, username, next, problem string) loginPage {
	return loginPage{basePage: base.at("", "Log in"), Username: username, Next: next, Problem: problem}
}

// profilePage is the user's own account.
type profilePage struct {
	basePage
	Role    string
	Allowed []allowance
	Problem string // why the password was not changed
}

// allowance is one thing that the role allows, or does not.
type allowance struct {
	What string
	Yes  bool
}

// newProfilePage shows the account of base.User, who must be set.
func newProfilePage(base basePage, problem string) profilePage {
	page := profilePage{basePage: base.at("profile", "Profile"), Role: base.User.Role.String(), Problem: problem}
	for _, a := range []struct {
		permission cesi.Permission
		what       string
	}{
		{cesi.ViewFleet, "see the state of all nodes and processes, and the activity log"},
		{cesi.ReadLogs, "read the logs of processes"},
		{cesi.ControlProcesses, "start, stop and restart processes"},
		{cesi.ControlDaemon, "steer the supervisords themselves"},
		{cesi.ManageUsers, "manage users"},
	} {
		page.Allowed = append(page.Allowed, allowance{What: a.what, Yes: base.User.Role.Can(a.permission)})
	}
	return page
}
