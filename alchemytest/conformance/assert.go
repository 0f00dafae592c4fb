package conformance

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/internal/config"
)

// ok ends the case when err is not nil.
func (e *env) ok(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatalf("error: %v", err)
	}
}

// wantErr ends the case unless errors.Is finds target in err.
func (e *env) wantErr(err, target error) {
	e.t.Helper()
	if !errors.Is(err, target) {
		e.t.Fatalf("error is %v, want %v", err, target)
	}
}

// wantErrAs ends the case unless errors.As finds a T in err, and returns it.
func wantErrAs[T error](e *env, err error) T {
	e.t.Helper()
	var target T
	if !errors.As(err, &target) {
		e.t.Fatalf("error is %v, want a %T in its chain", err, target)
	}
	return target
}

// wantDuplicate ends the case unless err says that a unique key is taken. It
// asks the database's own error, which plain creates return as GORM does.
func (e *env) wantDuplicate(err error) {
	e.t.Helper()
	cfg, broken := config.Of(e.db)
	e.ok(broken)
	var c *dberr.ConstraintError
	if !errors.As(cfg.Dialect.Wrap(err), &c) || c.Kind != dberr.Unique {
		e.t.Fatalf("error is %v, want a violated unique key", err)
	}
}

// equal fails the case unless got and want are deeply equal, and goes on.
// Times are equal when they are the same instant but for a microsecond, which
// is what databases keep; nil and empty slices are different things. It may
// be called from other goroutines.
func (e *env) equal(what string, got, want any) {
	e.t.Helper()
	if d := diff(got, want); d != "" {
		e.t.Errorf("%s:\n%s", what, d)
	}
}

// maxDifferences is how many lines a diff has.
const maxDifferences = 20

// diff describes where got and want differ, one place a line; empty when
// they are equal.
func diff(got, want any) string {
	d := &differ{}
	d.compare("", reflect.ValueOf(got), reflect.ValueOf(want))
	return strings.Join(d.lines, "\n")
}

type differ struct{ lines []string }

func (d *differ) differs(path, got, want string) {
	switch {
	case len(d.lines) < maxDifferences:
		if path == "" {
			path = "value"
		}
		d.lines = append(d.lines, fmt.Sprintf("  %s: got %s, want %s", path, got, want))
	case len(d.lines) == maxDifferences:
		d.lines = append(d.lines, "  ... and more")
	}
}

var timeType = reflect.TypeFor[time.Time]()

func (d *differ) compare(path string, got, want reflect.Value) {
	if !got.IsValid() || !want.IsValid() {
		if got.IsValid() != want.IsValid() {
			d.differs(path, show(got), show(want))
		}
		return
	}
	if got.Type() != want.Type() {
		d.differs(path, got.Type().String()+" "+show(got), want.Type().String()+" "+show(want))
		return
	}
	if got.Type() == timeType && got.CanInterface() && want.CanInterface() {
		g, w := got.Interface().(time.Time), want.Interface().(time.Time)
		if g.Sub(w).Abs() > time.Microsecond {
			d.differs(path, stamp(g), stamp(w))
		}
		return
	}
	switch got.Kind() {
	case reflect.Pointer, reflect.Interface:
		if got.IsNil() || want.IsNil() {
			if got.IsNil() != want.IsNil() {
				d.differs(path, show(got), show(want))
			}
			return
		}
		d.compare(path, got.Elem(), want.Elem())
	case reflect.Struct:
		for i := range got.NumField() {
			d.compare(path+"."+got.Type().Field(i).Name, got.Field(i), want.Field(i))
		}
	case reflect.Slice, reflect.Array:
		d.compareList(path, got, want)
	case reflect.Map:
		d.compareMap(path, got, want)
	default:
		if !got.Equal(want) {
			d.differs(path, show(got), show(want))
		}
	}
}

func (d *differ) compareList(path string, got, want reflect.Value) {
	if got.Len() != want.Len() || got.Kind() == reflect.Slice && got.IsNil() != want.IsNil() {
		d.differs(path, fmt.Sprintf("%d entries %s", got.Len(), show(got)), fmt.Sprintf("%d entries %s", want.Len(), show(want)))
		return
	}
	for i := range got.Len() {
		d.compare(fmt.Sprintf("%s[%d]", path, i), got.Index(i), want.Index(i))
	}
}

func (d *differ) compareMap(path string, got, want reflect.Value) {
	for _, key := range want.MapKeys() {
		d.compare(fmt.Sprintf("%s[%s]", path, show(key)), got.MapIndex(key), want.MapIndex(key))
	}
	for _, key := range got.MapKeys() {
		if !want.MapIndex(key).IsValid() {
			d.compare(fmt.Sprintf("%s[%s]", path, show(key)), got.MapIndex(key), reflect.Value{})
		}
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// show prints a value for people, shortened where it is long.
func show(v reflect.Value) string {
	if !v.IsValid() {
		return "nothing"
	}
	const longest = 300
	text := fmt.Sprintf("%+v", v)
	if v.Kind() == reflect.String {
		text = fmt.Sprintf("%q", v.String())
	}
	if len(text) > longest {
		text = text[:longest] + "..."
	}
	return text
}
