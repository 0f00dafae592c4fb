// Command quickstart imports the subdivisions of all countries (ISO 3166-2)
// into SQLite, imports a later release of the same list over it, and says
// what that changed. It needs Go and nothing else:
//
//	go run -C examples ./quickstart
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/repository"
)

// Country is one entry of ISO 3166-1.
type Country struct {
	Code    string `gorm:"primaryKey;size:2"`
	Alpha3  string `gorm:"size:3"`
	Numeric string `gorm:"size:3"`
	Name    string
}

// Subdivision is one entry of ISO 3166-2: a state, province, district.
type Subdivision struct {
	ID          uint
	Code        string `gorm:"uniqueIndex;size:10"`
	Name, Type  string
	ParentCode  string
	CountryCode string `gorm:"index;size:2"`
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run does the whole import and prints to w.
func run(w io.Writer) error {
	ctx := context.Background()
	db, err := open()
	if err != nil {
		return err
	}
	defer closeDB(db)

	countries, first, next, err := data()
	if err != nil {
		return err
	}
	// No Match: countries are told apart by their primary key, the code.
	if err := repository.New[Country](db, nil).UpsertMany(ctx, countries, clauses.Upsert{}); err != nil {
		return err
	}
	fmt.Fprintf(w, "countries: %d\n", len(countries))

	subdivisions := repository.New[Subdivision](db, nil)
	for _, release := range []struct {
		name string
		rows []Subdivision
	}{{"first release", first}, {"next release", next}} {
		count, err := importRelease(ctx, subdivisions, release.rows)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s: %d inserted, %d updated, %d unchanged\n", release.name,
			count[clauses.Inserted], count[clauses.Updated], count[clauses.Unchanged])
	}

	withdrawn, err := deleteWithdrawn(ctx, db, subdivisions, next)
	if err != nil {
		return err
	}
	printWithdrawn(w, withdrawn)
	return nil
}

// importRelease is the whole import: rows whose code is new are inserted,
// rows that differ are updated, equal rows are not touched.
func importRelease(ctx context.Context, subdivisions *repository.Repository[Subdivision], rows []Subdivision) (map[clauses.Outcome]int, error) {
	var outcomes []clauses.Outcome
	err := subdivisions.UpsertMany(ctx, rows, clauses.Upsert{
		Match:         []string{"code"},
		SkipUnchanged: true,
		Outcomes:      &outcomes,
	})
	count := map[clauses.Outcome]int{}
	for _, o := range outcomes {
		count[o]++
	}
	return count, err
}

// deleteWithdrawn deletes the subdivisions that the release no longer has and
// returns them as they were. All of them go, or none.
func deleteWithdrawn(ctx context.Context, db *gorm.DB, subdivisions *repository.Repository[Subdivision], release []Subdivision) ([]Subdivision, error) {
	current := make(map[string]bool, len(release))
	for _, s := range release {
		current[s.Code] = true
	}
	var deleted []Subdivision
	err := repository.Transaction(ctx, db, func(ctx context.Context) error {
		stored, err := subdivisions.List(ctx, func(db *gorm.DB) *gorm.DB { return db.Order("code") })
		if err != nil {
			return err
		}
		for _, s := range stored {
			if current[s.Code] {
				continue
			}
			row, err := subdivisions.Delete(ctx, s.ID)
			if err != nil {
				return err
			}
			deleted = append(deleted, *row)
		}
		return nil
	}, nil)
	return deleted, err
}

// printWithdrawn prints the first of the rows and how many there are.
func printWithdrawn(w io.Writer, rows []Subdivision) {
	fmt.Fprintf(w, "withdrawn: %d\n", len(rows))
	const shown = 8
	for i, s := range rows {
		if i == shown {
			fmt.Fprintf(w, "  ... and %d more\n", len(rows)-shown)
			break
		}
		fmt.Fprintf(w, "  %-6s %s (%s)\n", s.Code, s.Name, s.Type)
	}
}

// open gives a database in memory with its tables and the plugin in use.
func open() (*gorm.DB, error) {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{
		Logger: logger.Default.LogMode(logger.Error), // no warnings of slow statements in the output
	})
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1) // each connection to :memory: is a database of its own
	if err := db.Use(alchemy.New(alchemy.Config{})); err != nil {
		return nil, err
	}
	return db, db.AutoMigrate(&Country{}, &Subdivision{})
}

// closeDB ends the database; what was in memory is gone.
func closeDB(db *gorm.DB) {
	if pool, err := db.DB(); err == nil {
		pool.Close() //nolint:errcheck // nothing is left to lose
	}
}
