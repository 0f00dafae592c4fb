// Package callbacks runs the clauses inside GORM's create, update and delete.
package callbacks

import (
	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/internal/config"
)

// Register puts the callbacks into the processors of db.
func Register(db *gorm.DB, c *config.Config) error { return nil }
