package config

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// Find returns the path of the configuration: the value of the -c flag, else
// $CESI_CONFIG, else the first of ./cesi.conf, /etc/cesi.conf and /etc/cesi/cesi.conf
// (the Debian package's) that exists. A named file is returned even if it does not
// exist, so that no other file silently takes its place. The error names the places.
func Find(flagValue string, getenv func(string) string) (string, error) {
	return find(flagValue, getenv("CESI_CONFIG"), "./cesi.conf", "/etc/cesi.conf", "/etc/cesi/cesi.conf")
}

func find(flagValue, fromEnv string, usual ...string) (string, error) {
	for _, named := range []string{flagValue, fromEnv} {
		if named != "" {
			return named, nil
		}
	}
	for _, path := range usual {
		// If the file exists but can't be reached, Load reports it.
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
	}
	return "", errors.New("no configuration: -c and $CESI_CONFIG are not set, and there is no " +
		strings.Join(usual, " and no ") + "; cesi.conf.sample shows how to write one")
}
