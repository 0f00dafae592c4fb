// Package config carries what the user set in alchemy.Config, and what the
// plugin learns of the database, to the packages that may not import the root.
package config

import (
	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/internal/dialect"
)

// PluginName is the key of the plugin in gorm.Config.Plugins.
const PluginName = "alchemy"

// Savepoints says when a call in the caller's transaction takes a savepoint.
type Savepoints uint8

// The values are documented at alchemy.Savepoints.
const (
	SavepointsAuto Savepoints = iota
	SavepointsAlways
	SavepointsNever
)

// Config is what alchemy.Config comes to at Initialize.
type Config struct {
	Savepoints Savepoints
	Dialect    *dialect.Dialect
}

// Holder is the part of the plugin that other packages read.
type Holder interface{ AlchemyConfig() *Config }

// Of returns the configuration of the plugin in use on db, or
// dberr.ErrNotInstalled.
func Of(db *gorm.DB) (*Config, error) {
	if db == nil || db.Config == nil {
		return nil, dberr.ErrNotInstalled
	}
	if h, ok := db.Plugins[PluginName].(Holder); ok {
		return h.AlchemyConfig(), nil
	}
	return nil, dberr.ErrNotInstalled
}
