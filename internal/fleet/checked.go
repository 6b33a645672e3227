package fleet

import (
	"strings"
	"unicode/utf8"

	"cesi/internal/cesi"
)

// checked returns the command in the form to send, or says why it is invalid.
func (c Command) checked() (Command, error) {
	if !c.Action.OnProcesses() {
		return c, cesi.Errorf(cesi.Invalid, "%q is no command to processes", c.Action)
	}
	if len(c.Targets) == 0 {
		return c, cesi.Errorf(cesi.Invalid, "no process was chosen")
	}
	var err error
	switch c.Action {
	case cesi.ActionSignal:
		c.Signal, err = cesi.ParseSignal(c.Signal)
	case cesi.ActionStdin:
		err = c.checkText()
	}
	return c, err
}

func (c Command) checkText() error {
	switch {
	case !c.single():
		return cesi.Errorf(cesi.Invalid, "a text goes to one process at a time")
	case c.Text == "":
		return cesi.Errorf(cesi.Invalid, "there is no text to send")
	case len(c.Text) > cesi.MaxStdin:
		return cesi.Errorf(cesi.Invalid, "the text is longer than %d bytes", cesi.MaxStdin)
	case !utf8.ValidString(c.Text):
		return cesi.Errorf(cesi.Invalid, "the text is not UTF-8")
	case strings.ContainsFunc(c.Text, unsendable):
		return cesi.Errorf(cesi.Invalid, "the text has control characters, which XML-RPC can't carry")
	default:
		return nil
	}
}

// unsendable reports characters that XML does not allow.
func unsendable(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

// single reports whether the command names exactly one process.
func (c Command) single() bool { return len(c.Targets) == 1 && c.Targets[0].Name != "" }

// detail returns the text of the command for the activity log, besides its targets.
func (c Command) detail() string {
	if c.Action == cesi.ActionSignal {
		return c.Signal
	}
	return c.Text
}

// endsIt reports whether the command would end this program if it were the target. The
// signal HUP would not: CeSI then reads its configuration.
func (c Command) endsIt() bool {
	switch c.Action.Rule().Self {
	case cesi.SelfEnds:
		return true
	case cesi.SelfEndsUnlessHUP:
		return c.Signal != "HUP" && c.Signal != "1"
	default:
		return false
	}
}
