package server

import (
	"cesi/internal/cesi"
	"cesi/internal/words"
)

// deedWords are the forms in which is spoken of what people do with their
// accounts and with the activity log.
type deedWords struct {
	Do  words.Phrase // "tried to …"
	Did words.Phrase // "maria …"
}

// deedWordsOf speaks of what is no command. What it was done to comes behind it,
// if it is another than who did it.
func deedWordsOf(action cesi.Action) deedWords {
	switch action {
	case cesi.ActionLogin:
		return deedWords{words.Of("log in"), words.Of("logged in")}
	case cesi.ActionLoginFailed: // says itself that it failed
		return deedWords{words.Of("log in"), words.Of("failed to log in")}
	case cesi.ActionLogout:
		return deedWords{words.Of("log out"), words.Of("logged out")}
	case cesi.ActionUserAdd:
		return deedWords{words.Of("add user"), words.Of("added user")}
	case cesi.ActionUserPassword:
		return deedWords{words.Of("change the password"), words.Of("changed the password")}
	case cesi.ActionUserRole:
		return deedWords{words.Of("change the role of"), words.Of("changed the role of")}
	case cesi.ActionUserDelete:
		return deedWords{words.Of("delete user"), words.Of("deleted user")}
	case cesi.ActionSessionEnd:
		return deedWords{words.Of("end sessions"), words.Of("ended sessions")}
	case cesi.ActionTokenAdd:
		return deedWords{words.Of("make an API token"), words.Of("made an API token")}
	case cesi.ActionTokenRevoke:
		return deedWords{words.Of("revoke API tokens"), words.Of("revoked API tokens")}
	case cesi.ActionActivityPurged:
		return deedWords{words.Of("purge the activity log"), words.Of("purged the activity log")}
	default:
		name := words.Verbatim(string(action))
		return deedWords{name, name}
	}
}
