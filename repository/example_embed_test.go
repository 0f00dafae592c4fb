package repository_test

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/repository"
)

// PostRepository has the verbs of a repository and two methods of its own.
type PostRepository struct {
	*repository.Repository[Post]
}

func NewPostRepository(db *gorm.DB, tenant uint) PostRepository {
	return PostRepository{repository.New[Post](db, &repository.Options{
		Values: map[string]any{"tenant_id": tenant},
	})}
}

// Popular reads with a query of its own.
func (r PostRepository) Popular(ctx context.Context, views int) (posts []Post, err error) {
	err = r.DB(ctx).Where("views > ?", views).Order("views DESC").Find(&posts).Error
	return posts, err
}

// Visit counts a visit, in the database.
func (r PostRepository) Visit(ctx context.Context, id uint) error {
	return r.DB(ctx).Where("id = ?", id).Update("views", gorm.Expr("views + 1")).Error
}

// Methods of an embedding type are called like the verbs: by themselves, or
// in a transaction with others. The bounds hold for them, too.
func Example_embedding() {
	ctx := context.Background()
	db := openServer()
	posts := NewPostRepository(db, 7)

	popular, err := posts.Popular(ctx, 40)
	fmt.Println(len(popular), err)

	err = repository.Transaction(ctx, db, func(ctx context.Context) error {
		popular, err := posts.Popular(ctx, 40)
		if err != nil {
			return err
		}
		return posts.Visit(ctx, popular[0].ID)
	}, nil)
	fmt.Println(err)
	// Output:
	// SELECT * FROM "posts" WHERE views > 40 AND "posts"."tenant_id" = 7 ORDER BY views DESC
	// 1 <nil>
	// BEGIN
	// SELECT * FROM "posts" WHERE views > 40 AND "posts"."tenant_id" = 7 ORDER BY views DESC
	// UPDATE "posts" SET "views"=views + 1,"updated_at"='2026-01-02 03:04:05' WHERE id = 1 AND "posts"."tenant_id" = 7
	// COMMIT
	// <nil>
}

func ExampleTransaction() {
	ctx := context.Background()
	db := openServer()
	posts := repository.New[Post](db, nil)

	err := repository.Transaction(ctx, db, func(ctx context.Context) error {
		post, err := posts.Get(ctx, 1)
		if err != nil {
			return err
		}
		post.Title = "Hello, again"
		if err := posts.Update(ctx, post, "Title"); err != nil {
			return err
		}
		return errors.New("changed my mind")
	}, nil)
	fmt.Println(err)
	// Output:
	// BEGIN
	// SELECT * FROM "posts" WHERE "posts"."id" = 1 LIMIT 1
	// UPDATE "posts" SET "title"='Hello, again',"updated_at"='2026-01-02 03:04:05' WHERE "id" = 1
	// ROLLBACK
	// changed my mind
}

func ExampleRepository_WithDB() {
	ctx := context.Background()
	db := openServer()
	posts := repository.New[Post](db, nil)

	err := db.Transaction(func(tx *gorm.DB) error {
		_, err := posts.WithDB(tx).Get(ctx, 1)
		return err
	})
	fmt.Println(err)
	// Output:
	// BEGIN
	// SELECT * FROM "posts" WHERE "posts"."id" = 1 LIMIT 1
	// COMMIT
	// <nil>
}

func ExampleOptions() {
	posts := repository.New[Post](open(), &repository.Options{
		Values: map[string]any{"tenant_id": 7},
		Scopes: []repository.Scope{func(db *gorm.DB) *gorm.DB { return db.Where("views > 0") }},
	})
	_, err := posts.List(context.Background(), func(db *gorm.DB) *gorm.DB {
		return db.Where("slug = ?", "hello").Or("slug = ?", "world")
	})
	fmt.Println(err)
	fmt.Println(posts.Add(context.Background(), &Post{Slug: "hello"}))
	fmt.Println(posts.Add(context.Background(), &Post{Slug: "hello", TenantID: 8}))
	// Output:
	// SELECT * FROM "posts" WHERE (slug = 'hello' OR slug = 'world') AND "posts"."tenant_id" = 7 AND views > 0
	// <nil>
	// INSERT INTO "posts" ("tenant_id","slug","title","views","updated_at") VALUES (7,'hello','',0,'2026-01-02 03:04:05') RETURNING "id"
	// <nil>
	// repository: Add: row 0: field "TenantID" is 8, but this repository is bound to 7: misuse
}
