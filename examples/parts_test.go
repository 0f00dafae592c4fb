package examples

// partFile is what a part of a program is compiled in.
const partFile = `package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/repository"
)

var (
	_ = errors.Is
	_ = fmt.Sprint
	_ clause.Expr
	_ time.Time
	_ alchemy.Config
	_ clauses.Upsert
	_ = dberr.ErrMisuse
)

func %s(ctx context.Context, db *gorm.DB, posts *repository.Repository[Post], rows []Post, post Post) error {
	var err error
	{
//line %s:%d
%s
	}
	return err
}
`

// mainFile calls the parts, each with two posts in a new database and two
// rows to write, one of them for a post that is there.
const mainFile = `package main

import (
	"context"
	"log"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/repository"
)

type Post struct {
	ID        uint
	Slug      string ` + "`gorm:\"uniqueIndex\"`" + `
	Title     string
	Views     int
	CreatedAt time.Time
	UpdatedAt time.Time
}

func main() {
%s}

func run(part func(context.Context, *gorm.DB, *repository.Repository[Post], []Post, Post) error) {
	ctx := context.Background()
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{})
	check(err)
	check(db.Use(alchemy.New(alchemy.Config{})))
	check(db.AutoMigrate(&Post{}))
	posts := repository.New[Post](db, nil)
	check(posts.AddMany(ctx, []Post{{Slug: "hello", Title: "Hello", Views: 3}, {Slug: "world", Title: "World"}}))
	post, err := posts.Get(ctx, 1)
	check(err)
	rows := []Post{{Slug: "hello", Title: "Hello again", Views: 1}, {Slug: "new", Title: "New"}}
	check(part(ctx, db, posts, rows, *post))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
`
