package callbacks

import (
	"context"
	"maps"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// snapshot is what the structs or maps of a call held before it.
type snapshot struct {
	fields []*schema.Field
	into   []reflect.Value  // the structs
	copies reflect.Value    // a slice of shallow copies, one a struct
	deep   [][]any          // fields behind embedded pointers, which a shallow copy shares
	maps   []map[string]any // the maps
	was    []map[string]any
}

// takeSnapshot copies what the create may change: all columns.
func takeSnapshot(stmt *gorm.Statement) snapshot {
	if given, ok := inputMaps(stmt.Dest); ok {
		s := snapshot{maps: given, was: make([]map[string]any, len(given))}
		for i, m := range given {
			s.was[i] = maps.Clone(m)
		}
		return s
	}
	if stmt.Schema == nil {
		return snapshot{}
	}
	s := snapshot{fields: modelOf(stmt.Schema).columns}
	rv := stmt.ReflectValue
	switch rv.Kind() {
	case reflect.Struct:
		s.add(stmt, rv)
	case reflect.Slice, reflect.Array:
		s.into = make([]reflect.Value, 0, rv.Len())
		for i := range rv.Len() {
			s.add(stmt, reflect.Indirect(rv.Index(i)))
		}
	}
	s.copyAll(stmt)
	return s
}

func (s *snapshot) add(stmt *gorm.Statement, v reflect.Value) {
	if v.IsValid() && v.Type() == stmt.Schema.ModelType && v.CanSet() {
		s.into = append(s.into, v)
	}
}

func (s *snapshot) copyAll(stmt *gorm.Statement) {
	if len(s.into) == 0 {
		return
	}
	s.copies = reflect.MakeSlice(reflect.SliceOf(stmt.Schema.ModelType), len(s.into), len(s.into))
	shared := modelOf(stmt.Schema).shared
	for i, v := range s.into {
		s.copies.Index(i).Set(v)
		if !shared {
			continue
		}
		values := make([]any, len(s.fields))
		for k, f := range s.fields {
			if behindPointer(f) {
				values[k], _ = f.ValueOf(stmt.Context, v)
			}
		}
		s.deep = append(s.deep, values)
	}
}

// restore puts the columns back; what isn't a column stays as it is.
func (s *snapshot) restore(ctx context.Context) {
	for i, m := range s.maps {
		clear(m)
		maps.Copy(m, s.was[i])
	}
	for i, v := range s.into {
		was := s.copies.Index(i)
		for k, f := range s.fields {
			switch {
			case !behindPointer(f):
				f.ReflectValueOf(ctx, v).Set(f.ReflectValueOf(ctx, was))
			case !restoreNil(v, was, f):
				restoreShared(ctx, v, f, s.deep[i][k])
			}
		}
	}
}

// restoreNil puts back the nil embedded pointer that a field is behind, if
// there was one.
func restoreNil(v, was reflect.Value, f *schema.Field) bool {
	for _, i := range f.StructField.Index {
		if i >= 0 {
			v, was = v.Field(i), was.Field(i)
			continue
		}
		v, was = v.Field(-i-1), was.Field(-i-1)
		if was.IsNil() {
			v.SetZero()
			return true
		}
		if v.IsNil() {
			return false
		}
		v, was = v.Elem(), was.Elem()
	}
	return false
}

// restoreShared puts back a field behind an embedded pointer. A value that
// does not come back through Set, such as one of a serializer, stays.
func restoreShared(ctx context.Context, v reflect.Value, f *schema.Field, was any) {
	into := f.ReflectValueOf(ctx, v)
	rv := reflect.ValueOf(was)
	switch {
	case was == nil:
		into.SetZero()
	case rv.Type() == into.Type():
		into.Set(rv)
	}
}
