package pages

import (
	"cesi/internal/cesi"
	"cesi/internal/words"
)

// accountActionText are the forms in which is spoken of what people do with their
// accounts and with the activity log.
type accountActionText struct {
	Do  words.Phrase // "tried to …"
	Did words.Phrase // "maria …"
}

// accountActionTextOf speaks of what is no command. What it was done to comes behind it,
// if it is another than who did it.
func accountActionTextOf(action cesi.Action) accountActionText {
	switch action {
	case cesi.ActionLogin:
		return accountActionText{words.Of("log in"), words.Of("logged in")}
	case cesi.ActionLoginFailed: // says itself that it failed
		return accountActionText{words.Of("log in"), words.Of("failed to log in")}
	case cesi.ActionLogout:
		return accountActionText{words.Of("log out"), words.Of("logged out")}
	case cesi.ActionUserAdd:
		return accountActionText{words.Of("add user"), words.Of("added user")}
	case cesi.ActionUserPassword:
		return accountActionText{words.Of("change the password"), words.Of("changed the password")}
	case cesi.ActionUserRole:
		return accountActionText{words.Of("change the role of"), words.Of("changed the role of")}
	case cesi.ActionUserDelete:
		return accountActionText{words.Of("delete user"), words.Of("deleted user")}
	case cesi.ActionSessionEnd:
		return accountActionText{words.Of("end sessions"), words.Of("ended sessions")}
	case cesi.ActionTokenAdd:
		return accountActionText{words.Of("make an API token"), words.Of("made an API token")}
	case cesi.ActionTokenRevoke:
		return accountActionText{words.Of("revoke API tokens"), words.Of("revoked API tokens")}
	case cesi.ActionActivityPurged:
		return accountActionText{words.Of("purge the activity log"), words.Of("purged the activity log")}
	default:
		name := words.Verbatim(string(action))
		return accountActionText{name, name}
	}
}
