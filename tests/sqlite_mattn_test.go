package tests

import (
	"path/filepath"
	"testing"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/alchemytest/conformance"
)

// TestSQLite runs on a plain file name: no busy timeout, no journal mode, no
// limit of connections.
func TestSQLite(t *testing.T) {
	conformance.Run(t, func(tb testing.TB) gorm.Dialector {
		return sqlite.Open(filepath.Join(tb.TempDir(), "test.db"))
	})
}
