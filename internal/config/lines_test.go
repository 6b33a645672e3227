package config

import (
	"fmt"
	"strings"
	"testing"
)

func TestLines_Values(t *testing.T) {
	for _, test := range []struct{ name, line, want string }{
		{"plain", "username = joe", "joe"},
		{"colon", "username: joe", "joe"},
		{"no space", "username=joe", "joe"},
		{"first separator wins", "username = a:b=c", "a:b=c"},
		{"first separator wins with a colon", "username: a=b:c", "a=b:c"},
		{"key in capitals", "UserName = joe", "joe"},
		{"tabs around the separator", "username\t=\tjoe\t", "joe"},
		{"empty", "username =", ""},
		{"comment instead of a value", "username = ; none here", ""},
		{"comment behind a value", "username = joe ; his name", "joe"},
		{"comment behind a tab", "username = joe\t;his name", "joe"},
		{"comment behind an earlier semicolon", "username = j;oe ; his name", "j;oe"},
		{"semicolon without white space", "username = jo;e", "jo;e"},
		{"semicolon right behind the separator", "username =;joe", ";joe"},
		{"hash behind white space", "username = joe # 1", "joe # 1"},
		{"hash first", "username = #joe", "#joe"},
		{"double quotes", `username = "joe"`, `"joe"`},
		{"single quotes", `username = 'joe'`, `'joe'`},
		{"one double quote", `username = "joe`, `"joe`},
		{"three double quotes", `username = """joe`, `"""joe`},
		{"three double quotes around", `username = """joe"""`, `"""joe"""`},
		{"two double quotes only", `username = ""`, `""`},
		{"backtick", "username = `joe", "`joe"},
		{"backticks", "username = `joe`", "`joe`"},
		{"backslash last", `username = joe\`, `joe\`},
		{"backslash before a quote", `username = jo\"e\\"`, `jo\"e\\"`},
		{"escaped comment signs", `username = jo\;e\#`, `jo\;e\#`},
		{"percent", "username = 100%", "100%"},
		{"interpolation", "username = %(host)s%%", "%(host)s%%"},
		{"dollar", "username = $HOME${HOME}", "$HOME${HOME}"},
		{"brackets", "username = [joe]", "[joe]"},
		{"other scripts", "username = 用户 ; 名", "用户"},
		{"inner white space", "username = joe  the\tgreat", "joe  the\tgreat"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := mustLoad(t, "[node:a]\n"+test.line+"\nhost = a\n")
			same(t, c.Nodes[0].Username, test.want)
			for _, w := range c.Warnings {
				if !strings.Contains(w.Text, "quotes") {
					t.Error(w)
				}
			}
		})
	}
}

func TestLines_FileForms(t *testing.T) {
	for name, text := range map[string]string{
		"LF":                      "[node:a]\nhost = b\n",
		"CRLF":                    "[node:a]\r\nhost = b\r\n",
		"BOM":                     "\ufeff[node:a]\nhost = b\n",
		"no newline at the end":   "[node:a]\nhost = b",
		"comments":                "; one\n# two\n[node:a]\n;host = c\n#host = d\nhost = b\n",
		"indented comments":       "[node:a]\n  ; one\n\t# two\nhost = b\n",
		"comment behind a header": "[node:a] ; the first ]\nhost = b\n",
		"comment on a header":     "[node:a];the first\nhost = b\n",
		"hash behind a header":    "[node:a] # the first\nhost = b\n",
		"spaces in a header":      "[ node : a ]\nhost = b\n",
		"kind in capitals":        "[NODE:a]\nhost = b\n",
		"comment in no UTF-8":     "# \xb8\xf7\n[node:a]\nhost = b ; \xb8\xf7\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := mustLoad(t, text)
			same(t, len(c.Nodes), 1)
			same(t, c.Nodes[0].Name, "a")
			same(t, c.Nodes[0].URL, "http://b:9001")
			same(t, texts(c.Warnings), []string{})
		})
	}
}

func TestLines_InvalidLines(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"indented key", "[cesi]\nname = a\n  port = 1\n", []string{
			`cesi.conf:3: this line is indented: a key or a [section] begins at the start of its line, and a value ends with its line; write "port = …" without the white space before it`}},
		{"indented section", "[cesi]\n [node:a]\n", []string{
			`cesi.conf:2: this line is indented: a key or a [section] begins at the start of its line, and a value ends with its line`}},
		{"no separator", "[cesi]\nhunter2\n", []string{
			`cesi.conf:2: this line is neither "key = value" nor "[section]" nor a comment`}},
		{"no key", "[cesi]\n= hunter2\n\"host\": 1\n- = 3\n", []string{
			`cesi.conf:2: what stands before the "=" is no key`,
			`cesi.conf:3: what stands before the ":" is no key`,
			`cesi.conf:4: what stands before the "=" is no key`}},
		{"open section", "[cesi\nport = x\n", []string{`cesi.conf:1: "[" without "]"`}},
		{"nameless section", "[ ]\nport = x\n", []string{`cesi.conf:1: this section has no name`}},
		{"text behind a section", "[cesi] port = 1\n", []string{`cesi.conf:1: there is more behind the "]" than a comment`}},
		{"TOML", "[cesi]\ndatabase = \"sqlite:///users.db\"  # relative\n\"debug\" = 1\n[[ nodes ]]\nname = \"x\"\n[[nodes]]\n", []string{
			`cesi.conf:4: this is TOML, as CeSI 2.6 to 2.7 had it: "cesi convert FILE" turns it into a cesi.conf`}},
		{"section of TOML", "[cesi]\nport = x\n[[node:a]]\nhost = a\n", []string{
			`cesi.conf:2: [cesi]: port "x" is not a number`,
			`cesi.conf:3: "[[" belongs to TOML: a section here has one bracket on each side`}},
		{"key before any section", "port = 1\nhost = 2\n[cesi]\n", []string{
			`cesi.conf:1: "port" stands before the first [section]`}},
		{"key twice", "[cesi]\nport = 1\nname = x\nPORT = 2\n", []string{
			`cesi.conf:4: "port" is already set in line 2`}},
		{"control character", "[cesi]\nadmin_password = hun\x07ter2\n[n\x1b]\n", []string{
			`cesi.conf:2: the value of "admin_password" holds the control character U+0007`,
			`cesi.conf:3: this section's name holds the control character U+001B`}},
		{"no UTF-8", "[cesi]\nadmin_password = \xb8\xf7\n", []string{
			`cesi.conf:2: the value of "admin_password" is not UTF-8 text`}},
		{"old Mac line ends", "[cesi]\rport = 1\r", []string{
			`cesi.conf:1: there is more behind the "]" than a comment`}},
		{"UTF-16", "\xff\xfe[\x00c\x00", []string{`cesi.conf:1: this is UTF-16 text: save the file as UTF-8`}},
		{"NUL", "[cesi]\nname = \x00\nport = x\n", []string{`cesi.conf:2: this is no text file: it holds a NUL byte`}},
		{"program", "\x7fELF\x02\x01\x01\x00\x00\n\x00", []string{`cesi.conf:1: this is no text file: it holds a NUL byte`}},
		{"prose", "\nThe quick brown fox\n  jumps.\n", []string{`cesi.conf:2: this is no INI file: it has no [section] line`}},
		{"binary without NUL", "\x1f\x8b\x08\xff=\xfe\n\xfd\n", []string{`cesi.conf:1: this is no INI file: it has no [section] line`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			same(t, problemsOf(t, test.text), test.want)
		})
	}
}

func TestProblems_UnreadableLinesAreBounded(t *testing.T) {
	same(t, len(problemsOf(t, "[cesi]\n"+strings.Repeat("garbage\n", 5000))), maxUnreadable+1)

	problems := problemsOf(t, "[cesi]\n"+strings.Repeat("garbage\n", 5000))
	same(t, problems[0], "cesi.conf: and 4990 more lines that can't be read")
	same(t, problems[1], `cesi.conf:2: this line is neither "key = value" nor "[section]" nor a comment`)
}

func TestProblems_OfOneKindAreBounded(t *testing.T) {
	problems := problemsOf(t, "[cesi]\nport = 1\n"+strings.Repeat("port = 1\n", 5000))
	same(t, len(problems), maxFindings+1)
	same(t, problems[maxFindings], "cesi.conf: and 4800 more like these")
}

func TestProblems_CountOfOmittedComesLast(t *testing.T) {
	findings := findingsOf(t, "[cesi]\nport = 1\n"+strings.Repeat("port = 1\n", 5000)+"[what:1]\n")
	same(t, strings.HasPrefix(findings[0], "cesi.conf:3: "), true)
	same(t, strings.Contains(findings[len(findings)-2], `unknown section "what:1"`), true)
	same(t, findings[len(findings)-1], "cesi.conf: and 4800 more like these")
}

func TestWarnings_AreBounded(t *testing.T) {
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "[what:%d]\n", i)
	}
	warnings := warningsOf(t, text.String())
	same(t, len(warnings), maxFindings+1)
	same(t, warnings[maxFindings], "cesi.conf: and 4800 more like these")
}

func TestLines_EndlessSectionIsRefused(t *testing.T) {
	var text strings.Builder
	text.WriteString("[cesi]\n")
	for i := range 100_000 {
		fmt.Fprintf(&text, "k%d = 1\n", i)
	}
	problems := problemsOf(t, text.String())
	same(t, len(problems), maxUnreadable+1)
	same(t, problems[1], "cesi.conf:202: this section has more than 200 keys")
}
