package alchemy

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/callbacks"
	"github.com/gormalchemy/alchemy/internal/config"
	"github.com/gormalchemy/alchemy/internal/dialect"
)

// Savepoints says when a call that runs inside a transaction of the caller
// takes a savepoint, so that its failure leaves that transaction usable.
type Savepoints uint8

const (
	// SavepointsAuto takes one for the verbs that write many rows (a slice,
	// AddMany, UpsertMany) or take several statements (GetAndUpdate, Delete),
	// and none for a single row. The number of rows makes no difference.
	SavepointsAuto Savepoints = iota
	// SavepointsAlways takes one for every call of this module.
	SavepointsAlways
	// SavepointsNever takes none: a failed call of several statements may
	// leave some of its rows in the caller's transaction.
	SavepointsNever
)

// Config is what New takes. The zero value is ready to use.
type Config struct {
	// Savepoints says when a call takes a savepoint in the caller's
	// transaction. Default: SavepointsAuto.
	Savepoints Savepoints
}

// Plugin is the GORM plugin that New makes. It is safe for concurrent use
// once db.Use has returned.
type Plugin struct {
	given Config
	inUse *config.Config
}

var _ gorm.Plugin = (*Plugin)(nil)

// New returns the plugin, to be given to db.Use:
//
//	db, err := gorm.Open(dialector, &gorm.Config{})
//	err = db.Use(alchemy.New(alchemy.Config{}))
//
// A bad combination of settings is an error of db.Use. One Plugin serves one
// *gorm.DB and the sessions made from it.
func New(c Config) *Plugin { return &Plugin{given: c} }

// Name returns "alchemy", the key in gorm.Config.Plugins.
func (p *Plugin) Name() string { return config.PluginName }

// Initialize registers the callbacks; db.Use calls it. It sends nothing to
// the database.
func (p *Plugin) Initialize(db *gorm.DB) error {
	if p.inUse != nil {
		return errors.New("alchemy: this Plugin is in use already: give each *gorm.DB its own alchemy.New")
	}
	if p.given.Savepoints > SavepointsNever {
		return fmt.Errorf("alchemy: Config.Savepoints is %d: use SavepointsAuto, SavepointsAlways or SavepointsNever", p.given.Savepoints)
	}
	c := &config.Config{
		Savepoints: config.Savepoints(p.given.Savepoints),
		Dialect:    dialect.New(db),
	}
	if err := callbacks.Register(db, c); err != nil {
		return fmt.Errorf("alchemy: register callbacks: %w", err)
	}
	p.inUse = c
	return nil
}

// AlchemyConfig hands the settings to the other packages of this module.
func (p *Plugin) AlchemyConfig() *config.Config { return p.inUse }
