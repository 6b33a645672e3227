package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/config"
	"cesi/internal/conns"
	"cesi/internal/fleet"
	"cesi/internal/server"
	"cesi/internal/store"
	"cesi/internal/supervisor"
)

const (
	// watchEvery is how often the files of the configuration are compared.
	watchEvery = 400 * time.Millisecond
	// drainTime is how long a shutdown waits for running commands; supervisord and
	// systemd expect the whole shutdown to take less than a second.
	drainTime = 300 * time.Millisecond
	// closeTime is how long it then waits until replies are sent.
	closeTime = 200 * time.Millisecond
)

// errRestart is the result of serve when this program should execute itself again.
var errRestart = errors.New("restart")

// serve runs the dashboard until ctx ends.
func serve(ctx context.Context, args []string, stderr io.Writer) error {
	conf, err := loadConfig("serve", args)
	if err != nil {
		return printHelp(err, stderr)
	}
	app, err := newApp(ctx, conf, stderr)
	if err != nil {
		return err
	}
	return app.run(ctx)
}

// loadConfig reads the command line of a subcommand that has only -c, and loads the
// configuration.
func loadConfig(command string, args []string) (*config.Config, error) {
	flags := newFlags(command)
	path := flags.String("c", "", "the configuration's path")
	if err := parse(flags, args); err != nil {
		return nil, err
	}
	if err := rejectArgs(flags); err != nil {
		return nil, err
	}
	return findConfig(*path)
}

func findConfig(path string) (*config.Config, error) {
	path, err := config.Find(path, os.Getenv)
	if err != nil {
		return nil, err
	}
	return config.Load(path)
}

// app is the running dashboard: all parts, connected.
type app struct {
	log      *logger
	listener net.Listener
	lock     *store.ServerLock // nil if the file system has none
	db       *store.DB
	journal  *store.Journal
	auth     *auth.Service
	fleet    *fleet.Fleet
	server   *server.Server
	conf     atomic.Pointer[config.Config]
	// connections bounds the connections of listener.
	connections *conns.Limiter
	restart     chan struct{} // closed: execute again
	once        sync.Once
	closing     context.CancelFunc // ends requests that wait

	clockTrusted bool // see trustClock; after the start only for applyRetention
}

// newApp opens everything that can fail (port, database) before it starts anything.
func newApp(ctx context.Context, conf *config.Config, stderr io.Writer) (_ *app, err error) {
	a := &app{log: newLogger(stderr, conf), restart: make(chan struct{})}
	a.conf.Store(conf)
	for _, w := range conf.Warnings {
		a.log.Warn("configuration: " + w.String())
	}
	address := net.JoinHostPort(conf.Host, strconv.Itoa(conf.Port))
	if a.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", address); err != nil {
		return nil, fmt.Errorf("can't listen on %s, the host and port of cesi.conf: %w", address, reason(err))
	}
	a.limitConnections(conf)
	defer func() {
		if err != nil {
			a.listener.Close()
		}
	}()
	if err := a.lockDatabase(conf); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			a.lock.Release()
		}
	}()
	if err := a.openStore(ctx, conf); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			a.db.Close()
		}
	}()
	if err := a.firstStart(ctx, conf); err != nil {
		return nil, err
	}
	a.fleet = fleet.New(fleet.Options{
		Dial:        dial,
		Journal:     a.journal,
		History:     a.db,
		Wanted:      a.db,
		Log:         a.log.Logger,
		Now:         time.Now,
		Self:        self(a.log.Logger),
		RestartSelf: func() { a.once.Do(func() { close(a.restart) }) },
	})
	past, err := a.db.History(ctx, time.Now().Add(-cesi.Day))
	if err != nil {
		return nil, err
	}
	a.fleet.LoadHistory(past)
	wanted, err := a.db.Wanted(ctx)
	if err != nil {
		return nil, err
	}
	a.fleet.RecallWanted(wanted)
	a.fleet.Apply(fleetSettings(conf))
	sent, err := a.journal.Adopt(ctx)
	if err != nil {
		return nil, err
	}
	a.fleet.Resume(sent)
	return a, a.newServer(conf)
}

// reason returns the innermost cause of a network error, which is the useful one.
func reason(err error) error {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number
	}
	return err
}

// lockDatabase makes sure that no other server uses the database: two would mark each
// other's commands as interrupted and write every line of activity_log twice.
func (a *app) lockDatabase(conf *config.Config) (err error) {
	a.lock, err = store.LockServer(conf.Database)
	if err == nil || cesi.KindOf(err) == cesi.Conflict || cesi.KindOf(err) == cesi.Invalid {
		return err
	}
	a.log.Warn("the database can't be locked: make sure that no other CeSI uses it", "database", absolute(conf.Database), "error", err)
	return nil
}

func (a *app) openStore(ctx context.Context, conf *config.Config) (err error) {
	if a.db, err = openDatabase(ctx, conf, a.log.Logger); err != nil {
		return err
	}
	for _, warning := range readableFiles(conf.Database) {
		a.log.Warn(warning)
	}
	a.clockTrusted = true
	a.trustClock(ctx) // before this start stores anything with the clock
	a.journal = store.NewJournal(a.db, a.log.Logger)
	a.journal.SetMirror(conf.ActivityLog)
	n, err := a.db.MarkInterrupted(ctx)
	if err != nil {
		return err
	}
	if n > 0 {
		a.log.Warn("commands were under way when CeSI last ended: marked as interrupted", "entries", n)
	}
	return nil
}

// firstStart prepares the accounts, and makes the first administrator if there are no
// users.
func (a *app) firstStart(ctx context.Context, conf *config.Config) error {
	a.auth = auth.New(auth.Options{
		Store: a.db, Journal: a.journal, Log: a.log.Logger, Now: time.Now,
		SessionLifetime: conf.SessionLifetime, SessionIdle: conf.SessionIdle, Database: absolute(conf.Database),
	})
	if err := a.auth.Recall(ctx); err != nil {
		return err
	}
	file, err := a.auth.Bootstrap(ctx, conf.AdminUsername, conf.AdminPassword)
	if err != nil {
		return err
	}
	if file != "" {
		a.log.Warn("first start: the user admin was made; its password is in a file and has to be changed at the first login", "file", file)
	}
	return nil
}

func (a *app) newServer(conf *config.Config) (err error) {
	closing, cancel := context.WithCancel(context.Background())
	a.closing = cancel
	a.server, err = server.New(server.Options{
		Fleet: a.fleet, Auth: a.auth, Store: a.db, Journal: a.journal,
		Log: a.log.Logger, Now: time.Now, Build: build(),
		Prefix: conf.URLPrefix, ConfigFile: absolute(conf.Path), Database: absolute(conf.Database), Closing: closing,
		LoggedIn: conns.LoggedIn,
	}, serverSettings(conf, nil))
	return err
}

// dial makes the fleet's client of one node.
func dial(node cesi.Node) (fleet.Client, error) {
	client, err := supervisor.New(node)
	if err != nil {
		return nil, err // not a nil *Client in a Client
	}
	return client, nil
}

// run serves until ctx ends or a restart is requested, and then shuts down.
func (a *app) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)

	var background sync.WaitGroup
	journalCtx, endJournal := context.WithCancel(context.WithoutCancel(ctx))
	background.Go(func() { a.keep(journalCtx, "store the activity log", a.journal.Run) })
	background.Go(func() { a.keep(ctx, "poll the nodes", a.fleet.Run) })
	background.Go(func() { a.keep(ctx, "keep pages up to date", a.server.RunLive) })
	background.Go(func() { a.keep(ctx, "keep the sessions", a.auth.Run) })
	background.Go(func() { a.keep(ctx, "apply retention", a.applyRetention) })
	background.Go(func() {
		a.keep(ctx, "watch the configuration", func(ctx context.Context) {
			config.Watch(ctx, a.conf.Load(), watchEvery, hangup, a.reconfigure)
		})
	})

	server := a.httpServer()
	served := make(chan error, 1)
	go func() {
		served <- cesi.Contain(a.log.Logger, "serve", func() error { return server.Serve(a.connections.Listen(a.listener)) })
	}()
	a.log.Info("CeSI is ready", "address", a.listener.Addr().String(), "nodes", len(a.conf.Load().Nodes), "version", buildVersion)

	var result error
	select {
	case <-ctx.Done():
	case <-a.restart:
		result = errRestart
	case err := <-served:
		result = fmt.Errorf("serve: %w", err)
	}
	a.shutdown(server)
	cancel()
	endJournal()
	background.Wait()
	return errors.Join(result, a.close())
}

// keep runs a task until ctx ends. After a panic it starts the task again a second
// later.
func (a *app) keep(ctx context.Context, work string, run func(context.Context)) {
	for ctx.Err() == nil {
		err := cesi.Contain(a.log.Logger, work, func() error {
			run(ctx)
			return nil
		})
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (a *app) httpServer() *http.Server {
	return &http.Server{
		Handler:           a.connections.Handler(a.server),
		ConnContext:       a.connections.ConnContext,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
}

// shutdown accepts no more requests, waits briefly for running commands, and answers
// the requests that wait for them.
func (a *app) shutdown(server *http.Server) {
	a.log.Info("CeSI is shutting down")
	a.listener.Close()
	a.fleet.Drain(drainTime)
	a.closing()
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		server.Close()
	}
}

// close stores everything that is not stored yet.
func (a *app) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	a.auth.Flush(ctx)
	if err := a.journal.Drain(ctx); err != nil {
		a.log.Error("entries of the activity log could not be stored", "error", err)
	}
	if err := a.fleet.SaveHistory(ctx); err != nil {
		a.log.Error("the last of the history of states could not be stored", "error", err)
	}
	err := a.db.Close()
	a.lock.Release()
	return err
}
