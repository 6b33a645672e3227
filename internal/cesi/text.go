package cesi

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Text is a sentence that is not translated yet. ID is the sentence in English, as a
// format of package fmt, and the key of the catalogues in web/locales. Args are its
// arguments: strings, integers, fractions, other texts and moments. The zero Text is
// empty.
type Text struct {
	ID   string
	Args []any
}

// T returns a text. Integers of other types become int unless they have a String
// method; any other type becomes a string. Strings are cut at 8 KB: they may quote a
// request or a node.
func T(id string, args ...any) Text {
	if false {
		_ = fmt.Sprintf(id, args...) // makes go vet check the arguments
	}
	t := Text{ID: id}
	for _, arg := range args {
		t.Args = append(t.Args, plain(arg))
	}
	return t
}

// Raw returns a text that is the same in every language, such as a name or a sentence
// of a node.
func Raw(text string) Text {
	if text == "" {
		return Text{}
	}
	return T(verbatim, text)
}

// At returns a text for a time. The layout, of package time, is a key of the catalogues
// if its order depends on the language.
func At(layout string, t time.Time) Text { return T(verbatim, Moment{layout, t}) }

// Moment is a time as an argument of a Text.
type Moment struct {
	Layout string // of package time
	Time   time.Time
}

// verbatim needs no entry in a catalogue.
const verbatim = "%s"

// IsRaw reports whether the text is the same in every language.
func (t Text) IsRaw() bool { return t.ID == "" || t.ID == verbatim && !t.hasTexts() }

func (t Text) hasTexts() bool {
	return slices.ContainsFunc(t.Args, func(arg any) bool {
		_, is := arg.(string)
		return !is
	})
}

// List returns the texts with commas between them.
func List(parts ...Text) Text {
	var list Text
	for i, part := range parts {
		if i == 0 {
			list = part
			continue
		}
		list = T("%s, %s", list, part)
	}
	return list
}

// DurationText returns a text for a duration in one or two units: "41 min", "6 d 2 h",
// "3 s". live.js writes the same while it counts on.
func DurationText(d time.Duration) Text {
	s := max(int64(d/time.Second), 0)
	days, hours, minutes := s/86400, s/3600%24, s/60%60
	switch {
	case days > 0 && hours > 0:
		return T("%d d %d h", days, hours)
	case days > 0:
		return T("%d d", days)
	case hours > 0 && minutes > 0:
		return T("%d h %d min", hours, minutes)
	case hours > 0:
		return T("%d h", hours)
	case minutes > 0:
		return T("%d min", minutes)
	default:
		return T("%d s", s)
	}
}

// String returns the text in English, for the log, the API and the command line.
func (t Text) String() string {
	if t.ID == "" {
		return ""
	}
	return clip(fmt.Sprintf(t.ID, t.Fill(Text.String, Moment.String)...))
}

// Equal reports whether both texts are the same in every language.
func (t Text) Equal(other Text) bool {
	return t.ID == other.ID && slices.EqualFunc(t.Args, other.Args, func(a, b any) bool {
		x, is := a.(Text)
		y, too := b.(Text)
		if is && too {
			return x.Equal(y)
		}
		return is == too && a == b
	})
}

// Fill returns the arguments, with texts and moments replaced by strings.
func (t Text) Fill(say func(Text) string, tell func(Moment) string) []any {
	args := make([]any, len(t.Args))
	for i, arg := range t.Args {
		switch arg := arg.(type) {
		case Text:
			args[i] = say(arg)
		case Moment:
			args[i] = tell(arg)
		default:
			args[i] = arg
		}
	}
	return args
}

// String returns the time in English.
func (m Moment) String() string { return m.Time.Format(m.Layout) }

// maxText is the length at which a text, and each of its strings, is cut, in bytes.
const maxText = 8 << 10

// plain returns an argument as one of the types that a Text may have.
func plain(arg any) any {
	switch arg := arg.(type) {
	case Text, Moment, int, float64:
		return arg
	case string:
		return clip(arg)
	case fmt.Stringer:
		return clip(arg.String())
	}
	switch value := reflect.ValueOf(arg); {
	case value.CanInt():
		return int(value.Int())
	default:
		return clip(fmt.Sprint(arg))
	}
}

func clip(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}
