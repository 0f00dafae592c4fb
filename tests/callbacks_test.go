package tests

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	alchemy "github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

// stubConn is a connection that no statement gets through.
type stubConn struct{}

var errStub = errors.New("the stub sends nothing")

func (stubConn) PrepareContext(context.Context, string) (*sql.Stmt, error) { return nil, errStub }
func (stubConn) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, errStub
}
func (stubConn) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, errStub
}
func (stubConn) QueryRowContext(context.Context, string, ...any) *sql.Row { return &sql.Row{} }

// dialectors are all that GORM knows; only SQLite has something behind it.
func dialectors(t *testing.T) map[string]gorm.Dialector {
	return map[string]gorm.Dialector{
		"sqlite":    sqlite.Open(filepath.Join(t.TempDir(), "order.db")),
		"postgres":  postgres.New(postgres.Config{Conn: stubConn{}}),
		"mysql":     mysql.New(mysql.Config{Conn: stubConn{}, SkipInitializeWithVersion: true}),
		"sqlserver": sqlserver.New(sqlserver.Config{Conn: stubConn{}}),
	}
}

// inOrder is what a processor runs: each name before the next one. GORM takes
// an anchor that isn't there for no wish at all, so the order is looked at as
// it came out.
var inOrder = map[string][]string{
	"create": {
		"alchemy:check", "gorm:begin_transaction", "alchemy:begin", "gorm:before_create",
		"gorm:save_before_associations", "gorm:create", "gorm:save_after_associations", "gorm:after_create",
		"alchemy:end", "gorm:commit_or_rollback_transaction", "alchemy:restore",
	},
	// What refuses an Upsert on the other verbs is looked at by what it does:
	// GORM keeps no replacement of a callback that wants to be the first.
	"query":  {"alchemy:check", "gorm:query", "gorm:preload", "gorm:after_query"},
	"row":    {"alchemy:check", "gorm:row"},
	"update": {"gorm:begin_transaction", "gorm:before_update", "gorm:update", "gorm:after_update", "gorm:commit_or_rollback_transaction"},
	"delete": {"gorm:begin_transaction", "gorm:before_delete", "gorm:delete", "gorm:after_delete", "gorm:commit_or_rollback_transaction"},
}

// transactional are the callbacks that GORM leaves out under SkipDefaultTransaction.
var transactional = []string{"gorm:begin_transaction", "gorm:commit_or_rollback_transaction"}

// processor is what the processors of GORM have in common here.
type processor interface {
	Get(name string) func(*gorm.DB)
	Replace(name string, f func(*gorm.DB)) error
}

func processorOf(db *gorm.DB, verb string) processor {
	switch c := db.Callback(); verb {
	case "create":
		return c.Create()
	case "query":
		return c.Query()
	case "row":
		return c.Row()
	case "update":
		return c.Update()
	default:
		return c.Delete()
	}
}

type ordered struct {
	ID   uint
	Name string
}

// run executes one statement of each verb.
var run = map[string]func(db *gorm.DB) *gorm.DB{
	"create": func(db *gorm.DB) *gorm.DB { return db.Create(&ordered{Name: "a"}) },
	"query":  func(db *gorm.DB) *gorm.DB { return db.Find(&[]ordered{}) },
	"row":    func(db *gorm.DB) *gorm.DB { return db.Model(&ordered{}).Where("id = 1").Scan(&ordered{}) },
	"update": func(db *gorm.DB) *gorm.DB { return db.Model(&ordered{ID: 1}).Update("name", "b") },
	"delete": func(db *gorm.DB) *gorm.DB { return db.Delete(&ordered{ID: 1}) },
}

func TestCallbackOrder(t *testing.T) {
	for _, skip := range []bool{false, true} {
		for name, dialector := range dialectors(t) {
			for verb, order := range inOrder {
				t.Run(fmt.Sprintf("%s %s skip=%t", name, verb, skip), func(t *testing.T) {
					want := order
					if skip {
						want = slices.DeleteFunc(slices.Clone(order), func(s string) bool { return slices.Contains(transactional, s) })
					}
					got := sequence(t, dialector, verb, order, skip, nil)
					if !slices.Equal(got, want) {
						t.Errorf("callbacks ran in the order\n%v, want\n%v", got, want)
					}
				})
			}
		}
	}
}

// TestUpsertIsRefusedFirst: an Upsert where it has no meaning is an error
// before anything of GORM runs, the transaction included.
func TestUpsertIsRefusedFirst(t *testing.T) {
	for _, skip := range []bool{false, true} {
		for name, dialector := range dialectors(t) {
			for _, verb := range []string{"query", "row", "update", "delete"} {
				ran := sequence(t, dialector, verb, inOrder[verb], skip, func(callback string, db *gorm.DB) {
					if strings.HasPrefix(callback, "gorm:") && !errors.Is(db.Error, dberr.ErrMisuse) {
						t.Errorf("%s of %s ran before the Upsert was refused: %v", callback, name, db.Error)
					}
				})
				if len(ran) == 0 {
					t.Errorf("no callback of %s ran on %s", verb, name)
				}
			}
		}
	}
}

// sequence runs a verb and returns which of the callbacks ran, in order. With
// look, which sees the statement before each of them, it runs with an Upsert.
func sequence(t *testing.T, dialector gorm.Dialector, verb string, callbacks []string, skip bool, look func(name string, db *gorm.DB)) (ran []string) {
	t.Helper()
	db, err := gorm.Open(dialector, &gorm.Config{
		DryRun: true, SkipDefaultTransaction: skip, DisableAutomaticPing: true, Logger: logger.Discard,
	})
	must(t, err)
	if pool, err := db.DB(); err == nil {
		defer func() { must(t, pool.Close()) }()
	}
	must(t, db.Use(alchemy.New(alchemy.Config{})))
	p := processorOf(db, verb)
	for _, name := range callbacks {
		original := p.Get(name)
		if original == nil {
			continue // to replace what isn't there would be to add it
		}
		must(t, p.Replace(name, func(db *gorm.DB) {
			ran = append(ran, name)
			if look != nil {
				look(name, db)
			}
			original(db)
		}))
	}
	if look != nil {
		db = db.Clauses(clauses.Upsert{})
	}
	run[verb](db)
	return ran
}
