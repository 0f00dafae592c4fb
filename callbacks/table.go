package callbacks

import (
	"reflect"

	"gorm.io/gorm"
	gormcallbacks "gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// table is the input of a create as columns and rows.
type table struct {
	stmt    *gorm.Statement
	columns []string
	fields  []*schema.Field // of the columns; nil where a map names one the model lacks
	rows    []*row
}

// convert lets GORM turn the destination into values: it fills timestamps
// and defaults in, and honours Select, Omit and permissions. A cell that
// takes the database's default is marked as unset.
func convert(stmt *gorm.Statement, rows []*row) (*table, error) {
	unset := unsetBefore(stmt, rows)
	values := gormcallbacks.ConvertToCreateValues(stmt)
	if stmt.Error != nil {
		return nil, stmt.Error
	}
	stmt.Vars = nil
	t := &table{
		stmt: stmt, rows: rows,
		columns: make([]string, 0, len(values.Columns)),
		fields:  make([]*schema.Field, 0, len(values.Columns)),
	}
	for _, c := range values.Columns {
		t.columns = append(t.columns, c.Name)
		t.fields = append(t.fields, stmt.Schema.LookUpField(c.Name))
	}
	flags := make([]bool, len(rows)*len(t.columns))
	for i, r := range rows {
		r.cells = values.Values[i]
		r.unset, flags = flags[:len(t.columns):len(t.columns)], flags[len(t.columns):]
		for k, f := range t.fields {
			r.unset[k] = unset(r, f, t.columns[k])
		}
	}
	return t, nil
}

// unsetBefore tells, for a row before its conversion, which columns with a
// default it leaves unset. Conversion fills constant defaults into the
// structs, so what was zero is noted before.
func unsetBefore(stmt *gorm.Statement, rows []*row) func(*row, *schema.Field, string) bool {
	constant := map[*schema.Field][]bool{}
	for _, f := range modelOf(stmt.Schema).constant {
		was := make([]bool, len(rows))
		for i, r := range rows {
			was[i] = r.isZero(stmt.Context, f)
		}
		constant[f] = was
	}
	return func(r *row, f *schema.Field, column string) bool {
		switch {
		case !r.value.IsValid():
			return !hasKey(r.fields, f, column)
		case f == nil || !f.HasDefaultValue:
			return false
		case constant[f] != nil:
			return constant[f][r.index]
		}
		return r.isZero(stmt.Context, f)
	}
}

// hasKey reports whether a map names the column, by whichever name.
func hasKey(m map[string]any, f *schema.Field, column string) bool {
	if _, ok := m[column]; ok || f == nil {
		return ok
	}
	_, ok := m[f.Name]
	return ok
}

// databaseDefault reports whether an unset cell of the column takes a
// default that only the database knows.
func (t *table) databaseDefault(r *row, k int) bool {
	if !r.unset[k] {
		return false
	}
	return t.fields[k] == nil || t.fields[k].DefaultValueInterface == nil || !r.value.IsValid()
}

// group is rows that write the same columns and update the same columns.
type group struct {
	columns []int // of the table
	kept    []bool
	rows    []*row
}

// groups splits rows by the columns that leaveOut tells to leave out, and by
// those that they leave unset.
func (t *table) groups(rows []*row, leaveOut func(*row, int) bool) []*group {
	var order []*group
	byShape := map[string]*group{}
	shape := make([]byte, len(t.columns))
	for _, r := range rows {
		for k := range t.columns {
			shape[k] = '.'
			if r.unset[k] {
				shape[k] = 'u'
			}
			if leaveOut(r, k) {
				shape[k] = 'x'
			}
		}
		g := byShape[string(shape)]
		if g == nil {
			g = t.newGroup(shape, len(rows))
			byShape[string(shape)] = g
			order = append(order, g)
		}
		g.rows = append(g.rows, r)
	}
	return order
}

// runs splits rows, in order, where the columns to leave out change.
func (t *table) runs(rows []*row, leaveOut func(*row, int) bool) []*group {
	var order []*group
	var last string
	shape := make([]byte, len(t.columns))
	for _, r := range rows {
		for k := range t.columns {
			shape[k] = '.'
			if leaveOut(r, k) {
				shape[k] = 'x'
			}
		}
		if len(order) == 0 || string(shape) != last {
			last = string(shape)
			order = append(order, t.newGroup(shape, 1))
		}
		g := order[len(order)-1]
		g.rows = append(g.rows, r)
	}
	return order
}

func (t *table) newGroup(shape []byte, rows int) *group {
	g := &group{kept: make([]bool, len(t.columns)), columns: make([]int, 0, len(t.columns)), rows: make([]*row, 0, rows)}
	for k, s := range shape {
		if s != 'x' {
			g.columns = append(g.columns, k)
		}
		g.kept[k] = s != '.'
	}
	return g
}

// names returns the names of the group's columns.
func (t *table) names(g *group) []string {
	names := make([]string, len(g.columns))
	for i, k := range g.columns {
		names[i] = t.columns[k]
	}
	return names
}

// cells returns the values of rows in the group's columns.
func (g *group) cells(rows []*row) [][]any {
	out := make([][]any, len(rows))
	for i, r := range rows {
		if len(g.columns) == len(r.cells) {
			out[i] = r.cells
			continue
		}
		out[i] = make([]any, len(g.columns))
		for j, k := range g.columns {
			out[i][j] = r.cells[k]
		}
	}
	return out
}

// columnsOf returns fields as columns of a statement.
func columnsOf(fields []*schema.Field) []clause.Column {
	columns := make([]clause.Column, len(fields))
	for i, f := range fields {
		columns[i] = clause.Column{Name: f.DBName}
	}
	return columns
}

// isStruct reports whether the rows of the statement are structs.
func isStruct(stmt *gorm.Statement) bool {
	_, isMap := inputMaps(stmt.Dest)
	k := stmt.ReflectValue.Kind()
	return !isMap && (k == reflect.Struct || k == reflect.Slice || k == reflect.Array)
}
