// Package alchemy is a GORM plugin for writing many rows right: upserts that
// fill every struct with its own row, inserts of any size in one call, and
// deletes that give back what they deleted.
//
//	db, err := gorm.Open(postgres.Open(dsn), &gorm.Config{})
//	err = db.Use(alchemy.New(alchemy.Config{}))
//
// From then on an upsert is a clause of a plain GORM create, see
// [github.com/gormalchemy/alchemy/clauses.Upsert]:
//
//	err = db.Clauses(clauses.Upsert{Match: []string{"slug"}}).Create(&posts).Error
//
// or, the same as a scope, [Upsert]:
//
//	err = db.Scopes(alchemy.Upsert("slug")).Create(&posts).Error
//
// or a verb of a typed repository, see
// [github.com/gormalchemy/alchemy/repository.Repository]:
//
//	posts := repository.New[Post](db, nil)
//	err = posts.UpsertMany(ctx, rows, clauses.Upsert{Match: []string{"slug"}})
//
// All three run the same code.
//
// # What holds
//
// The row that matched is the row that changes: Match names a unique key, and
// a hit on another unique key is an error, never an update of another row.
//
// A call is atomic, however many statements it takes. In a transaction of
// the caller it takes a savepoint (see [Config]); a failed call leaves the
// structs as they were.
//
// Rows come back filled, each in its own struct, also those that were left
// alone. Keys that stand in a batch twice give what the rows one by one would
// have given.
//
// What a database can't do is an error before anything is sent:
// [github.com/gormalchemy/alchemy/dberr.UnsupportedError]. PostgreSQL and
// SQLite are served so far.
//
// # Errors
//
// Package [github.com/gormalchemy/alchemy/dberr] holds all of them. Violated
// constraints are a dberr.ConstraintError on every database; the driver's own
// error stays in the chain.
//
// # What stays GORM's
//
// Creates without an Upsert clause, clause.OnConflict included, keep their
// meaning. Hooks, associations, serializers, soft delete, naming and DryRun
// work as they do without the plugin.
package alchemy
