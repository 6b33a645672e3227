package store

import (
	"cesi/internal/cesi"
)

// A cesi.Text has three columns: the English sentence as written, and the id and the
// arguments (JSON) that say it in other languages. The last two are empty where the
// sentence is the same in every language, or is longer than maxMessage.

// textColumns returns the columns of a text. One whose arguments can't be written is
// stored in English: no entry may hold up those after it.
func textColumns(t cesi.Text) (english, id, args string) {
	english = t.String()
	if len(english) > maxMessage {
		return clip(english, maxMessage), "", ""
	}
	if t.IsRaw() {
		return english, "", ""
	}
	data, err := t.MarshalArgs()
	if err != nil {
		return english, "", ""
	}
	return english, t.ID, string(data)
}

// textOf returns the text of its columns. A text whose id and arguments no longer say
// the sentence as it was written is that sentence, in English.
func textOf(english, id, args string) cesi.Text {
	if id == "" {
		return cesi.Raw(english)
	}
	t, err := cesi.UnmarshalText(id, []byte(args))
	if err != nil || t.String() != english {
		return cesi.Raw(english)
	}
	return t
}
