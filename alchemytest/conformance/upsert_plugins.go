package conformance

import (
	"database/sql"
	"database/sql/driver"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

// upModifier is what field types with clauses of their own give GORM.
type upModifier func(*gorm.Statement)

func (upModifier) Name() string                           { return "" }
func (upModifier) Build(clause.Builder)                   {}
func (upModifier) MergeClause(*clause.Clause)             {}
func (m upModifier) ModifyStatement(stmt *gorm.Statement) { m(stmt) }

// upVersion has the shape of an optimistic lock: 1 for a new row, one more
// with each update, which the version read before guards.
type upVersion sql.NullInt64

func (v *upVersion) Scan(value any) error        { return (*sql.NullInt64)(v).Scan(value) }
func (v upVersion) Value() (driver.Value, error) { return sql.NullInt64(v).Value() }
func (upVersion) GormDataType() string           { return "int" }

// CreateClauses sets the version of new rows.
func (v *upVersion) CreateClauses(field *schema.Field) []clause.Interface {
	return []clause.Interface{upModifier(func(stmt *gorm.Statement) {
		set := func(row reflect.Value) {
			value := int64(1)
			if given, zero := field.ValueOf(stmt.Context, row); !zero {
				value = given.(upVersion).Int64
			}
			_ = stmt.AddError(field.Set(stmt.Context, row, value)) // AddError returns what it was given
		}
		switch stmt.ReflectValue.Kind() {
		case reflect.Slice, reflect.Array:
			for i := range stmt.ReflectValue.Len() {
				set(stmt.ReflectValue.Index(i))
			}
		case reflect.Struct:
			set(stmt.ReflectValue)
		}
	})}
}

// UpdateClauses guards an update by the version and counts it up.
func (v *upVersion) UpdateClauses(field *schema.Field) []clause.Interface {
	return []clause.Interface{upModifier(func(stmt *gorm.Statement) {
		if stmt.SQL.Len() != 0 {
			return
		}
		if given, zero := field.ValueOf(stmt.Context, stmt.ReflectValue); !zero {
			stmt.AddClause(clause.Where{Exprs: []clause.Expression{clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: field.DBName}, Value: given}}})
		}
		if _, is := stmt.Dest.(map[string]any); is {
			stmt.SetColumn(field.DBName, clause.Expr{SQL: stmt.Quote(field.DBName) + "+1"}, true)
		}
	})}
}

// upFlag has the shape of a soft-delete flag: 0 lives, 1 is deleted.
type upFlag uint

func upOnlyLive(field *schema.Field) upModifier {
	return func(stmt *gorm.Statement) {
		if _, done := stmt.Clauses["soft_delete_enabled"]; done || stmt.Unscoped {
			return
		}
		stmt.AddClause(clause.Where{Exprs: []clause.Expression{
			clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: field.DBName}, Value: 0},
		}})
		stmt.Clauses["soft_delete_enabled"] = clause.Clause{}
	}
}

// QueryClauses hides deleted rows.
func (upFlag) QueryClauses(field *schema.Field) []clause.Interface {
	return []clause.Interface{upOnlyLive(field)}
}

// UpdateClauses leaves deleted rows alone.
func (upFlag) UpdateClauses(field *schema.Field) []clause.Interface {
	return []clause.Interface{upModifier(func(stmt *gorm.Statement) {
		if stmt.SQL.Len() == 0 {
			upOnlyLive(field)(stmt)
		}
	})}
}

// DeleteClauses turns a delete into an update of the flag.
func (upFlag) DeleteClauses(field *schema.Field) []clause.Interface {
	return []clause.Interface{upModifier(func(stmt *gorm.Statement) {
		if stmt.SQL.Len() != 0 || stmt.Unscoped {
			return
		}
		stmt.AddClause(clause.Set{{Column: clause.Column{Name: field.DBName}, Value: 1}})
		stmt.SetColumn(field.DBName, 1, true)
		if stmt.Schema != nil {
			_, keys := schema.GetIdentityFieldValuesMap(stmt.Context, stmt.ReflectValue, stmt.Schema.PrimaryFields)
			column, values := schema.ToQueryValues(stmt.Table, stmt.Schema.PrimaryFieldDBNames, keys)
			if len(values) > 0 {
				stmt.AddClause(clause.Where{Exprs: []clause.Expression{clause.IN{Column: column, Values: values}}})
			}
		}
		upOnlyLive(field)(stmt)
		stmt.AddClauseIfNotExists(clause.Update{})
		stmt.Build(stmt.DB.Callback().Update().Clauses...)
	})}
}

type (
	upVersioned struct {
		ID      uint
		Slug    string `gorm:"size:50;uniqueIndex"`
		Title   string `gorm:"size:50"`
		Version upVersion
	}
	upFlagged struct {
		ID      uint
		Slug    string `gorm:"size:50;uniqueIndex:,composite:slug_deleted"`
		Title   string `gorm:"size:50"`
		Deleted upFlag `gorm:"softDelete:flag;uniqueIndex:,composite:slug_deleted"`
	}
	upFlaggedBeside struct {
		ID      uint
		Slug    string `gorm:"size:50;uniqueIndex"`
		Title   string `gorm:"size:50"`
		Deleted upFlag `gorm:"softDelete:flag"`
	}
)

var _ = register("17 upsert does not reset a version", upsertVersion)

// upsertVersion: new rows begin with version 1, a match keeps its own and
// the struct gets it.
func upsertVersion(e *env) {
	e.migrate(&upVersioned{})
	seed := upVersioned{Slug: "a", Title: "1"}
	e.ok(e.db.Create(&seed).Error)
	e.ok(e.db.Model(&upVersioned{}).Where("slug = ?", "a").Updates(map[string]any{"title": "2"}).Error)
	var before upVersioned
	e.ok(e.db.Take(&before).Error)
	e.equal("version before", before.Version.Int64, int64(2))
	rows := []upVersioned{{Slug: "n", Title: "3"}, {Slug: "a", Title: "4"}, {Slug: "m", Title: "5"}}
	e.ok(e.db.Clauses(bySlug).Create(&rows).Error)
	one := upVersioned{Slug: "a", Title: "6"}
	e.ok(e.db.Clauses(bySlug).Create(&one).Error)
	var got []upVersioned
	e.ok(e.db.Order("title").Find(&got).Error)
	v := func(n int64) upVersion { return upVersion{Int64: n, Valid: true} }
	e.equal("rows", got, []upVersioned{{rows[0].ID, "n", "3", v(1)}, {rows[2].ID, "m", "5", v(1)}, {seed.ID, "a", "6", v(2)}})
	e.equal("structs", []upVersioned{rows[0], rows[2], one}, got)
	e.equal("version in the struct of a match", rows[1].Version, v(2))
}

var _ = register("16 upsert matches a row deleted by a flag", upsertFlaggedMatch)

// upsertFlaggedMatch: deleted by a flag is deleted.
func upsertFlaggedMatch(e *env) {
	e.migrate(&upFlaggedBeside{})
	seed := []upFlaggedBeside{{Slug: "a", Title: "1"}, {Slug: "b", Title: "2"}}
	e.ok(e.db.Create(&seed).Error)
	e.ok(e.db.Delete(&seed[1]).Error)
	rows := []upFlaggedBeside{{Slug: "a", Title: "3"}, {Slug: "b", Title: "4"}}
	e.wantErr(e.db.Clauses(bySlug).Create(&rows).Error, dberr.ErrMatchDeleted)
	var got []upFlaggedBeside
	e.ok(e.db.Unscoped().Order("slug").Find(&got).Error)
	e.equal("rows", got, []upFlaggedBeside{{seed[0].ID, "a", "1", 0}, {seed[1].ID, "b", "2", 1}})

	back := upFlaggedBeside{Slug: "b", Title: "5"}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, Revive: true}).Create(&back).Error)
	e.ok(e.db.Order("slug").Find(&got).Error)
	e.equal("live rows", got, []upFlaggedBeside{{seed[0].ID, "a", "1", 0}, {seed[1].ID, "b", "5", 0}})
}
