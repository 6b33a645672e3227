package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

// newFlags returns the flags of a subcommand, which prints the program's usage
// when asked for help.
func newFlags(command string, out io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet("cesi "+command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() { fmt.Fprintln(out, usage) }
	return flags
}

// errHelp is how a command line ends that asked for help and got it.
var errHelp = errors.New("help")

// parse reads a command line in which flags and arguments may be mixed, and
// leaves the arguments in flags.Args.
func parse(flags *flag.FlagSet, args []string) error {
	var words []string
	for {
		err := flags.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			return errHelp
		case err != nil:
			return usageError{fmt.Sprintf("%s: %v", flags.Name(), err)}
		case flags.NArg() == 0:
			return flags.Parse(append([]string{"--"}, words...))
		}
		words = append(words, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

// helped makes asking for help a success.
func helped(err error) error {
	if errors.Is(err, errHelp) {
		return nil
	}
	return err
}
