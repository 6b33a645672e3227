package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	osuser "os/user"
	"path/filepath"
	"strings"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/store"

	"golang.org/x/term"
)

// userCommand is a `cesi user` command line, with the database open.
type userCommand struct {
	auth       *auth.Service
	actor      cesi.Actor
	words      []string
	role       cesi.Role // of add and role
	mustChange bool      // of add and passwd
	password   func() (string, error)
	stdout     io.Writer
}

// user changes the accounts in the database, also while a server uses it.
func user(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := newFlags("user")
	path := flags.String("c", "", "the configuration's path")
	roleName := flags.String("role", "", "admin, operator, logreader or viewer")
	fromStdin := flags.Bool("password-stdin", false, "read the password from standard input")
	mustChange := flags.Bool("must-change", false, "the password has to be changed at the next login")
	if err := parse(flags, args); err != nil {
		return printHelp(err, stdout)
	}
	if flags.NArg() == 0 {
		return usageError{"user", "want list, add, passwd, role or delete"}
	}
	do, err := userAction(flags.Args())
	if err != nil {
		return err
	}
	role, err := roleOf(flags.Args(), *roleName)
	if err != nil {
		return err
	}
	conf, err := findConfig(*path)
	if err != nil {
		return err
	}
	newDatabase, err := isNew(conf.Database, flags.Arg(0))
	if err != nil {
		return err
	}
	if newDatabase != "" {
		// A server whose database was removed must not find another one in its place.
		lock, err := store.LockServer(newDatabase)
		if cesi.KindOf(err) == cesi.Conflict {
			return err
		}
		defer lock.Release()
	}
	log := newLogger(stderr, conf)
	db, err := openDatabase(ctx, conf, log.Logger)
	if err != nil {
		return err
	}
	defer db.Close()
	if newDatabase != "" {
		fmt.Fprintf(stdout, "the database %s is new\n", newDatabase)
	}
	journal := store.NewJournal(db, log.Logger)
	c := &userCommand{
		auth: auth.New(auth.Options{Store: db, Journal: journal, Log: log.Logger, Now: time.Now,
			SessionLifetime: conf.SessionLifetime, SessionIdle: conf.SessionIdle, Database: absolute(conf.Database)}),
		actor: cesi.Actor{User: "cli:" + unixUser(), Role: cesi.Admin},
		words: flags.Args()[1:], role: role, mustChange: *mustChange, stdout: stdout,
		password: func() (string, error) { return readPassword(stdin, stdout, *fromStdin) },
	}
	err = do(ctx, c)
	if drainErr := journal.Drain(ctx); err == nil && drainErr != nil {
		err = fmt.Errorf("done, but the activity log could not be written: %w", drainErr)
	}
	return err
}

// isNew returns the absolute path of the database if it does not exist yet. Only add
// may create one: in another folder than the server's, the other commands would show an
// empty list, or unknown users.
func isNew(database, action string) (string, error) {
	path, err := filepath.Abs(database)
	if err != nil {
		return "", fmt.Errorf("database %s: %w", database, err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return "", nil // opening the database reports any other error
	}
	if action == "add" {
		return path, nil
	}
	if path != database {
		return "", fmt.Errorf("database %s does not exist; %q is taken from the working directory", path, database)
	}
	return "", fmt.Errorf("database %s does not exist yet", path)
}

// userAction finds the action of the words and checks their number.
func userAction(words []string) (func(context.Context, *userCommand) error, error) {
	actions := map[string]struct {
		words int
		do    func(context.Context, *userCommand) error
	}{
		"list": {0, listUsers}, "add": {1, addUser}, "passwd": {1, setPassword},
		"role": {2, setRole}, "delete": {1, deleteUser},
	}
	action, found := actions[words[0]]
	if !found {
		return nil, usageError{"user", fmt.Sprintf("what is %q?", words[0])}
	}
	if len(words)-1 != action.words {
		return nil, usageError{"user " + words[0], fmt.Sprintf("it takes %s, not %d", plural(action.words, "argument"), len(words)-1)}
	}
	return action.do, nil
}

// roleOf returns the role that add and role name, and 0 for other commands.
func roleOf(words []string, flag string) (cesi.Role, error) {
	name := flag
	switch words[0] {
	case "add":
		if name == "" {
			return 0, usageError{"user add", "--role is missing: want admin, operator, logreader or viewer"}
		}
	case "role":
		name = words[2]
	default:
		return 0, nil
	}
	role, err := cesi.ParseRole(name)
	if err != nil {
		return 0, usageError{"user " + words[0], cesi.TextOf(err).String()}
	}
	return role, nil
}

func listUsers(ctx context.Context, c *userCommand) error {
	users, err := c.auth.Users(ctx)
	if err != nil {
		return err
	}
	for _, u := range users {
		last := "never"
		if !u.LastLogin.IsZero() {
			last = u.LastLogin.Local().Format(time.DateTime)
		}
		fmt.Fprintf(c.stdout, "%-24s %-10s last login %s\n", oneLine(u.Name), u.Role, last)
	}
	return nil
}

func addUser(ctx context.Context, c *userCommand) error {
	password, err := c.password()
	if err != nil {
		return err
	}
	if err := c.auth.AddUser(ctx, c.actor, c.words[0], password, c.role, c.mustChange); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s is there, as %s\n", c.words[0], c.role)
	return nil
}

func setPassword(ctx context.Context, c *userCommand) error {
	password, err := c.password()
	if err != nil {
		return err
	}
	if err := c.auth.SetPassword(ctx, c.actor, c.words[0], password, c.mustChange); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s has a new password; all its sessions and API tokens have ended\n", c.words[0])
	return nil
}

func setRole(ctx context.Context, c *userCommand) error {
	if err := c.auth.SetRole(ctx, c.actor, c.words[0], c.role); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s is now %s\n", c.words[0], c.role)
	return nil
}

func deleteUser(ctx context.Context, c *userCommand) error {
	if err := c.auth.DeleteUser(ctx, c.actor, c.words[0]); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s is deleted\n", c.words[0])
	return nil
}

// readPassword asks twice at a terminal, or reads one line of standard input.
func readPassword(stdin io.Reader, stdout io.Writer, fromStdin bool) (string, error) {
	file, isFile := stdin.(*os.File)
	if fromStdin {
		line, err := bufio.NewReader(io.LimitReader(stdin, 4096)).ReadString('\n')
		if err != nil && line == "" {
			return "", fmt.Errorf("no password on standard input")
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return "", fmt.Errorf("standard input is no terminal: give the password with --password-stdin")
	}
	first, err := prompt(file, stdout, "Password: ")
	if err != nil {
		return "", err
	}
	second, err := prompt(file, stdout, "Again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", fmt.Errorf("the two passwords differ")
	}
	return first, nil
}

func prompt(terminal *os.File, stdout io.Writer, text string) (string, error) {
	fmt.Fprint(stdout, text)
	password, err := term.ReadPassword(int(terminal.Fd()))
	fmt.Fprintln(stdout)
	return string(password), err
}

// unixUser names the user who runs this program: the one behind sudo, if any.
func unixUser() string {
	if name := os.Getenv("SUDO_USER"); name != "" {
		return name
	}
	if u, err := osuser.Current(); err == nil {
		return u.Username
	}
	return fmt.Sprintf("uid %d", os.Getuid())
}
