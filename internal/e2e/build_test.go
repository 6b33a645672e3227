package e2e

import (
	"debug/elf"
	"os"
	"testing"
)

// largest is how large the program may be, in bytes, with its symbols.
const largest = 30 << 20

func TestBinary_IsStatic(t *testing.T) {
	t.Parallel()
	path := binaryPath(t)
	program, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	for _, segment := range program.Progs {
		if segment.Type == elf.PT_INTERP {
			t.Error("the program needs a dynamic linker")
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > largest {
		t.Errorf("the program has %d bytes, more than %d", info.Size(), largest)
	}
}
