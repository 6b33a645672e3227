package auth

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
)

// commonList is sorted, in lower case, and has no password that is too short
// anyway. Where it comes from is in LICENSE.common_passwords.txt.
//
//go:embed common_passwords.txt.gz
var commonList []byte

// commonPasswords are the lines of commonList. They are read at the first use.
var commonPasswords = sync.OnceValue(func() map[string]struct{} {
	reader, err := gzip.NewReader(bytes.NewReader(commonList))
	if err != nil {
		panic(fmt.Sprintf("common passwords: %v", err)) // the file is part of the program
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		panic(fmt.Sprintf("common passwords: %v", err))
	}
	lines := strings.Fields(string(text))
	set := make(map[string]struct{}, len(lines))
	for _, line := range lines {
		set[line] = struct{}{}
	}
	return set
})

// isCommon reports whether a password is one that is tried first, in any case.
func isCommon(password string) bool {
	_, found := commonPasswords()[strings.ToLower(password)]
	return found
}
