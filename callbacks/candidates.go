package callbacks

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/internal/dialect"
)

// candidates returns the unique keys of the model on which a conflict clause
// may find a row: those of its target, or every key when it names none. The
// primary key comes first, then the keys in the order of the model; a row
// that meets several others by several keys gets the first.
func candidates(stmt *gorm.Statement, oc clause.OnConflict) []candidate {
	var found []candidate
	for _, k := range dialect.ModelKeys(stmt.Schema) {
		if len(oc.Columns) > 0 && !k.Is(targetColumns(stmt, oc)) {
			continue
		}
		c := candidate{Key: k}
		for _, name := range k.Columns {
			c.fields = append(c.fields, stmt.Schema.FieldsByDBName[name])
		}
		if !slices.Contains(c.fields, nil) {
			found = append(found, c)
		}
	}
	return found
}

// targetColumns returns the columns of a conflict target.
func targetColumns(stmt *gorm.Statement, oc clause.OnConflict) []string {
	var names []string
	for _, c := range oc.Columns {
		if f := stmt.Schema.LookUpField(c.Name); f != nil && f.DBName != "" && !c.Raw {
			names = append(names, f.DBName)
		} else {
			names = append(names, c.Name)
		}
	}
	return names
}

// canPlace reports whether the rows that a conflict clause leaves out can be
// found again. Where they can't, GORM's answer is as good as any: a target
// that is an expression or a named constraint, a model without a key.
func (w *creator) canPlace(stmt *gorm.Statement, oc clause.OnConflict) bool {
	if oc.OnConstraint != "" || (oc.UpdateAll && len(oc.Columns) == 0) {
		return false
	}
	keys := candidates(stmt, oc)
	if len(keys) == 0 {
		return false
	}
	if !oc.DoNothing {
		return true
	}
	rows, err := inputRows(stmt)
	if err != nil {
		return false
	}
	return !onlyKeysComeBack(stmt) || slices.ContainsFunc(rows, func(r *row) bool {
		return !hasKeyValues(stmt, r, stmt.Schema.PrimaryFields)
	})
}

// onlyKeysComeBack reports whether the primary key is all that the database
// generates; a row that has one has nothing to gain then.
func onlyKeysComeBack(stmt *gorm.Statement) bool {
	return !slices.ContainsFunc(modelOf(stmt.Schema).generated, func(f *schema.Field) bool { return !f.PrimaryKey })
}

// mayChunk reports whether a create in the caller's transaction takes
// several statements, so that its failure must be undone as one.
func (w *creator) mayChunk(stmt *gorm.Statement) bool {
	return (w.bursts(stmt) || w.mixesDefaults(stmt)) && !stmt.DisableNestedTransaction && w.allowsSavepoints()
}
