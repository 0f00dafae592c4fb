package dialect

import (
	"reflect"
	"strings"

	"github.com/gormalchemy/alchemy/dberr"
)

// describeConstraint fills in the names that the driver's error tells, from
// its fields where it has them, from its text otherwise. What isn't told
// stays empty.
func describeConstraint(origin error, e *dberr.ConstraintError) {
	v := reflect.Indirect(reflect.ValueOf(origin))
	if v.Kind() == reflect.Struct {
		e.Table = stringField(v, "TableName", "Table")
		e.Constraint = stringField(v, "ConstraintName", "Constraint")
		if c := stringField(v, "ColumnName", "Column"); c != "" {
			e.Columns = []string{c}
		}
		if detail := stringField(v, "Detail"); detail != "" && len(e.Columns) == 0 {
			e.Columns = columnsOfDetail(detail)
		}
	}
	if e.Table == "" {
		e.Table, e.Columns = columnsOfText(origin.Error())
	}
}

// stringField returns the first of the named string fields that isn't empty.
func stringField(v reflect.Value, names ...string) string {
	for _, n := range names {
		if f := v.FieldByName(n); f.IsValid() && f.Kind() == reflect.String && f.String() != "" {
			return f.String()
		}
	}
	return ""
}

// columnsOfDetail reads PostgreSQL's detail, `Key (tenant, slug)=(1, a) already exists.`
func columnsOfDetail(detail string) []string {
	_, rest, ok := strings.Cut(detail, "(")
	if !ok {
		return nil
	}
	list, _, ok := strings.Cut(rest, ")=(")
	if !ok {
		return nil
	}
	columns := strings.Split(list, ", ")
	for i, c := range columns {
		columns[i] = strings.Trim(c, `"`)
	}
	return columns
}

// columnsOfText reads SQLite's text, `UNIQUE constraint failed: posts.tenant, posts.slug`.
func columnsOfText(text string) (table string, columns []string) {
	const mark = " constraint failed: " // some drivers put it before SQLite's own text as well
	at := strings.LastIndex(text, mark)
	if at < 0 {
		return "", nil
	}
	list := text[at+len(mark):]
	if i := strings.IndexAny(list, "(\n"); i >= 0 {
		list = strings.TrimSpace(list[:i])
	}
	for _, part := range strings.Split(list, ", ") {
		t, c, ok := strings.Cut(part, ".")
		if !ok {
			return "", nil
		}
		table = t
		columns = append(columns, c)
	}
	return table, columns
}
