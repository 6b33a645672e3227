package pages

import (
	"cesi/internal/cesi"
	"cesi/internal/i18n"
)

// accountActionText are the forms in which is spoken of what people do with their
// accounts and with the activity log.
type accountActionText struct {
	Do  i18n.Phrase // "tried to …"
	Did i18n.Phrase // "maria …"
}

// accountActionTextOf speaks of what is no command. What it was done to comes behind it,
// if it is another than who did it.
func accountActionTextOf(action cesi.Action) accountActionText {
	switch action {
	case cesi.ActionLogin:
		return accountActionText{i18n.Of("log in"), i18n.Of("logged in")}
	case cesi.ActionLoginFailed: // says itself that it failed
		return accountActionText{i18n.Of("log in"), i18n.Of("failed to log in")}
	case cesi.ActionLogout:
		return accountActionText{i18n.Of("log out"), i18n.Of("logged out")}
	case cesi.ActionUserAdd:
		return accountActionText{i18n.Of("add user"), i18n.Of("added user")}
	case cesi.ActionUserPassword:
		return accountActionText{i18n.Of("change the password"), i18n.Of("changed the password")}
	case cesi.ActionUserRole:
		return accountActionText{i18n.Of("change the role of"), i18n.Of("changed the role of")}
	case cesi.ActionUserDelete:
		return accountActionText{i18n.Of("delete user"), i18n.Of("deleted user")}
	case cesi.ActionSessionEnd:
		return accountActionText{i18n.Of("end sessions"), i18n.Of("ended sessions")}
	case cesi.ActionTokenAdd:
		return accountActionText{i18n.Of("make an API token"), i18n.Of("made an API token")}
	case cesi.ActionTokenRevoke:
		return accountActionText{i18n.Of("revoke API tokens"), i18n.Of("revoked API tokens")}
	case cesi.ActionActivityPurged:
		return accountActionText{i18n.Of("purge the activity log"), i18n.Of("purged the activity log")}
	default:
		name := i18n.Raw(string(action))
		return accountActionText{name, name}
	}
}
