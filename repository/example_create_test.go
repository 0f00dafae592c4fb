package repository_test

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/repository"
)

func ExampleRepository_Add() {
	posts := repository.New[Post](open(), nil)
	err := posts.Add(context.Background(), &Post{Slug: "hello", Title: "Hello"})
	fmt.Println(err)

	// A scope may narrow what is inserted; a condition has no place here.
	err = posts.Add(context.Background(), &Post{Slug: "hello"}, func(db *gorm.DB) *gorm.DB {
		return db.Where("slug = ?", "hello")
	})
	fmt.Println(errors.Is(err, dberr.ErrMisuse), err)
	// Output:
	// INSERT INTO "posts" ("tenant_id","slug","title","views","updated_at") VALUES (0,'hello','Hello',0,'2026-01-02 03:04:05') RETURNING "id"
	// <nil>
	// true repository: Add: a scope left WHERE on a create, which has no use for it: misuse
}

func ExampleRepository_AddMany() {
	posts := repository.New[Post](open(), nil)
	rows := []Post{{Slug: "hello"}, {Slug: "world"}}
	fmt.Println(posts.AddMany(context.Background(), rows))
	// Output:
	// INSERT INTO "posts" ("tenant_id","slug","title","views","updated_at") VALUES (0,'hello','',0,'2026-01-02 03:04:05'),(0,'world','',0,'2026-01-02 03:04:05') RETURNING "id"
	// <nil>
}

func ExampleRepository_Upsert() {
	posts := repository.New[Post](open(), nil)
	post := Post{TenantID: 1, Slug: "hello", Title: "Hello"}
	err := posts.Upsert(context.Background(), &post, clauses.Upsert{
		Match:  []string{"TenantID", "Slug"},
		Fields: []string{"Title"},
	})
	fmt.Println(err)
	// Output:
	// INSERT INTO "posts" ("tenant_id","slug","title","updated_at") VALUES (1,'hello','Hello','2026-01-02 03:04:05') ON CONFLICT ("tenant_id","slug") DO UPDATE SET "title"="excluded"."title","updated_at"="excluded"."updated_at" RETURNING "id","tenant_id","slug","views"
	// <nil>
}

func ExampleRepository_UpsertMany() {
	posts := repository.New[Post](open(), nil)
	rows := []Post{{TenantID: 1, Slug: "hello", Views: 1}, {TenantID: 1, Slug: "world", Views: 1}}
	err := posts.UpsertMany(context.Background(), rows, clauses.Upsert{
		Match:  []string{"tenant_id", "slug"},
		Fields: []string{"views"},
	})
	fmt.Println(err)
	// Output:
	// INSERT INTO "posts" ("tenant_id","slug","views","updated_at") VALUES (1,'hello',1,'2026-01-02 03:04:05'),(1,'world',1,'2026-01-02 03:04:05') ON CONFLICT ("tenant_id","slug") DO UPDATE SET "views"="excluded"."views","updated_at"="excluded"."updated_at" RETURNING "id","tenant_id","slug","title"
	// <nil>
}

func ExampleRepository_GetOrUpsert() {
	posts := repository.New[Post](open(), nil)
	post := Post{TenantID: 1, Slug: "hello", Title: "Hello"}
	_, err := posts.GetOrUpsert(context.Background(), &post, clauses.Upsert{Match: []string{"tenant_id", "slug"}})
	fmt.Println(err)
	// Output:
	// INSERT INTO "posts" ("tenant_id","slug","title","views","updated_at") VALUES (1,'hello','Hello',0,'2026-01-02 03:04:05') ON CONFLICT ("tenant_id","slug") DO NOTHING RETURNING "id","tenant_id","slug","title","views","updated_at"
	// <nil>
}
