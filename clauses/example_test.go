package clauses_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/utils/tests"

	"github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/clauses"
)

type Post struct {
	ID        uint
	Slug      string `gorm:"unique"`
	Title     string
	Views     int
	UpdatedAt time.Time
}

// dialector spells like PostgreSQL and knows no server.
type dialector struct{ tests.DummyDialector }

func (dialector) Name() string { return "postgres" }

func (dialector) QuoteTo(w clause.Writer, name string) {
	_, _ = w.WriteString(`"` + strings.ReplaceAll(name, ".", `"."`) + `"`)
}

func (dialector) Explain(query string, vars ...any) string {
	return logger.ExplainSQL(query, nil, `'`, vars...)
}

// printer is a logger that prints each statement.
type printer struct{ logger.Interface }

func (p printer) LogMode(logger.LogLevel) logger.Interface { return p }

func (printer) Trace(_ context.Context, _ time.Time, statement func() (string, int64), _ error) {
	if query, _ := statement(); query != "" {
		fmt.Println(query)
	}
}

// open returns a database that sends nothing and prints what it would send.
func open() *gorm.DB {
	db, err := gorm.Open(dialector{}, &gorm.Config{
		DryRun: true, Logger: printer{logger.Discard},
		NowFunc: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
	})
	if err == nil {
		err = db.Use(alchemy.New(alchemy.Config{}))
	}
	if err != nil {
		panic(err)
	}
	return db
}

func ExampleUpsert() {
	posts := []Post{{Slug: "hello", Title: "Hello"}, {Slug: "bye", Title: "Bye"}}
	err := open().Clauses(clauses.Upsert{Match: []string{"slug"}}).Create(&posts).Error
	fmt.Println(err)
	// Output:
	// INSERT INTO "posts" ("slug","title","views","updated_at") VALUES ('bye','Bye',0,'2026-01-02 03:04:05'),('hello','Hello',0,'2026-01-02 03:04:05') ON CONFLICT ("slug") DO UPDATE SET "title"="excluded"."title","views"="excluded"."views","updated_at"="excluded"."updated_at" RETURNING "id","slug"
	// <nil>
}

// Fields writes some columns of a struct that isn't filled.
func ExampleUpsert_fields() {
	post := Post{Slug: "hello", Title: "Hello"}
	err := open().Clauses(clauses.Upsert{Match: []string{"slug"}, Fields: []string{"Title"}}).Create(&post).Error
	fmt.Println(err)
	// Output:
	// INSERT INTO "posts" ("slug","title","updated_at") VALUES ('hello','Hello','2026-01-02 03:04:05') ON CONFLICT ("slug") DO UPDATE SET "title"="excluded"."title","updated_at"="excluded"."updated_at" RETURNING "id","slug","views"
	// <nil>
}

// DoNothing inserts what is new. With a database behind it, the structs of
// the others get the stored rows.
func ExampleUpsert_doNothing() {
	post := Post{Slug: "hello", Title: "Hello"}
	err := open().Clauses(clauses.Upsert{Match: []string{"slug"}, DoNothing: true}).Create(&post).Error
	fmt.Println(err)
	// Output:
	// INSERT INTO "posts" ("slug","title","views","updated_at") VALUES ('hello','Hello',0,'2026-01-02 03:04:05') ON CONFLICT ("slug") DO NOTHING RETURNING "id","slug","title","views","updated_at"
	// <nil>
}

// SkipUnchanged leaves a row that has the same values alone, its updated-at too.
func ExampleUpsert_skipUnchanged() {
	post := Post{Slug: "hello", Title: "Hello"}
	err := open().Clauses(clauses.Upsert{Match: []string{"slug"}, Update: []string{"title"}, SkipUnchanged: true}).Create(&post).Error
	fmt.Println(err)
	// Output:
	// INSERT INTO "posts" ("slug","title","views","updated_at") VALUES ('hello','Hello',0,'2026-01-02 03:04:05') ON CONFLICT ("slug") DO UPDATE SET "title"="excluded"."title","updated_at"="excluded"."updated_at" WHERE ("posts"."title"::text COLLATE "C" IS DISTINCT FROM ("excluded"."title")::text) RETURNING "id","slug","views"
	// <nil>
}

// Outcomes tells what was done, row by row: PostgreSQL in the statement
// itself. A dry run does nothing, which is no outcome.
func ExampleOutcome() {
	var outcomes []clauses.Outcome
	post := Post{Slug: "hello"}
	err := open().Clauses(clauses.Upsert{Match: []string{"slug"}, Fields: []string{"views"}, Outcomes: &outcomes}).Create(&post).Error
	fmt.Println(err)
	fmt.Println(clauses.Inserted, clauses.Updated, clauses.Unchanged, clauses.Ignored, clauses.Unknown)
	// Output:
	// INSERT INTO "posts" ("slug","views","updated_at") VALUES ('hello',0,'2026-01-02 03:04:05') ON CONFLICT ("slug") DO UPDATE SET "views"="excluded"."views","updated_at"="excluded"."updated_at" RETURNING "id","slug","title",(xmax = 0) AS "alchemy_new"
	// <nil>
	// inserted updated unchanged ignored unknown
}

// Set counts instead of overwriting. The table before the stored column
// tells it from the new row's.
func ExampleExcluded() {
	post := Post{Slug: "hello", Views: 1}
	err := open().Clauses(clauses.Upsert{
		Match:  []string{"slug"},
		Fields: []string{"views"},
		Set: []clause.Assignment{{
			Column: clause.Column{Name: "views"},
			Value:  gorm.Expr("posts.views + ?", clauses.Excluded("views")),
		}},
	}).Create(&post).Error
	fmt.Println(err)
	// Output:
	// INSERT INTO "posts" ("slug","views","updated_at") VALUES ('hello',1,'2026-01-02 03:04:05') ON CONFLICT ("slug") DO UPDATE SET "updated_at"="excluded"."updated_at","views"=posts.views + "excluded"."views" RETURNING "id","slug","title","views"
	// <nil>
}

// A condition: the newer version of a row wins.
func ExampleExcluded_where() {
	post := Post{Slug: "hello", Title: "Hello", Views: 3}
	err := open().Clauses(clauses.Upsert{
		Match:  []string{"slug"},
		Update: []string{"title", "views"},
		Where:  []clause.Expression{clause.Lt{Column: "views", Value: clauses.Excluded("views")}},
	}).Create(&post).Error
	fmt.Println(err)
	// Output:
	// INSERT INTO "posts" ("slug","title","views","updated_at") VALUES ('hello','Hello',3,'2026-01-02 03:04:05') ON CONFLICT ("slug") DO UPDATE SET "title"="excluded"."title","views"="excluded"."views","updated_at"="excluded"."updated_at" WHERE ("posts"."views" < "excluded"."views") RETURNING "id","slug"
	// <nil>
}

// A plugin that works beside this one sees which creates are upserts.
func ExampleUpsertOf() {
	db := open()
	err := db.Callback().Create().Before("gorm:create").Register("audit", func(db *gorm.DB) {
		if u, ok := clauses.UpsertOf(db.Statement); ok {
			fmt.Println("upsert by", u.Match)
		}
	})
	fmt.Println(err)
	db.Clauses(clauses.Upsert{Match: []string{"slug"}, Fields: []string{"title"}, Update: []string{"title"}}).Create(&Post{Slug: "hello"})
	// Output:
	// <nil>
	// upsert by [slug]
	// INSERT INTO "posts" ("slug","title","updated_at") VALUES ('hello','','2026-01-02 03:04:05') ON CONFLICT ("slug") DO UPDATE SET "title"="excluded"."title","updated_at"="excluded"."updated_at" RETURNING "id","slug","views"
}
