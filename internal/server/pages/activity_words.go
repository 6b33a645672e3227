package pages

import (
	"cesi/internal/cesi"
)

// accountActionText has the forms of an action on accounts or the activity log.
type accountActionText struct {
	Do  cesi.Text // "tried to …"
	Did cesi.Text // "maria …"
}

// accountActionTextOf returns the forms for an action that is not a command. The target
// follows, if it is not the user.
func accountActionTextOf(action cesi.Action) accountActionText {
	switch action {
	case cesi.ActionLogin:
		return accountActionText{cesi.T("log in"), cesi.T("logged in")}
	case cesi.ActionLoginFailed: // contains the failure
		return accountActionText{cesi.T("log in"), cesi.T("failed to log in")}
	case cesi.ActionLogout:
		return accountActionText{cesi.T("log out"), cesi.T("logged out")}
	case cesi.ActionUserAdd:
		return accountActionText{cesi.T("add user"), cesi.T("added user")}
	case cesi.ActionUserPassword:
		return accountActionText{cesi.T("change the password"), cesi.T("changed the password")}
	case cesi.ActionUserRole:
		return accountActionText{cesi.T("change the role of"), cesi.T("changed the role of")}
	case cesi.ActionUserDelete:
		return accountActionText{cesi.T("delete user"), cesi.T("deleted user")}
	case cesi.ActionSessionEnd:
		return accountActionText{cesi.T("end sessions"), cesi.T("ended sessions")}
	case cesi.ActionTokenAdd:
		return accountActionText{cesi.T("make an API token"), cesi.T("made an API token")}
	case cesi.ActionTokenRevoke:
		return accountActionText{cesi.T("revoke API tokens"), cesi.T("revoked API tokens")}
	case cesi.ActionActivityPurged:
		return accountActionText{cesi.T("purge the activity log"), cesi.T("purged the activity log")}
	default:
		name := cesi.Raw(string(action))
		return accountActionText{name, name}
	}
}
