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

// inputs identifies what a configuration was read from: a digest of each file's content
// (or of the error), and the files that each glob matched. It holds no content.
type inputs struct {
	files map[string][sha256.Size]byte
	globs map[string][]string
}

// equal reports whether both were read from the same content. The matches of the globs
// are among the files.
func (in inputs) equal(o inputs) bool { return maps.Equal(in.files, o.files) }

// changed reports whether a file or the matches of a glob differ now.
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

// content is the content of a file when it was read, or the error.
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

// openToAll reports whether every user of the machine may read the file.
func (c content) openToAll() bool { return c.err == nil && c.info.Mode()&0o004 != 0 }

// files reads each file once, however often it is used, so that one loading sees one
// state of it. It records the files in inputs.
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

// readFile reads a regular file of at most maxFile bytes. Anything else, such as a
// folder or a pipe without a writer, is refused at once.
func readFile(path string) content {
	info, err := os.Stat(path)
	if err != nil {
		return content{err: withoutName(err)}
	}
	if !info.Mode().IsRegular() {
		return content{err: errors.New("this is no regular file")}
	}
	file, err := os.Open(path)
	if err != nil {
		return content{err: withoutName(err)}
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return content{err: withoutName(err)}
	}
	if len(data) > maxFile {
		return content{err: fmt.Errorf("the file is larger than %d MiB", maxFile>>20)}
	}
	return content{data: data, info: info}
}

// withoutName describes the error of a file without its name: the problem already names it.
func withoutName(err error) error {
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

// matching returns the files that a glob matches, sorted. As in a shell, "*" matches no
// name that begins with a dot: the swap file of an editor is not a configuration.
func matching(pattern string) ([]string, error) {
	matches, err := filepath.Glob(pattern)
	if err != nil || strings.HasPrefix(filepath.Base(pattern), ".") {
		return matches, err
	}
	return slices.DeleteFunc(matches, func(path string) bool {
		return strings.HasPrefix(filepath.Base(path), ".")
	}), nil
}

// resolvePath resolves a path found in a file, relative to that file's folder.
func resolvePath(file, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

// resolvePattern is resolvePath for a pattern. Pattern characters in the folder's own name are
// taken literally.
func resolvePattern(file, pattern string) string {
	if filepath.IsAbs(pattern) {
		return pattern
	}
	literal := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)
	return filepath.Join(literal.Replace(filepath.Dir(file)), pattern)
}
