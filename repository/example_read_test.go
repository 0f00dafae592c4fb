package repository_test

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/repository"
)

func ExampleRepository_Get() {
	posts := repository.New[Post](openServer(), nil)
	post, err := posts.Get(context.Background(), 1)
	fmt.Println(post.Title, err)

	// Text is never taken for a number.
	_, err = posts.Get(context.Background(), "1 OR 1=1")
	fmt.Println(errors.Is(err, dberr.ErrInvalidKey), err)
	// Output:
	// SELECT * FROM "posts" WHERE "posts"."id" = 1 LIMIT 1
	// Hello <nil>
	// true repository: Get: "id": it takes uint, not "1 OR 1=1" (string): the primary key of Post is (id): invalid key
}

func ExampleKey() {
	type Page struct {
		TenantID uint   `gorm:"primaryKey;autoIncrement:false"`
		Slug     string `gorm:"primaryKey"`
		Text     string
	}
	pages := repository.New[Page](open(), nil)
	_, err := pages.Get(context.Background(), repository.Key{"tenant_id": 1, "slug": "home"})
	fmt.Println(err)
	_, err = pages.Get(context.Background(), repository.Key{"tenant_id": 1})
	fmt.Println(err)
	// Output:
	// SELECT * FROM "pages" WHERE "pages"."tenant_id" = 1 AND "pages"."slug" = 'home' LIMIT 1
	// <nil>
	// repository: Get: "slug" is missing: the primary key of Page is (tenant_id, slug): invalid key
}

func ExampleRepository_GetOne() {
	posts := repository.New[Post](openServer(), nil)
	post, err := posts.GetOne(context.Background(), func(db *gorm.DB) *gorm.DB {
		return db.Where("slug = ?", "hello")
	})
	fmt.Println(post.ID, err)
	// Output:
	// SELECT * FROM "posts" WHERE slug = 'hello' LIMIT 2
	// 1 <nil>
}

func ExampleRepository_GetOneOrNil() {
	posts := repository.New[Post](open(), nil)
	post, err := posts.GetOneOrNil(context.Background(), func(db *gorm.DB) *gorm.DB {
		return db.Where("slug = ?", "hello")
	})
	fmt.Println(post == nil, err)
	// Output:
	// SELECT * FROM "posts" WHERE slug = 'hello' LIMIT 2
	// true <nil>
}

func ExampleRepository_List() {
	posts := repository.New[Post](openServer(), nil)
	popular := func(db *gorm.DB) *gorm.DB { return db.Where("views > ?", 40) }
	first := func(n int) repository.Scope {
		return func(db *gorm.DB) *gorm.DB { return db.Order("views DESC").Limit(n) }
	}
	list, err := posts.List(context.Background(), popular, first(20))
	fmt.Println(len(list), err)
	// Output:
	// SELECT * FROM "posts" WHERE views > 40 ORDER BY views DESC LIMIT 20
	// 1 <nil>
}

func ExampleRepository_Count() {
	posts := repository.New[Post](open(), nil)
	recent := func(db *gorm.DB) *gorm.DB { return db.Where("views > 40").Order("id").Limit(10) }
	_, err := posts.Count(context.Background(), recent)
	fmt.Println(err)

	titles := func(db *gorm.DB) *gorm.DB { return db.Distinct("title") }
	_, err = posts.Count(context.Background(), titles)
	fmt.Println(err)
	// Output:
	// SELECT count(*) FROM "posts" WHERE views > 40
	// <nil>
	// SELECT count(*) FROM (SELECT DISTINCT "title" FROM "posts") AS counted
	// <nil>
}

func ExampleRepository_Exists() {
	posts := repository.New[Post](open(), nil)
	_, err := posts.Exists(context.Background(), func(db *gorm.DB) *gorm.DB {
		return db.Where("slug = ?", "hello")
	})
	fmt.Println(err)
	// Output:
	// SELECT 1 FROM "posts" WHERE slug = 'hello' LIMIT 1
	// <nil>
}
