package callbacks

import (
	"maps"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/internal/dialect"
	"github.com/gormalchemy/alchemy/internal/mark"
)

// create stands in the place of gorm:create. What GORM does right it leaves
// to GORM: a plain create that fits into one statement, and a conflict
// clause whose rows all come back.
func (w *creator) create(db *gorm.DB) {
	c := callOf(db)
	if db.Error != nil || c == nil {
		w.original(db)
		return
	}
	stmt := db.Statement
	if c.upsert != nil {
		w.runUpsert(db, c)
		return
	}
	if how := w.needsUs(stmt); how != asGORM {
		w.runInsert(db, c, how)
		return
	}
	conflict, had := stmt.Clauses["ON CONFLICT"]
	w.original(db)
	if had { // GORM writes the expanded SET list back, and doubles it when the chain is used again
		stmt.Clauses["ON CONFLICT"] = conflict
	}
	c.wrote = db.Error == nil && !db.DryRun
}

// runUpsert runs a clauses.Upsert.
func (w *creator) runUpsert(db *gorm.DB, c *call) {
	stmt := db.Statement
	before := maps.Clone(stmt.Clauses)
	defer func() { stmt.Clauses = before }()
	var x *upserter
	m, err := w.firstMode(db, c)
	if err == nil {
		err = w.attempts(db, c, m, func(m mode) error {
			stmt.Clauses = maps.Clone(before)
			addCreateClauses(stmt)
			x = &upserter{sender: sender{db: db}, stmt: stmt, dialect: w.config.Dialect, call: c, u: c.upsert, mode: m}
			return x.run()
		})
	}
	if err != nil {
		settle(db, err)
		return
	}
	finish(db, c, x.affected)
	c.outcomes = x.outcomes
}

// firstMode is the mode of the first attempt. Whether a table tells what is
// new is found out by asking it; a call that couldn't be restarted looks it up.
func (w *creator) firstMode(db *gorm.DB, c *call) (mode, error) {
	d, stmt := w.config.Dialect, db.Statement
	if c.upsert.Outcomes == nil || db.DryRun || !d.TellsNew() || c.canRestart(db) {
		return mode{silent: d.Silent(stmt)}, nil
	}
	t, err := d.Describe(stmt)
	return mode{silent: err == nil && t.Partitioned}, err
}

// settle makes err the error of the call, unless it is there already.
func settle(db *gorm.DB, err error) {
	if db.Error == nil {
		fail(db, err)
	}
}

// finish tells GORM what a create that we ran came to.
func finish(db *gorm.DB, c *call, affected int64) {
	if db.DryRun {
		return
	}
	c.wrote = true
	db.RowsAffected = affected
	if r := db.Statement.Result; r != nil {
		r.RowsAffected = affected
	}
}

// addCreateClauses adds the clauses that field types bring, as gorm:create does.
func addCreateClauses(stmt *gorm.Statement) {
	if stmt.Unscoped {
		return
	}
	for _, c := range stmt.Schema.CreateClauses {
		stmt.AddClause(c)
	}
}

// way is why a create without Upsert is ours, and what is to be done.
type way uint8

const (
	asGORM   way = iota // GORM does it right
	inOrder             // every row comes back, in order
	byAnyKey            // rows may be missing from what comes back
	unfilled            // rows may be missing, and can't be found
)

// needsUs decides who runs a create without Upsert.
func (w *creator) needsUs(stmt *gorm.Statement) way {
	if stmt.SQL.Len() > 0 || stmt.Schema == nil || !w.config.Dialect.TakesOver() {
		return asGORM
	}
	if checkInput(stmt) != nil {
		return asGORM
	}
	if stmt.ReflectValue.Kind() == reflect.Slice && stmt.ReflectValue.Len() == 0 {
		return asGORM
	}
	oc, conflicts := stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict)
	if _, has := stmt.Clauses["ON CONFLICT"]; has && !conflicts {
		return asGORM
	}
	if stmt.DryRun { // what comes back is no question then
		if w.bursts(stmt) || w.mixesDefaults(stmt) {
			return unfilled
		}
		return asGORM
	}
	if conflicts && (oc.DoNothing || len(oc.Where.Exprs) > 0) && len(modelOf(stmt.Schema).generated) > 0 && w.canPlace(stmt, oc) {
		return byAnyKey
	}
	doubles := oc.UpdateAll && len(oc.DoUpdates) > 0
	if w.bursts(stmt) || w.mixesDefaults(stmt) || isMapSlice(stmt) || doubles || w.takesArrays(stmt) {
		if c, ok := stmt.Clauses["INSERT"].Expression.(clause.Insert); ok && c.Modifier != "" {
			return asGORM // OR IGNORE and the like: nobody knows which rows come back
		}
		if conflicts && (oc.DoNothing || len(oc.Where.Exprs) > 0) {
			return unfilled
		}
		return inOrder
	}
	return asGORM
}

// isMapSlice reports whether the destination is a slice of maps, which GORM
// doubles with what comes back.
func isMapSlice(stmt *gorm.Statement) bool {
	switch stmt.Dest.(type) {
	case []map[string]any, *[]map[string]any:
		return true
	}
	return false
}

// bursts reports whether the rows may not fit into one statement.
func (w *creator) bursts(stmt *gorm.Statement) bool {
	return isMany(stmt) && stmt.ReflectValue.Len()*len(stmt.Schema.DBNames) > w.config.Dialect.MaxParams()
}

// takesArrays reports whether a verb writes so many rows that columns go as
// arrays. Plain GORM calls keep GORM's statement.
func (w *creator) takesArrays(stmt *gorm.Statement) bool {
	_, isVerb := mark.Of(stmt)
	return isVerb && isMany(stmt) && w.config.Dialect.Arrays(stmt, stmt.ReflectValue.Len(), true) != dialect.NoArrays
}

// mixesDefaults reports whether some rows set a column with a database
// default and others don't, where one statement can't say both.
func (w *creator) mixesDefaults(stmt *gorm.Statement) bool {
	if w.config.Dialect.RowDefault() || !isMany(stmt) || !isStruct(stmt) {
		return false
	}
	for _, f := range stmt.Schema.FieldsWithDefaultDBValue {
		if f.AutoIncrement {
			continue // NULL asks for the next key
		}
		var set, unset bool
		for i := range stmt.ReflectValue.Len() {
			if _, zero := f.ValueOf(stmt.Context, stmt.ReflectValue.Index(i)); zero {
				unset = true
			} else {
				set = true
			}
		}
		if set && unset {
			return true
		}
	}
	return false
}

// hasKeyValues reports whether a row has a value in every field of a key,
// none of them left to the database.
func hasKeyValues(stmt *gorm.Statement, r *row, fields []*schema.Field) bool {
	for _, f := range fields {
		v, zero := r.get(stmt.Context, f)
		if (zero && f.HasDefaultValue) || deref(v) == nil {
			return false
		}
	}
	return len(fields) > 0
}
