package conformance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"

	alchemy "github.com/gormalchemy/alchemy"
)

// env is what one case works with: a database under a table prefix of its own.
type env struct {
	t      *testing.T
	ctx    context.Context // ends with the case, before the tables are dropped
	db     *gorm.DB        // default settings, plugin in use, statements recorded
	rec    *recorder       // of db and of everything made by open
	prefix string          // of every table

	dialector gorm.Dialector
	schemas   []string
}

// newEnv opens the database for one case and arranges its end: tables with
// the prefix are dropped, pools are closed.
func newEnv(t *testing.T, d gorm.Dialector) *env {
	t.Helper()
	random := make([]byte, 4)
	if _, err := rand.Read(random); err != nil {
		t.Fatalf("random table prefix: %v", err)
	}
	e := &env{
		t: t, ctx: t.Context(), rec: &recorder{}, dialector: d,
		prefix: "c" + hex.EncodeToString(random) + "_",
	}
	t.Cleanup(e.dropAll)
	e.db = e.open(&gorm.Config{})
	return e
}

// open gives another *gorm.DB on the same database and prefix with settings
// of its own. Its pool is closed when the case ends.
func (e *env) open(cfg *gorm.Config) *gorm.DB {
	e.t.Helper()
	return e.openWith(cfg, alchemy.Config{})
}

// openWith is open with settings of the plugin.
func (e *env) openWith(cfg *gorm.Config, plugin alchemy.Config) *gorm.DB {
	e.t.Helper()
	db := e.openPlain(cfg)
	e.ok(db.Use(alchemy.New(plugin)))
	return db
}

// openPlain is open without the plugin: GORM as it is.
func (e *env) openPlain(cfg *gorm.Config) *gorm.DB {
	e.t.Helper()
	if cfg.NamingStrategy == nil {
		cfg.NamingStrategy = schema.NamingStrategy{TablePrefix: e.prefix, IdentifierMaxLength: 63}
	}
	if cfg.Logger == nil {
		cfg.Logger = logger.Discard
	}
	db, err := gorm.Open(recordingDialector{Dialector: e.dialector, rec: e.rec}, cfg)
	if err != nil {
		e.t.Fatalf("open the database: %v", err)
	}
	pool, err := db.DB()
	e.ok(err)
	// Contention cases use sixteen connections; without this most of them
	// would be closed and opened again for every call.
	pool.SetMaxIdleConns(16)
	e.t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			e.t.Errorf("close the pool: %v", err)
		}
	})
	return db
}

// migrate makes the tables of the models. They are dropped when the case ends.
func (e *env) migrate(models ...any) {
	e.t.Helper()
	if err := e.db.AutoMigrate(models...); err != nil {
		e.t.Fatalf("migrate: %v", err)
	}
}

// table is the name of a table of this case: its prefix and the given rest.
func (e *env) table(rest string) string { return e.prefix + rest }

// schema makes a schema of this case and returns its name.
func (e *env) schema() string {
	e.t.Helper()
	name := fmt.Sprintf("%ss%d", e.prefix, len(e.schemas))
	e.ok(e.db.Exec("CREATE SCHEMA " + name).Error)
	e.schemas = append(e.schemas, name)
	return name
}

// statements returns what fn sent to the database through e.db, or through
// what open gave, in order and without transaction control. Where GORM's
// PrepareStmt is set, a statement counts when it is prepared.
func (e *env) statements(fn func()) []string {
	var rows []string
	for _, s := range e.allStatements(fn) {
		if !isTransactionControl(s) {
			rows = append(rows, s)
		}
	}
	return rows
}

// allStatements is statements with transaction control: BEGIN, COMMIT and
// ROLLBACK, and the texts of savepoints as they are sent.
func (e *env) allStatements(fn func()) []string {
	from := e.rec.mark()
	fn()
	return e.rec.since(from)
}

// dropAll runs after the pools of the case are closed, and on a new one: a
// case may have closed or broken what it used.
func (e *env) dropAll() {
	db, err := gorm.Open(e.dialector, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		e.t.Errorf("open the database to drop the tables: %v", err)
		return
	}
	// A case that failed may have left a transaction open, with its locks.
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	db = db.WithContext(ctx)
	if pool, err := db.DB(); err == nil {
		defer func() {
			if err := pool.Close(); err != nil {
				e.t.Errorf("close the pool: %v", err)
			}
		}()
	}
	for _, name := range e.schemas {
		if err := db.Exec("DROP SCHEMA " + name + " CASCADE").Error; err != nil {
			e.t.Errorf("drop schema %q: %v", name, err)
		}
	}
	tables, err := db.Migrator().GetTables()
	if err != nil {
		e.t.Errorf("list the tables: %v", err)
	}
	for _, name := range tables {
		if strings.HasPrefix(name, e.prefix) {
			if err := db.Migrator().DropTable(name); err != nil {
				e.t.Errorf("drop table %q: %v", name, err)
			}
		}
	}
}
