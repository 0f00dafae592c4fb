package repository_test

import (
	"context"
	"fmt"

	"github.com/gormalchemy/alchemy/repository"
)

func ExampleRepository_Update() {
	posts := repository.New[Post](open(), nil)
	post := Post{ID: 1, Title: "Hello"}

	// Named fields are written, zero values too; updated_at comes along.
	fmt.Println(posts.Update(context.Background(), &post, "Title", "Views"))

	fmt.Println(posts.Update(context.Background(), &post, "Titel"))
	fmt.Println(posts.Update(context.Background(), &Post{Title: "Hello"}, "Title"))
	// Output:
	// UPDATE "posts" SET "title"='Hello',"views"=0,"updated_at"='2026-01-02 03:04:05' WHERE "id" = 1
	// <nil>
	// repository: Update: Post has no field "Titel", did you mean "Title"?: unknown field
	// repository: Update: field "ID" is zero: the primary key of Post is (id): invalid key
}

func ExampleRepository_GetAndUpdate() {
	posts := repository.New[Post](openServer(), nil)
	post, err := posts.GetAndUpdate(context.Background(), 1, func(p *Post) error {
		p.Views++
		return nil
	})
	fmt.Println(post.Views, err)

	// Nothing changed, nothing written.
	_, err = posts.GetAndUpdate(context.Background(), 1, func(*Post) error { return nil })
	fmt.Println(err)
	// Output:
	// BEGIN
	// SELECT * FROM "posts" WHERE "posts"."id" = 1 LIMIT 1 FOR UPDATE
	// UPDATE "posts" SET "views"=42,"updated_at"='2026-01-02 03:04:05' WHERE "id" = 1
	// COMMIT
	// 42 <nil>
	// BEGIN
	// SELECT * FROM "posts" WHERE "posts"."id" = 1 LIMIT 1 FOR UPDATE
	// COMMIT
	// <nil>
}

func ExampleRepository_Delete() {
	posts := repository.New[Post](openServer(), nil)
	post, err := posts.Delete(context.Background(), 1)
	fmt.Println(post.Title, err)
	// Output:
	// BEGIN
	// SELECT * FROM "posts" WHERE "posts"."id" = 1 LIMIT 1 FOR UPDATE
	// DELETE FROM "posts" WHERE "posts"."id" = 1
	// COMMIT
	// Hello <nil>
}
