package tests

import (
	"fmt"
	"os"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	alchemy "github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/clauses"
)

var tenantSlug = []string{"TenantID", "Slug"}

// upsert is a case of one call with an Upsert. Rows are made anew each time.
func upsert(about string, u clauses.Upsert, rows func() any) golden {
	return golden{about: about, run: func(db *gorm.DB) *gorm.DB { return db.Clauses(u).Create(rows()) }}
}

func onePost() any { return &Post{TenantID: 1, Slug: "a", Title: "A", Views: 7} }

func twoPosts() any {
	return &[]Post{{TenantID: 1, Slug: "b", Title: "B"}, {TenantID: 1, Slug: "a", Title: "A", Views: 7}}
}

// goldenDryRuns are the cases of TestGoldenDryRun by file.
var goldenDryRuns = map[string]golden{
	"upsert_single": upsert("One row, matched by a unique column.",
		clauses.Upsert{Match: []string{"slug"}}, func() any { return &Tag{Slug: "a", Name: of("A")} }),
	"upsert_single_primary": upsert("One row, matched by its composite primary key: nothing comes back but the key.",
		clauses.Upsert{}, func() any { return &Setting{Scope: "s", Name: "n", Value: []byte("v")} }),
	"upsert_scope": {about: "The scope is the clause.", run: func(db *gorm.DB) *gorm.DB {
		return db.Scopes(alchemy.Upsert("slug")).Create(&Tag{Slug: "a"})
	}},
	"upsert_batch": upsert("A batch goes in the order of its keys; nil is bound as NULL.",
		clauses.Upsert{Match: []string{"slug"}}, func() any { return []*Tag{{Slug: "b"}, {Slug: "a", Name: of("A")}} }),
	"upsert_composite": upsert("A composite key. The times are those of an insert; a match keeps created_at.",
		clauses.Upsert{Match: tenantSlug}, twoPosts),
	"upsert_partial_index": upsert("The predicate of a partial index becomes the target's by itself, as text.",
		clauses.Upsert{Match: []string{"slug"}}, func() any { return &Page{Slug: "a", Title: "A"} }),
	"upsert_update": upsert("Update names what a match gets; updated_at moves with it.",
		clauses.Upsert{Match: tenantSlug, Update: []string{"Views"}}, onePost),
	"upsert_fields": upsert("Fields names what is written; the match comes along by itself.",
		clauses.Upsert{Match: tenantSlug, Fields: []string{"title"}}, onePost),
	"upsert_select_omit": {about: "Omit of GORM limits the columns as Fields does.", run: func(db *gorm.DB) *gorm.DB {
		return db.Omit("Views").Clauses(clauses.Upsert{Match: tenantSlug}).Create(onePost())
	}},
	"upsert_set": upsert("Set adds expressions over the stored and the new row; its column isn't assigned twice.",
		clauses.Upsert{Match: tenantSlug, Set: []clause.Assignment{{
			Column: clause.Column{Name: "Views"},
			Value:  gorm.Expr("posts.views + ?", clauses.Excluded("Views")),
		}}}, twoPosts),
	"upsert_do_nothing": upsert("DoNothing writes no match; all columns of a new row come back.",
		clauses.Upsert{Match: []string{"slug"}, DoNothing: true}, func() any { return &Tag{Slug: "a"} }),
	"upsert_where": upsert("Where is a condition of the update; a bare column is the stored row's.",
		clauses.Upsert{Match: tenantSlug, Where: []clause.Expression{
			clause.Lt{Column: "views", Value: clauses.Excluded("views")},
			clause.Or(clause.Eq{Column: "title", Value: ""}, clause.Expr{SQL: "posts.id > ?", Vars: []any{9}}),
		}}, onePost),
	"upsert_skip_unchanged": upsert("SkipUnchanged compares all that would be updated but updated_at.",
		clauses.Upsert{Match: tenantSlug, SkipUnchanged: true}, onePost),
	"upsert_soft_delete": upsert("A deleted match is left alone, to be reported.",
		clauses.Upsert{Match: []string{"email"}}, func() any { return &Account{Email: "a@b.c", Name: "A"} }),
	"upsert_revive": upsert("Revive clears deleted_at of a match.",
		clauses.Upsert{Match: []string{"email"}, Revive: true}, func() any { return &Account{Email: "a@b.c", Name: "A"} }),
	"upsert_defaults": upsert("Rows that leave other columns to their defaults are statements of their own.",
		clauses.Upsert{Match: []string{"slug"}}, func() any {
			return &[]Job{{Slug: "a"}, {Slug: "b", Priority: 9}, {Slug: "c", Token: "t"}, {Slug: "d"}}
		}),
	"upsert_free": upsert("A row whose key the database makes can match nothing: an insert of its own.",
		clauses.Upsert{}, func() any { return &[]Tag{{Slug: "new"}, {ID: 3, Slug: "three"}} }),
	"upsert_duplicates": upsert("A key twice in a batch: the last row alone where nothing is lost by it.",
		clauses.Upsert{Match: []string{"slug"}}, func() any { return &[]Tag{{Slug: "a"}, {Slug: "b"}, {Slug: "a", Name: of("last")}} }),
	"upsert_rounds": upsert("A key twice in a batch that counts: one statement a round.",
		clauses.Upsert{Match: tenantSlug, Set: []clause.Assignment{{
			Column: clause.Column{Name: "views"}, Value: gorm.Expr("posts.views + ?", clauses.Excluded("views")),
		}}}, func() any { return &[]Post{{Slug: "a", Views: 1}, {Slug: "b", Views: 2}, {Slug: "a", Views: 4}} }),
	"upsert_chunks": upsert("Rows beyond the limit of parameters go in several statements of one text.",
		clauses.Upsert{Match: tenantSlug}, func() any {
			rows := make([]Post, 11000)
			for i := range rows {
				rows[i] = Post{TenantID: 1, Slug: fmt.Sprintf("%05d", i)}
			}
			return rows
		}),
	"upsert_schema": {
		about:  "A prefix with a schema in it.",
		naming: schema.NamingStrategy{TablePrefix: "app.my_"},
		run: func(db *gorm.DB) *gorm.DB {
			return db.Clauses(clauses.Upsert{Match: []string{"email"}}).Create(&Account{Email: "a@b.c"})
		},
	},
	"upsert_table": {about: "A table named by Table.", run: func(db *gorm.DB) *gorm.DB {
		return db.Table("archive.tags").Clauses(clauses.Upsert{Match: []string{"slug"}, SkipUnchanged: true}).Create(&Tag{Slug: "a"})
	}},
	"upsert_quoted": upsert("Reserved words, blanks and capitals in names.",
		clauses.Upsert{Match: []string{"order"}, SkipUnchanged: true}, func() any { return &Line{Position: 1, FullName: "A"} }),
	"upsert_outcomes": upsert("Outcomes ask the statement which rows are new, where it can tell.",
		clauses.Upsert{Match: []string{"slug"}, Outcomes: new([]clauses.Outcome)}, func() any { return &Tag{Slug: "a"} }),
	"upsert_maps": {about: "Maps write the columns that they name.", run: func(db *gorm.DB) *gorm.DB {
		return db.Model(&Tag{}).Clauses(clauses.Upsert{Match: []string{"slug"}}).Create([]map[string]any{
			{"slug": "b", "Name": "B"}, {"slug": "a"},
		})
	}},
	"upsert_returning": {about: "Returning of GORM beside an Upsert: the columns that come back are ours.", run: func(db *gorm.DB) *gorm.DB {
		return db.Clauses(clause.Returning{Columns: []clause.Column{{Name: "name"}}}, clauses.Upsert{Match: []string{"slug"}}).Create(&Tag{Slug: "a"})
	}},
	"upsert_empty": upsert("No rows: no statement.", clauses.Upsert{Match: []string{"slug"}}, func() any { return &[]Tag{} }),
	"upsert_unknown_field": upsert("A name that the model doesn't have is an error with the nearest one.",
		clauses.Upsert{Match: []string{"slgu"}}, func() any { return &Tag{} }),
	"create_plain": {about: "A create without clauses is GORM's.", run: func(db *gorm.DB) *gorm.DB { return db.Create(twoPosts()) }},
	"create_on_conflict": {about: "GORM's own clause is GORM's.", run: func(db *gorm.DB) *gorm.DB {
		return db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "slug"}}, UpdateAll: true}).Create(&Tag{Slug: "a"})
	}},
}

// goldenSent are the cases of TestGoldenSent by file.
var goldenSent = map[string]golden{
	"sent_do_nothing": upsert("Rows left alone are read by key, in the call's transaction, and sent again when they are gone.",
		clauses.Upsert{Match: []string{"slug"}, DoNothing: true}, func() any { return &[]Tag{{Slug: "a"}, {Slug: "b"}} }),
	"sent_composite": upsert("A read-back by a composite key, in the order of the key's columns.",
		clauses.Upsert{Match: []string{"slug", "tenant_id"}, SkipUnchanged: true}, twoPosts),
	"sent_partial_index": upsert("A read-back by a partial key sees the rows of its predicate alone.",
		clauses.Upsert{Match: []string{"slug"}, DoNothing: true}, func() any { return &Page{Slug: "a"} }),
	"sent_soft_delete": upsert("A read-back that tells whether the match is deleted; the type of the key isn't known from the result.",
		clauses.Upsert{Match: []string{"email"}}, func() any { return &Account{Email: "a@b.c"} }),
	"sent_outcomes": upsert("Outcomes take the write lock and read before, where the statement can't tell.",
		clauses.Upsert{Match: []string{"slug"}, Outcomes: new([]clauses.Outcome)}, func() any { return &Tag{Slug: "a"} }),
	"sent_on_conflict": {about: "GORM's DO NOTHING: the rows left alone are found by their key.", run: func(db *gorm.DB) *gorm.DB {
		return db.Clauses(clause.OnConflict{DoNothing: true}).Create(&[]Tag{{Slug: "a"}, {Slug: "b"}})
	}},
	"sent_savepoint": {about: "A batch in the caller's transaction is undone to a savepoint.", run: func(db *gorm.DB) *gorm.DB {
		tx := db.Begin()
		done := tx.Clauses(clauses.Upsert{Match: []string{"slug"}}).Create(&[]Tag{{Slug: "a"}})
		if err := tx.Rollback().Error; err != nil {
			return tx
		}
		return done
	}},
}

// goldenFiles returns the names of the files there are.
func goldenFiles() ([]string, error) {
	entries, err := os.ReadDir("testdata/golden")
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".txtar"))
	}
	return names, err
}
