package main

import (
	"crypto/rand"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// programs is a folder of small shell programs and, for each node, a NAME.conf with its
// [program:x] sections.
//
//go:embed programs
var programs embed.FS

// node is one supervisord of the demo.
type node struct {
	Name        string
	Environment string
	Port        int
	Password    string
	conf        string
}

var daemonConf = template.Must(template.New("supervisord.conf").Parse(`[supervisord]
logfile=%(here)s/{{.Name}}.log
pidfile=%(here)s/{{.Name}}.pid
childlogdir=%(here)s
identifier={{.Name}}
nodaemon=true
[inet_http_server]
port=127.0.0.1:{{.Port}}
username=cesi
password={{.Password}}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=http://127.0.0.1:{{.Port}}
username=cesi
password={{.Password}}
`))

// newFleet writes the configuration of every node into dir.
func newFleet(dir string, firstPort int, out io.Writer) ([]*node, error) {
	if err := copyPrograms(dir); err != nil {
		return nil, err
	}
	fleet := []*node{
		{Name: "web-1", Environment: "production"},
		{Name: "pay-1", Environment: "production"},
		{Name: "lab-1", Environment: "staging"},
	}
	for i, n := range fleet {
		n.Port = freePort(firstPort+i, out)
		n.Password = rand.Text()
		n.conf = filepath.Join(dir, n.Name+".conf")
		sections, err := programs.ReadFile("programs/" + n.Name + ".conf")
		if err != nil {
			return nil, err
		}
		var text strings.Builder
		if err := daemonConf.Execute(&text, n); err != nil {
			return nil, err
		}
		text.Write(sections)
		if err := os.WriteFile(n.conf, []byte(text.String()), 0o600); err != nil {
			return nil, err
		}
	}
	return fleet, nil
}

func copyPrograms(dir string) error {
	return fs.WalkDir(programs, "programs", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".sh" {
			return err
		}
		text, err := programs.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, entry.Name()), text, 0o700)
	})
}

// writeConfig writes the dashboard's cesi.conf and returns its path and the
// administrator's password.
func writeConfig(dir string, port int, fleet []*node) (path, password string, err error) {
	password = strings.ToLower(rand.Text()[:12])
	var text strings.Builder
	for _, n := range fleet {
		fmt.Fprintf(&text, "[node:%s]\nhost = 127.0.0.1\nport = %d\nusername = cesi\npassword = %s\nenvironment = %s\n\n",
			n.Name, n.Port, n.Password, n.Environment)
	}
	fmt.Fprintf(&text, "[cesi]\nhost = localhost\nport = %d\nname = CeSI\ndatabase = %s\nactivity_log = %s\nadmin_username = admin\nadmin_password = %s\npoll_interval = 1\n",
		port, filepath.Join(dir, "cesi.db"), filepath.Join(dir, "activity.log"), password)
	path = filepath.Join(dir, "cesi.conf")
	return path, password, os.WriteFile(path, []byte(text.String()), 0o600)
}
