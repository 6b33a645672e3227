package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxFile bounds every file that is read, in bytes.
const maxFile = 16 << 20

// inputs is what a configuration was read from: a digest of each file's content
// (or of why it could not be read), and the files that each glob matched. It
// holds nothing of the content itself.
type inputs struct {
	files map[string][sha256.Size]byte
	globs map[string][]string
}

// equal reports whether both were read from the same content. What the globs
// matched is among the files.
func (in inputs) equal(o inputs) bool { return maps.Equal(in.files, o.files) }

// changed reports whether a file or a glob's matches are no longer the same.
func (in inputs) changed() bool {
	for pattern, matches := range in.globs {
		if now, err := matching(pattern); err == nil && !slices.Equal(now, matches) {
			return true
		}
	}
	for path, digest := range in.files {
		if readFile(path).digest() != digest {
			return true
		}
	}
	return false
}

// content is what a path held when it was read, or why it could not be.
type content struct {
	data []byte
	info fs.FileInfo // nil with err
	err  error       // a sentence without the path
}

func (c content) digest() [sha256.Size]byte {
	if c.err != nil {
		return sha256.Sum256([]byte("error: " + c.err.Error()))
	}
	return sha256.Sum256(append([]byte("data: "), c.data...))
}

// openToAll reports whether everybody on the machine may read the file.
func (c content) openToAll() bool { return c.err == nil && c.info.Mode()&0o004 != 0 }

// files reads each file once, however often it is asked for, so that one
// loading sees one state of it, and remembers it for inputs.
type files struct {
	read map[string]content
	made inputs
}

func newFiles() *files {
	return &files{
		read: map[string]content{},
		made: inputs{files: map[string][sha256.Size]byte{}, globs: map[string][]string{}},
	}
}

func (f *files) get(path string) content {
	c, ok := f.read[path]
	if !ok {
		c = readFile(path)
		f.read[path] = c
		f.made.files[path] = c.digest()
	}
	return c
}

func (f *files) glob(pattern string) ([]string, error) {
	matches, err := matching(pattern)
	if err == nil {
		f.made.globs[pattern] = matches
	}
	return matches, err
}

// readFile reads a regular file of at most maxFile bytes. Anything else (a pipe
// that nobody writes to, a folder) is refused rather than waited for.
func readFile(path string) content {
	info, err := os.Stat(path)
	if err != nil {
		return content{err: plain(err)}
	}
	if !info.Mode().IsRegular() {
		return content{err: errors.New("this is no regular file")}
	}
	file, err := os.Open(path)
	if err != nil {
		return content{err: plain(err)}
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return content{err: plain(err)}
	}
	if len(data) > maxFile {
		return content{err: fmt.Errorf("the file is larger than %d MiB", maxFile>>20)}
	}
	return content{data: data, info: info}
}

// plain says what is wrong with a file without naming it: the problem that it
// becomes part of does.
func plain(err error) error {
	var onPath *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such file")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("the file may not be read by this user")
	case errors.As(err, &onPath):
		return onPath.Err
	}
	return err
}

// matching returns the files that a glob matches, sorted. As in a shell, "*"
// matches no name that begins with a dot: an editor's swap file is no
// configuration.
func matching(pattern string) ([]string, error) {
	matches, err := filepath.Glob(pattern)
	if err != nil || strings.HasPrefix(filepath.Base(pattern), ".") {
		return matches, err
	}
	return slices.DeleteFunc(matches, func(path string) bool {
		return strings.HasPrefix(filepath.Base(path), ".")
	}), nil
}

// beside resolves a path that stands in a file: relative to that file's folder.
func beside(file, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

// globBeside is beside for a pattern: what looks like one in the folder's own
// name is taken literally.
func globBeside(file, pattern string) string {
	if filepath.IsAbs(pattern) {
		return pattern
	}
	literal := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)
	return filepath.Join(literal.Replace(filepath.Dir(file)), pattern)
}
