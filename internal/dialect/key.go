package dialect

import (
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// Key is a unique key: primary key, unique constraint or unique index.
type Key struct {
	Name       string
	Columns    []string
	Where      string // predicate of a partial index, as text
	Primary    bool
	NullsEqual bool // NULLS NOT DISTINCT and the like
}

// String returns the key as it stands in messages.
func (k Key) String() string {
	s := "(" + strings.Join(k.Columns, ", ") + ")"
	if k.Primary {
		s = "primary key " + s
	}
	if k.Where != "" {
		s += " where " + k.Where
	}
	return s
}

// Is reports whether the key consists of exactly these columns, in any order.
func (k Key) Is(columns []string) bool {
	if len(k.Columns) != len(columns) {
		return false
	}
	for _, c := range columns {
		if !slices.Contains(k.Columns, c) {
			return false
		}
	}
	return true
}

// Target returns the predicate of a partial key as conditions. It is text,
// never a parameter: PostgreSQL can't match a parameter against an index.
func (k Key) Target() []clause.Expression {
	if k.Where == "" {
		return nil
	}
	return []clause.Expression{clause.Expr{SQL: k.Where}}
}

var modelKeys sync.Map // *schema.Schema -> func() []Key

// ModelKeys returns the unique keys that a model declares: the primary key
// first, then unique columns, then unique indexes. It is read once a schema.
func ModelKeys(s *schema.Schema) []Key {
	if read, ok := modelKeys.Load(s); ok {
		return read.(func() []Key)()
	}
	read, _ := modelKeys.LoadOrStore(s, sync.OnceValue(func() []Key { return readModelKeys(s) }))
	return read.(func() []Key)()
}

func readModelKeys(s *schema.Schema) []Key {
	var keys []Key
	if len(s.PrimaryFieldDBNames) > 0 {
		keys = append(keys, Key{Columns: s.PrimaryFieldDBNames, Primary: true})
	}
	for _, f := range s.Fields {
		if f.Unique && f.DBName != "" {
			keys = append(keys, Key{Columns: []string{f.DBName}})
		}
	}
	for _, ix := range s.ParseIndexes() {
		if key, ok := indexKey(ix); ok {
			keys = append(keys, key)
		}
	}
	return keys
}

// indexKey returns the key of a unique index; one over expressions is none.
func indexKey(ix *schema.Index) (Key, bool) {
	key := Key{Name: ix.Name, Where: ix.Where}
	if !strings.EqualFold(ix.Class, "UNIQUE") {
		return key, false
	}
	for _, f := range ix.Fields {
		if f.Expression != "" || f.DBName == "" {
			return key, false
		}
		key.Columns = append(key.Columns, f.DBName)
	}
	return key, true
}

// FindKey returns the key that consists of the columns; one that covers the
// whole table goes before a partial one.
func FindKey(keys []Key, columns []string) (Key, bool) {
	var partial *Key
	for i, k := range keys {
		switch {
		case !k.Is(columns):
		case k.Where == "":
			return k, true
		case partial == nil:
			partial = &keys[i]
		}
	}
	if partial == nil {
		return Key{}, false
	}
	return *partial, true
}
