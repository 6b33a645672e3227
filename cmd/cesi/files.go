package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cesi/internal/config"
)

// readableFiles warns of each database file that other users of this machine may read:
// it holds hashes of passwords, sessions and tokens.
func readableFiles(database string) []string {
	database = absolute(database)
	paths := []string{database}
	for _, suffix := range []string{"-wal", "-shm", "-journal", ".initial-password"} {
		paths = append(paths, database+suffix)
	}
	folder, base := filepath.Split(database)
	entries, _ := os.ReadDir(folder) // no warning for files that can't be listed
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), base+".python-cesi") {
			paths = append(paths, folder+entry.Name())
		}
	}
	var warnings []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o004 != 0 {
			warnings = append(warnings, fmt.Sprintf("%s: other users of this machine may read this file, which holds what lets people log in: chmod o-rwx", path))
		}
	}
	return warnings
}

// unfitActivityLog warns of an activity_log that keeps no lines, or may hang.
func unfitActivityLog(conf *config.Config) []string {
	if conf.ActivityLog == "" {
		return nil
	}
	info, err := os.Stat(conf.ActivityLog)
	if err != nil {
		return nil // it will be created
	}
	what := ""
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode&fs.ModeNamedPipe != 0:
		what = "a pipe: lines wait in the database while no program reads it"
	case mode.IsDir():
		what = "a folder: name a file in it"
	case mode&fs.ModeSocket != 0:
		what = "a socket, which can't be written as a file"
	default:
		what = "a device, which keeps no lines"
	}
	return []string{fmt.Sprintf("%s: activity_log %q is %s", conf.Path, conf.ActivityLog, what)}
}
