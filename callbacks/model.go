package callbacks

import (
	"reflect"
	"sync"

	"gorm.io/gorm/schema"
)

// model is what the callbacks need to know of a schema, found out once.
type model struct {
	columns   []*schema.Field // one a column
	shared    bool            // some are behind an embedded pointer
	constant  []*schema.Field // have a default that GORM fills in
	tracked   []*schema.Field // hold the time of the last update
	generated []*schema.Field // readable, and made by the database when unset
	soft      *schema.Field   // marks a row as deleted
	byDefault map[*schema.Field]bool
}

var models sync.Map // *schema.Schema -> *model

func modelOf(s *schema.Schema) *model {
	if m, ok := models.Load(s); ok {
		return m.(*model)
	}
	m := &model{byDefault: map[*schema.Field]bool{}}
	for _, f := range s.Fields {
		if f.DBName == "" || s.FieldsByDBName[f.DBName] != f {
			continue
		}
		m.columns = append(m.columns, f)
		m.shared = m.shared || behindPointer(f)
		if f.DefaultValueInterface != nil {
			m.constant = append(m.constant, f)
		}
		if f.AutoUpdateTime > 0 {
			m.tracked = append(m.tracked, f)
		}
		soft := isSoftDelete(f)
		if soft && m.soft == nil {
			m.soft = f
		}
		// An update that names no columns leaves keys and times alone, and
		// what tells deleted rows and versions.
		m.byDefault[f] = f.Updatable && !f.PrimaryKey && f.AutoCreateTime == 0 && f.AutoUpdateTime == 0 && !soft && !isVersion(f)
	}
	for _, f := range s.FieldsWithDefaultDBValue {
		if f.Readable && f.DBName != "" {
			m.generated = append(m.generated, f)
		}
	}
	known, _ := models.LoadOrStore(s, m)
	return known.(*model)
}

// behindPointer reports whether a field belongs to a struct that is embedded
// as a pointer: GORM writes such an index as a negative number.
func behindPointer(f *schema.Field) bool {
	for _, i := range f.StructField.Index {
		if i < 0 {
			return true
		}
	}
	return false
}

// isSoftDelete reports whether the type of a field changes queries and deletes.
func isSoftDelete(f *schema.Field) bool {
	v := reflect.New(f.IndirectFieldType).Interface()
	_, queries := v.(schema.QueryClausesInterface)
	_, deletes := v.(schema.DeleteClausesInterface)
	return queries && deletes
}

// isVersion reports whether a field is a version as optimistic locks have:
// its type changes updates, and isn't a soft delete.
func isVersion(f *schema.Field) bool {
	if isSoftDelete(f) {
		return false
	}
	_, updates := reflect.New(f.IndirectFieldType).Interface().(schema.UpdateClausesInterface)
	return updates
}
