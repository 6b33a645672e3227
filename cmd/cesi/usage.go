package main

import "strings"

const usage = `usage: cesi [serve] [-c FILE]                  run the dashboard
       cesi check [-c FILE] [--connect]        say what is wrong with the configuration
       cesi user list [-c FILE]                list the users
       cesi user add NAME --role ROLE          add a user: admin, operator, logreader or viewer
       cesi user passwd NAME                   set a user's password
       cesi user role NAME ROLE                change a user's role
       cesi user delete NAME                   delete a user
       cesi convert FILE                       print cesi.conf for the configuration of a Python CeSi
       cesi version                            print version, commit and Go version

Passwords come from a prompt, or from standard input with --password-stdin; with
--must-change, the user has to choose another one at the next login.
Without -c, the configuration is $CESI_CONFIG, ./cesi.conf, /etc/cesi.conf
or /etc/cesi/cesi.conf.`

// usageError is a wrong command line.
type usageError struct {
	command string // such as "check" or "user add"; empty if it is unknown
	text    string
}

// Error returns what is wrong and, below it, the usage.
func (e usageError) Error() string {
	if e.command == "" {
		return e.text + "\n" + `"cesi help" says what there is`
	}
	return e.command + ": " + e.text + "\n" + usageOf(e.command)
}

// usageOf returns the lines of the usage for a command.
func usageOf(command string) string {
	const indent = "usage: "
	var found []string
	for line := range strings.Lines(usage) {
		line = strings.TrimSpace(strings.TrimPrefix(line, indent))
		if strings.HasPrefix(line, "cesi "+command) || strings.HasPrefix(line, "cesi ["+command+"]") {
			found = append(found, line)
		}
	}
	return indent + strings.Join(found, "\n"+strings.Repeat(" ", len(indent)))
}
