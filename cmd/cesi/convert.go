package main

import (
	"fmt"
	"io"
	"os"

	"cesi/internal/config"
)

// convert prints our configuration for that of a Python CeSI, and the differences to
// stderr.
func convert(args []string, stdout, stderr io.Writer) error {
	flags := newFlags("convert")
	if err := parse(flags, args); err != nil {
		return printHelp(err, stdout)
	}
	if flags.NArg() != 1 {
		return usageError{"convert", fmt.Sprintf("it takes one file, not %d", flags.NArg())}
	}
	path := flags.Arg(0)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	ini, notes, err := config.Convert(text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, note := range notes {
		fmt.Fprintln(stderr, "note:", oneLine(note))
	}
	_, err = io.WriteString(stdout, ini)
	return err
}
