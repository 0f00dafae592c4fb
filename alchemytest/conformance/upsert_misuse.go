package conformance

import (
	"errors"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	alchemy "github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

// refused checks that a call fails with target, that the message holds all
// the words in any case, and that no row was written or read.
func refused(e *env, what string, target error, words []string, call func() error) {
	e.t.Helper()
	var err error
	sent := dataStatements(e.statements(func() { err = call() }))
	if !errors.Is(err, target) {
		e.t.Errorf("%s: error is %v, want %v", what, err, target)
		return
	}
	for _, w := range words {
		if !strings.Contains(strings.ToLower(err.Error()), w) {
			e.t.Errorf("%s: %q does not hold %q", what, err, w)
		}
	}
	if len(sent) > 0 {
		e.t.Errorf("%s: sent %q before it failed", what, shortened(sent))
	}
}

var _ = register("08 upsert by what is no unique key", upsertNoKey)

// upsertNoKey: the error names the unique keys there are, and comes before
// BEGIN.
func upsertNoKey(e *env) {
	e.migrate(&upPost{}, &upPage{}, &upNoKey{}, &upPartial{})
	keys := dberr.ErrMatchNotUnique
	post := func(match ...string) func() error {
		return func() error {
			rows := []upPost{{Slug: "a"}}
			return e.db.Clauses(clauses.Upsert{Match: match}).Create(&rows).Error
		}
	}
	refused(e, "column without an index", keys, []string{"title", "slug", "id"}, post("title"))
	refused(e, "more than a key", keys, []string{"slug"}, post("slug", "title"))
	refused(e, "two keys", keys, []string{"slug"}, post("slug", "id"))
	refused(e, "half a key", keys, []string{"tenant"}, func() error {
		return e.db.Clauses(clauses.Upsert{Match: []string{"slug"}}).Create(&upPage{Slug: "a"}).Error
	})
	refused(e, "no primary key", dberr.ErrMatchNotUnique, nil, func() error {
		return e.db.Clauses(clauses.Upsert{}).Create(&upNoKey{Code: "a"}).Error
	})
	all := e.allStatements(func() {
		e.wantErr(e.db.Clauses(clauses.Upsert{Match: []string{"nothing"}}).Create(&upPost{}).Error, dberr.ErrUnknownField)
	})
	e.equal("statements for an unknown name", all, []string(nil))
	for name, model := range map[string]any{"posts": &upPost{}, "pages": &upPage{}, "no key": &upNoKey{}} {
		e.equal("rows of "+name, countOf(e, model), int64(0))
	}
}

var _ = register("08 upsert names a column that is not there", upsertUnknownNames)

// upsertUnknownNames: in every list, with the nearest name there is.
func upsertUnknownNames(e *env) {
	e.migrate(&upPost{})
	slug := []string{"slug"}
	for what, c := range map[string]struct {
		u     clauses.Upsert
		words []string
	}{
		"Match":  {clauses.Upsert{Match: []string{"slgu"}}, []string{`"slgu"`, "slug"}},
		"Fields": {clauses.Upsert{Match: slug, Fields: []string{"titel"}}, []string{`"titel"`, "title"}},
		"Update": {clauses.Upsert{Match: slug, Update: []string{"title", "viewz"}}, []string{`"viewz"`, "views"}},
		"Set":    {clauses.Upsert{Match: slug, Set: []clause.Assignment{{Column: clause.Column{Name: "scor"}, Value: 1}}}, []string{`"scor"`, "score"}},
	} {
		refused(e, what, dberr.ErrUnknownField, c.words, func() error {
			return e.db.Clauses(c.u).Create(&upPost{Slug: "a"}).Error
		})
	}
}

var _ = register("42 upsert with options that contradict each other", upsertContradictions)

// upsertContradictions: nothing is picked in silence.
func upsertContradictions(e *env) {
	e.migrate(&upPost{})
	slug := []string{"slug"}
	set := []clause.Assignment{{Column: clause.Column{Name: "views"}, Value: 1}}
	where := []clause.Expression{clause.Eq{Column: "views", Value: 1}}
	for what, u := range map[string]clauses.Upsert{
		"DoNothing with Update":        {Match: slug, DoNothing: true, Update: []string{"title"}},
		"DoNothing with Set":           {Match: slug, DoNothing: true, Set: set},
		"DoNothing with Where":         {Match: slug, DoNothing: true, Where: where},
		"DoNothing with SkipUnchanged": {Match: slug, DoNothing: true, SkipUnchanged: true},
		"DoNothing with Revive":        {Match: slug, DoNothing: true, Revive: true},
		"Update of the primary key":    {Match: slug, Update: []string{"id"}},
		"Update of the match":          {Match: slug, Update: []string{"slug"}},
		"Set of the match":             {Match: slug, Set: []clause.Assignment{{Column: clause.Column{Name: "slug"}, Value: "x"}}},
		"Set of the primary key":       {Match: slug, Set: []clause.Assignment{{Column: clause.Column{Name: "id"}, Value: 1}}},
		"a column set twice":           {Match: slug, Set: append(append([]clause.Assignment(nil), set...), set...)},
		"a column in Update and Set":   {Match: slug, Update: []string{"views"}, Set: set},
		"a match field twice":          {Match: []string{"slug", "Slug"}},
		"Update not in Fields":         {Match: slug, Fields: []string{"title"}, Update: []string{"views"}},
		"Duplicates out of range":      {Match: slug, Duplicates: clauses.Duplicates(9)},
	} {
		refused(e, what, dberr.ErrMisuse, nil, func() error { return e.db.Clauses(u).Create(&upPost{Slug: "a"}).Error })
	}
}

var _ = register("42 upsert where it has no meaning", upsertElsewhere)

// upsertElsewhere: on queries, updates and deletes, beside OnConflict, with
// a condition on the create, twice.
func upsertElsewhere(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a")
	with := func() *gorm.DB { return e.db.Clauses(bySlug) }
	var one upPost
	var many []upPost
	var n int64
	for what, call := range map[string]func() error{
		"Find":  func() error { return with().Find(&many).Error },
		"First": func() error { return with().First(&one).Error },
		"Take":  func() error { return with().Take(&one).Error },
		"Count": func() error { return with().Model(&upPost{}).Count(&n).Error },
		"Pluck": func() error { var s []string; return with().Model(&upPost{}).Pluck("slug", &s).Error },
		"Rows": func() error {
			rows, err := with().Model(&upPost{}).Rows()
			if rows != nil {
				e.ok(rows.Err())
				e.ok(rows.Close())
			}
			return err
		},
		"Update":           func() error { return with().Model(&upPost{}).Where("slug = ?", "a").Update("title", "x").Error },
		"Updates":          func() error { return with().Where("slug = ?", "a").Updates(&upPost{Title: "x"}).Error },
		"Delete":           func() error { return with().Where("slug = ?", "a").Delete(&upPost{}).Error },
		"scope on a query": func() error { return e.db.Scopes(alchemy.Upsert("slug")).Find(&many).Error },
		"beside OnConflict": func() error {
			return with().Clauses(clause.OnConflict{DoNothing: true}).Create(&upPost{Slug: "b"}).Error
		},
		"OnConflict before it": func() error {
			return e.db.Clauses(clause.OnConflict{UpdateAll: true}, bySlug).Create(&upPost{Slug: "b"}).Error
		},
		"Where on the create":       func() error { return with().Where("views = 1").Create(&upPost{Slug: "b"}).Error },
		"generics, Find":            func() error { _, err := gorm.G[upPost](e.db, bySlug).Find(e.ctx); return err },
		"generics, Where and Count": func() error { _, err := gorm.G[upPost](e.db, bySlug).Count(e.ctx, "*"); return err },
	} {
		upsertLeavesPosts(e, func() { refused(e, what, dberr.ErrMisuse, nil, call) })
	}
}

var _ = register("42 upsert of values that can not be written", upsertBadValues)

// upsertBadValues: nil pointers, nil elements and what is no struct.
func upsertBadValues(e *env) {
	e.migrate(&upPost{})
	bad := dberr.ErrInvalidValue
	refused(e, "nil pointer", gorm.ErrInvalidValue, nil, func() error { return e.db.Clauses(bySlug).Create((*upPost)(nil)).Error })
	refused(e, "nil slice pointer", gorm.ErrInvalidValue, nil, func() error { return e.db.Clauses(bySlug).Create((*[]upPost)(nil)).Error })
	refused(e, "nil element", bad, []string{"2"}, func() error {
		return e.db.Clauses(bySlug).Create([]*upPost{{Slug: "a"}, {Slug: "b"}, nil, {Slug: "c"}}).Error
	})
	refused(e, "nil map", bad, nil, func() error {
		return e.db.Model(&upPost{}).Clauses(bySlug).Create(map[string]any(nil)).Error
	})
	refused(e, "number", gorm.ErrInvalidData, nil, func() error { return e.db.Model(&upPost{}).Clauses(bySlug).Create(7).Error })
	refused(e, "map without the match", dberr.ErrNullMatch, []string{"slug"}, func() error {
		return e.db.Model(&upPost{}).Clauses(bySlug).Create(map[string]any{"title": "x"}).Error
	})
	e.equal("rows", countOf(e, &upPost{}), int64(0))
}

var _ = register("42 upsert without the plugin", upsertNotInstalled)

// upsertNotInstalled: an error that says what to do, not a plain insert.
func upsertNotInstalled(e *env) {
	e.migrate(&upPost{})
	plain := e.openPlain(&gorm.Config{})
	row := upPost{Slug: "a"}
	refused(e, "Create", dberr.ErrNotInstalled, []string{"db.use"}, func() error { return plain.Clauses(bySlug).Create(&row).Error })
	refused(e, "scope", dberr.ErrNotInstalled, nil, func() error { return plain.Scopes(alchemy.Upsert("slug")).Create(&row).Error })
	refused(e, "generics", dberr.ErrNotInstalled, nil, func() error { return gorm.G[upPost](plain, bySlug).Create(e.ctx, &row) })
	e.equal("rows", countOf(e, &upPost{}), int64(0))
}
