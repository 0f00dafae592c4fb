package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	pure "github.com/glebarez/sqlite"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

// engine is a database to measure on.
type engine struct {
	name  string
	dsn   func(given, dir string) (string, error)
	open  func(dsn string) gorm.Dialector
	empty string // statement that empties the table
}

var engines = []engine{
	{"sqlite", sqliteFile("?_journal_mode=WAL&_synchronous=NORMAL"), sqlite.Open, emptySQLite},
	{"sqlite-go", sqliteFile("?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"), pure.Open, emptySQLite},
	{"pg", postgresDSN, postgres.Open, "TRUNCATE alchemy_bench_items RESTART IDENTITY"},
}

const emptySQLite = "DELETE FROM alchemy_bench_items"

// sqliteFile makes a DSN for a file in a directory that is removed at the end.
// The settings are those of most servers that run on SQLite.
func sqliteFile(settings string) func(given, dir string) (string, error) {
	return func(_, dir string) (string, error) {
		return "file:" + filepath.ToSlash(filepath.Join(dir, "bench.db")) + settings, nil
	}
}

func postgresDSN(given, _ string) (string, error) {
	if given != "" {
		return given, nil
	}
	if dsn := os.Getenv("ALCHEMY_TEST_POSTGRES_DSN"); dsn != "" {
		return dsn, nil
	}
	return "", errors.New("engine \"pg\" needs -dsn or ALCHEMY_TEST_POSTGRES_DSN")
}

// table opens a connection of its own, without any plugin, to prepare the
// table and to check what a run left in it.
type table struct {
	db    *gorm.DB
	empty string
}

func newTable(e engine, dsn string) (*table, error) {
	db, err := openDB(e.open(dsn))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", e.name, err)
	}
	if err := db.AutoMigrate(&Item{}); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate %s: %w", e.name, err), closeDB(db))
	}
	return &table{db: db, empty: e.empty}, nil
}

// reset empties the table and puts rows into it.
func (t *table) reset(rows []Item) error {
	if err := t.db.Exec(t.empty).Error; err != nil {
		return fmt.Errorf("empty the table: %w", err)
	}
	if len(rows) == 0 {
		return nil
	}
	if err := t.db.CreateInBatches(rows, 1000).Error; err != nil {
		return fmt.Errorf("fill the table: %w", err)
	}
	return nil
}

// check compares the table with what a run should have left: so many rows,
// each of the last generation.
func (t *table) check(rows int) error {
	var all, current int64
	if err := t.db.Model(&Item{}).Count(&all).Error; err != nil {
		return err
	}
	if err := t.db.Model(&Item{}).Where("name LIKE ?", "%generation 2").Count(&current).Error; err != nil {
		return err
	}
	if all != int64(rows) || current != int64(rows) {
		return fmt.Errorf("the table holds %d rows, %d of them as written, want %d", all, current, rows)
	}
	return nil
}

// drop removes the table and closes the connection.
func (t *table) drop() error {
	return errors.Join(t.db.Migrator().DropTable(&Item{}), closeDB(t.db))
}
