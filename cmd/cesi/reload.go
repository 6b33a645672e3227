package main

import (
	"cesi/internal/config"
	"cesi/internal/fleet"
	"cesi/internal/server"
	"cesi/internal/server/pages"
	"cesi/internal/server/session"
)

// reconfigure applies a changed configuration. A broken one changes only the banner
// that reports it.
func (a *app) reconfigure(conf *config.Config, err error) {
	old := a.conf.Load()
	if err != nil {
		a.log.Error("the configuration is broken; the old one stays in force", "error", err)
		a.server.Apply(serverSettings(old, err))
		return
	}
	for _, w := range conf.Warnings {
		a.log.Warn("configuration: " + w.String())
	}
	keys := conf.NeedsRestart(old)
	if len(keys) > 0 {
		a.log.Warn("the configuration has changed in keys that need a restart", "keys", keys)
	}
	a.log.set(conf)
	a.journal.SetMirror(conf.ActivityLog)
	a.auth.SetSessionLifetime(conf.SessionLifetime)
	a.auth.SetSessionIdle(conf.SessionIdle)
	a.fleet.Apply(fleetSettings(conf))
	settings := serverSettings(conf, nil)
	settings.Pages.NeedsRestart = keys
	a.server.Apply(settings)
	// Keys that need a restart keep the values that are in use.
	conf.Database, conf.Host, conf.Port, conf.URLPrefix = old.Database, old.Host, old.Port, old.URLPrefix
	a.conf.Store(conf)
	a.budgetConnections(conf)
	a.log.Info("the configuration is taken up", "nodes", len(conf.Nodes))
}

func fleetSettings(conf *config.Config) fleet.Settings {
	return fleet.Settings{
		Nodes: conf.Nodes, Environments: conf.Environments,
		PollInterval: conf.PollInterval, ActionTimeout: conf.ActionTimeout,
	}
}

func serverSettings(conf *config.Config, problem error) server.Settings {
	return server.Settings{
		Pages:    pages.Settings{Name: conf.Name, Theme: conf.Theme, Language: conf.Language, Problem: problem},
		Sessions: session.Settings{TrustedProxies: conf.TrustedProxies, Lifetime: conf.SessionLifetime},
	}
}
