package main

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/repository"
)

// contender is one way to do the workloads.
type contender struct {
	name string
	open func(gorm.Dialector) (*session, error)
}

// session is a contender with its connection. A workload that do does not
// name is one the contender has no way for; it is left out of the table.
type session struct {
	do    map[string]func(context.Context, []Item) error
	close func() error
}

// contenders in the order of the table; the first is what the others are
// measured against.
var contenders = []contender{
	{"gorm", openGORM},
	{"alchemy", openAlchemy},
}

// openGORM is what a GORM user writes today: batches of a thousand, and on
// conflict all columns but the key set to what was sent.
func openGORM(d gorm.Dialector) (*session, error) {
	db, err := openDB(d)
	if err != nil {
		return nil, err
	}
	const batch = 1000
	return &session{
		do: map[string]func(context.Context, []Item) error{
			"insert": func(ctx context.Context, rows []Item) error {
				return db.WithContext(ctx).CreateInBatches(rows, batch).Error
			},
			"upsert": func(ctx context.Context, rows []Item) error {
				return db.WithContext(ctx).Clauses(clause.OnConflict{
					Columns: []clause.Column{{Name: "sku"}},
					DoUpdates: clause.AssignmentColumns([]string{
						"name", "category", "price", "quantity", "weight", "active", "updated_at",
					}),
				}).CreateInBatches(rows, batch).Error
			},
		},
		close: func() error { return closeDB(db) },
	}, nil
}

// openAlchemy is the repository of this module.
func openAlchemy(d gorm.Dialector) (*session, error) {
	db, err := openDB(d)
	if err != nil {
		return nil, err
	}
	if err := db.Use(alchemy.New(alchemy.Config{})); err != nil {
		return nil, errors.Join(err, closeDB(db))
	}
	items := repository.New[Item](db, nil)
	return &session{
		do: map[string]func(context.Context, []Item) error{
			"insert": func(ctx context.Context, rows []Item) error { return items.AddMany(ctx, rows) },
			"upsert": func(ctx context.Context, rows []Item) error {
				return items.UpsertMany(ctx, rows, clauses.Upsert{Match: []string{"sku"}})
			},
		},
		close: func() error { return closeDB(db) },
	}, nil
}

// openDB opens a pool of one connection that logs nothing.
func openDB(d gorm.Dialector) (*gorm.DB, error) {
	db, err := gorm.Open(d, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	return db, nil
}

func closeDB(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}
