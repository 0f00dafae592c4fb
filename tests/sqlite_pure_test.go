package tests

import (
	"path/filepath"
	"testing"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/alchemytest/conformance"
)

// TestSQLitePure is TestSQLite with the driver that needs no C compiler.
func TestSQLitePure(t *testing.T) {
	conformance.Run(t, func(tb testing.TB) gorm.Dialector {
		return sqlite.Open(filepath.Join(tb.TempDir(), "test.db"))
	})
}
