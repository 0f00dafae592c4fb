package dberr_test

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/utils/tests"

	"github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

type Post struct {
	ID    uint
	Slug  string `gorm:"unique"`
	Title string
}

// open returns a database without a server: an error comes before it is missed.
func open() *gorm.DB {
	db, err := gorm.Open(tests.DummyDialector{}, &gorm.Config{Logger: logger.Discard})
	if err == nil {
		err = db.Use(alchemy.New(alchemy.Config{}))
	}
	if err != nil {
		panic(err)
	}
	return db
}

func ExampleConstraintError() {
	// What an upsert returns for a row that breaks a constraint.
	err := fmt.Errorf("import: %w", &dberr.ConstraintError{
		Kind: dberr.Unique, Table: "posts", Columns: []string{"slug"}, Row: 2, Err: errors.New("UNIQUE constraint failed: posts.slug"),
	})

	var c *dberr.ConstraintError
	if errors.As(err, &c) {
		fmt.Println(c.Kind, c.Table, c.Columns, c.Row)
	}
	fmt.Println(errors.Is(err, gorm.ErrDuplicatedKey))
	fmt.Println(err)
	// Output:
	// unique posts [slug] 2
	// true
	// import: unique constraint of table "posts" (slug) violated by row 2: UNIQUE constraint failed: posts.slug
}

func ExampleKind() {
	for _, k := range []dberr.Kind{dberr.Unique, dberr.ForeignKey, dberr.Check, dberr.NotNull, dberr.Exclusion} {
		fmt.Println(k)
	}
	// Output:
	// unique
	// foreign key
	// check
	// not null
	// exclusion
}

func ExampleUnsupportedError() {
	err := error(&dberr.UnsupportedError{Dialect: "clickhouse", Feature: "upsert", Remedy: "it takes INSERT .. ON CONFLICT .. RETURNING"})

	var u *dberr.UnsupportedError
	fmt.Println(errors.As(err, &u), errors.Is(err, gorm.ErrUnsupportedDriver))
	fmt.Println(err)
	// Output:
	// true true
	// upsert is not supported on "clickhouse": it takes INSERT .. ON CONFLICT .. RETURNING
}

// A name that the model doesn't have is an error before anything is sent; it
// says which name is the nearest.
func Example_unknownField() {
	err := open().Clauses(clauses.Upsert{Match: []string{"slug"}, Update: []string{"Titel"}}).Create(&Post{Slug: "a"}).Error
	fmt.Println(errors.Is(err, dberr.ErrUnknownField), errors.Is(err, gorm.ErrInvalidField))
	fmt.Println(err)
	// Output:
	// true true
	// alchemy: Upsert.Update names "Titel", which Post does not have, did you mean "Title"?: unknown field
}

// Match names what no unique key consists of. The message lists those there are.
func Example_matchNotUnique() {
	err := open().Scopes(alchemy.Upsert("title")).Create(&Post{Slug: "a"}).Error
	fmt.Println(errors.Is(err, dberr.ErrMatchNotUnique))
	fmt.Println(err)
	// Output:
	// true
	// alchemy: Upsert.Match (title) of Post: match fields are no unique key; the unique keys are primary key (id), (slug)
}

// The plugin is missing: the clause doesn't degrade to a plain insert.
func Example_notInstalled() {
	db, err := gorm.Open(tests.DummyDialector{}, &gorm.Config{DryRun: true, Logger: logger.Discard})
	if err != nil {
		panic(err)
	}
	err = db.Clauses(clauses.Upsert{Match: []string{"slug"}}).Create(&Post{Slug: "a"}).Error
	fmt.Println(errors.Is(err, dberr.ErrNotInstalled))
	// Output: true
}
