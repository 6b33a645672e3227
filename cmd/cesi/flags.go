package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// newFlags returns the flags of a subcommand. They print nothing: parse returns the
// error.
func newFlags(command string) *flag.FlagSet {
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return flags
}

// errHelp is the error of a command line that asks for help.
var errHelp = errors.New("help")

// parse reads a command line that may mix flags and arguments, and leaves the arguments
// in flags.Args.
func parse(flags *flag.FlagSet, args []string) error {
	var words []string
	for {
		err := flags.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			return errHelp
		case err != nil:
			return usageError{flags.Name(), flagError(err)}
		case flags.NArg() == 0:
			return flags.Parse(append([]string{"--"}, words...))
		}
		words = append(words, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

// flagError returns the error of package flag, in our words for common typing errors.
func flagError(err error) string {
	if name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); unknown {
		return "unknown option " + flagName(name)
	}
	if name, bare := strings.CutPrefix(err.Error(), "flag needs an argument: -"); bare {
		return flagName(name) + " needs a value"
	}
	return err.Error()
}

// flagName writes an option as in the usage: -c, --connect.
func flagName(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// rejectArgs refuses arguments of a command that has only options. If one is a file,
// the error says how to name it.
func rejectArgs(flags *flag.FlagSet) error {
	if flags.NArg() == 0 {
		return nil
	}
	text := fmt.Sprintf("what is %q?", flags.Arg(0))
	if flags.Lookup("c") != nil {
		text += " A configuration is named with -c FILE."
	}
	return usageError{flags.Name(), text}
}

// printHelp prints the usage if err asks for help, which is a success.
func printHelp(err error, out io.Writer) error {
	if !errors.Is(err, errHelp) {
		return err
	}
	_, err = fmt.Fprintln(out, usage)
	return err
}
