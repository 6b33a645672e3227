package pages

import (
	"cesi/internal/cesi"
)

// accountActionText are the forms in which is spoken of what people do with their
// accounts and with the activity log.
type accountActionText struct {
	Do  cesi.Text // "tried to …"
	Did cesi.Text // "maria …"
}

// accountActionTextOf speaks of what is no command. What it was done to comes behind it,
// if it is another than who did it.
func accountActionTextOf(action cesi.Action) accountActionText {
	switch action {
	case cesi.ActionLogin:
		return accountActionText{cesi.T("log in"), cesi.T("logged in")}
	case cesi.ActionLoginFailed: // says itself that it failed
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
