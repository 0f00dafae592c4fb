package dialect

import (
	"database/sql"
	"database/sql/driver"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
)

// ArraysFrom is the number of rows from which on one array parameter a
// column beats one parameter a cell.
const ArraysFrom = 200

// bareTypes are the types of columns as drivers name them in a result, and as
// a cast does.
var bareTypes = map[string]string{
	"INT2": "int2", "INT4": "int4", "INT8": "int8", "BOOL": "bool", "FLOAT4": "float4", "FLOAT8": "float8",
	"NUMERIC": "numeric", "TEXT": "text", "VARCHAR": "varchar", "BPCHAR": "bpchar", "UUID": "uuid",
	"JSON": "json", "JSONB": "jsonb", "BYTEA": "bytea", "DATE": "date", "TIMESTAMP": "timestamp", "TIMESTAMPTZ": "timestamptz",
}

// Arrays is what is known of sending the columns of a table as arrays.
type Arrays uint8

// What is known of a table, or what a call of few rows needs to know.
const (
	NoArrays Arrays = iota // one parameter a cell
	Learn                  // likewise, and the result tells the types: return all columns
	AsArrays               // the types are known
)

// Arrays tells how an insert of so many rows into the table of stmt is sent.
// mayFail says that the statement can be sent again if it is refused: a
// table that took arrays before won't refuse them, any other may.
func (d *Dialect) Arrays(stmt *gorm.Statement, rows int, mayFail bool) Arrays {
	if !d.arrays || rows < ArraysFrom || d.noArrays.Load() {
		return NoArrays
	}
	v, ok := d.arrayTables.Load(tableName(stmt))
	if !ok {
		return Learn
	}
	if t := v.(*arrayTable); t.refused.Load() || (!mayFail && !t.proven.Load()) {
		return NoArrays
	}
	return AsArrays
}

// arrayTable is what is known of one table.
type arrayTable struct {
	types   map[string]string
	proven  atomic.Bool
	refused atomic.Bool
}

// LearnTypes remembers the types of the columns that a statement returned.
func (d *Dialect) LearnTypes(stmt *gorm.Statement, types []*sql.ColumnType) {
	d.arrayTables.LoadOrStore(tableName(stmt), &arrayTable{types: BareTypes(types)})
}

// BareTypes returns, by column, the types of a result that have a name to
// cast to.
func BareTypes(types []*sql.ColumnType) map[string]string {
	bare := make(map[string]string, len(types))
	for _, c := range types {
		if name, ok := bareTypes[c.DatabaseTypeName()]; ok {
			bare[c.Name()] = name
		}
	}
	return bare
}

// ColumnTypes returns what LearnTypes remembered.
func (d *Dialect) ColumnTypes(stmt *gorm.Statement) map[string]string {
	if v, ok := d.arrayTables.Load(tableName(stmt)); ok {
		return v.(*arrayTable).types
	}
	return nil
}

// TookArrays remembers that the table of stmt takes, or refuses, arrays.
func (d *Dialect) TookArrays(stmt *gorm.Statement, takes bool) {
	if v, ok := d.arrayTables.Load(tableName(stmt)); ok {
		t := v.(*arrayTable)
		t.proven.Store(takes)
		t.refused.Store(!takes)
	}
}

// RefusesArrays reports whether an error says that the types of an array
// statement don't fit, or that the driver binds no slices. The latter is
// remembered for all tables.
func (d *Dialect) RefusesArrays(err error) bool {
	if c, _ := d.classify(err); c == wrongType {
		return true
	}
	if err != nil && strings.Contains(err.Error(), "unsupported type []") {
		d.noArrays.Store(true)
		return true
	}
	return false
}

// column is the values of one column as an array parameter.
type column struct {
	values any    // a slice of one of the types that drivers bind
	param  string // type of the parameter
	as     string // type of the column, empty where it is param's
}

// columnsOf turns the rows of an insert into arrays; ok is false when a
// column has no type that fits, or a cell is an expression.
func columnsOf(in *Insert, types map[string]string) (columns []column, ok bool) {
	for i, name := range in.Columns {
		t, known := types[name]
		if !known {
			return nil, false
		}
		cells := make([]any, len(in.Rows))
		for k, row := range in.Rows {
			if cells[k], ok = driverValue(row[i]); !ok {
				return nil, false
			}
		}
		c, ok := columnOf(cells, t)
		if !ok {
			return nil, false
		}
		columns = append(columns, c)
	}
	return columns, true
}

// driverValue brings a cell down to nil or one of string, int64, float64,
// bool, time.Time and []byte.
func driverValue(v any) (any, bool) {
	switch x := v.(type) {
	case nil, string, int64, float64, bool, time.Time:
		return v, true
	case driver.Valuer:
		if rv := reflect.ValueOf(v); rv.Kind() == reflect.Pointer && rv.IsNil() {
			return nil, true
		}
		p, err := x.Value()
		if err != nil {
			return nil, false
		}
		if _, again := p.(driver.Valuer); again {
			return nil, false
		}
		return driverValue(p)
	case gorm.Valuer:
		return nil, false
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Pointer:
		if rv.IsNil() {
			return nil, true
		}
		return driverValue(rv.Elem().Interface())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return rv.Int(), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if u := rv.Uint(); u <= 1<<63-1 {
			return int64(u), true
		}
		return strconv.FormatUint(rv.Uint(), 10), true
	case reflect.Float32:
		return strconv.FormatFloat(rv.Float(), 'g', -1, 32), true
	case reflect.Float64:
		return rv.Float(), true
	case reflect.Bool:
		return rv.Bool(), true
	case reflect.String:
		return rv.String(), true
	case reflect.Slice:
		if rv.Type().Elem().Kind() == reflect.Uint8 {
			if rv.IsNil() {
				return nil, true
			}
			return rv.Bytes(), true
		}
	}
	return nil, false
}

// columnOf chooses the parameter for cells of a column of type t. Text, cast
// by the database, serves every type that has no array of its own here.
func columnOf(cells []any, t string) (column, bool) {
	c := column{as: t}
	var ok bool
	switch t {
	case "int8", "int4", "int2":
		c.param = "int8"
		if c.values, ok = slice[int64](cells); ok {
			return c, true
		}
	case "bool":
		c.param = t
		if c.values, ok = slice[bool](cells); ok {
			return c, true
		}
	case "float8":
		c.param = t
		if c.values, ok = slice[float64](cells); ok {
			return c, true
		}
	case "timestamptz", "timestamp", "date":
		c.param = t
		c.values, ok = slice[time.Time](cells)
		return c, ok
	case "bytea":
		c.param = t
		c.values, ok = slice[[]byte](cells)
		return c, ok
	}
	c.param = "text"
	texts := make([]any, len(cells))
	for i, v := range cells {
		if texts[i], ok = text(v); !ok {
			return c, false
		}
	}
	c.values, ok = slice[string](texts)
	return c, ok
}

// text writes a driver's value as the database reads it in text form.
func text(v any) (any, bool) {
	switch x := v.(type) {
	case nil, string:
		return v, true
	case int64:
		return strconv.FormatInt(x, 10), true
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64), true
	case bool:
		return strconv.FormatBool(x), true
	case []byte:
		return string(x), true
	}
	return nil, false
}

// slice returns cells as []T, or as []*T when one is nil; ok is false when
// one is no T.
func slice[T any](cells []any) (values any, ok bool) {
	plain := make([]T, len(cells))
	null := false
	for i, v := range cells {
		if v == nil {
			null = true
			continue
		}
		if plain[i], ok = v.(T); !ok {
			return nil, false
		}
	}
	if !null {
		return plain, true
	}
	pointers := make([]*T, len(cells))
	for i, v := range cells {
		if v != nil {
			pointers[i] = &plain[i]
		}
	}
	return pointers, true
}

// writeArrays writes the SELECT that takes the place of VALUES. In order
// means that the rows are inserted in the order of the arrays.
func writeArrays(stmt *gorm.Statement, in *Insert, columns []column) {
	stmt.WriteQuoted(in.Columns)
	_, _ = stmt.WriteString(" SELECT ")
	for i, name := range in.Columns {
		if i > 0 {
			_ = stmt.WriteByte(',')
		}
		stmt.WriteQuoted(name)
	}
	_, _ = stmt.WriteString(" FROM unnest(")
	for i, c := range columns {
		if i > 0 {
			_ = stmt.WriteByte(',')
		}
		stmt.Vars = append(stmt.Vars, c.values) // AddVar would spread the slice
		stmt.Dialector.BindVarTo(stmt, stmt, c.values)
		_, _ = stmt.WriteString("::" + c.param + "[]")
		if c.as != c.param {
			_, _ = stmt.WriteString("::" + c.as + "[]")
		}
	}
	_, _ = stmt.WriteString(") WITH ORDINALITY AS ")
	stmt.WriteQuoted(sourceTable)
	stmt.WriteQuoted(append(append([]string{}, in.Columns...), OrdColumn))
	_, _ = stmt.WriteString(" ORDER BY ")
	stmt.WriteQuoted(OrdColumn)
}
