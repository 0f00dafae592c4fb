package dberr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/dberr"
)

var errDriver = errors.New("SQLSTATE 23505")

func TestConstraintErrorText(t *testing.T) {
	for _, c := range []struct {
		err  dberr.ConstraintError
		want string
	}{
		{dberr.ConstraintError{Row: -1}, "unknown constraint violated"},
		{dberr.ConstraintError{Kind: dberr.NotNull, Row: 0}, "not null constraint violated by row 0"},
		{dberr.ConstraintError{Kind: dberr.Check, Constraint: "positive", Row: -1, Err: errDriver}, `check constraint "positive" violated: SQLSTATE 23505`},
		{
			dberr.ConstraintError{Kind: dberr.Unique, Constraint: "idx", Table: "posts", Columns: []string{"tenant", "slug"}, Row: 7, Err: errDriver},
			`unique constraint "idx" of table "posts" (tenant, slug) violated by row 7: SQLSTATE 23505`,
		},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestConstraintErrorIs(t *testing.T) {
	sentinels := map[dberr.Kind]error{
		dberr.Unique:            gorm.ErrDuplicatedKey,
		dberr.ForeignKey:        gorm.ErrForeignKeyViolated,
		dberr.Check:             gorm.ErrCheckConstraintViolated,
		dberr.NotNull:           nil,
		dberr.Exclusion:         nil,
		dberr.UnknownConstraint: nil,
	}
	for kind := range sentinels {
		err := fmt.Errorf("create: %w", &dberr.ConstraintError{Kind: kind, Err: errDriver})
		for of, sentinel := range sentinels {
			if sentinel != nil && errors.Is(err, sentinel) != (kind == of) {
				t.Errorf("%s is, or isn't, %v", kind, sentinel)
			}
		}
		if !errors.Is(err, errDriver) {
			t.Errorf("%s: the driver's error is gone", kind)
		}
	}
}

func TestKindString(t *testing.T) {
	seen := map[string]bool{}
	for k := dberr.UnknownConstraint; k <= dberr.Exclusion; k++ {
		s := k.String()
		if seen[s] || s == "" || (s == "unknown") != (k == dberr.UnknownConstraint) {
			t.Errorf("%d is called %q", k, s)
		}
		seen[s] = true
	}
	if s := dberr.Kind(200).String(); s != "unknown" {
		t.Errorf("no kind is called %q", s)
	}
}

func TestUnsupportedError(t *testing.T) {
	err := error(&dberr.UnsupportedError{Dialect: "clickhouse", Feature: "upsert"})
	if err.Error() != `upsert is not supported on "clickhouse"` || !errors.Is(err, gorm.ErrUnsupportedDriver) || errors.Is(err, gorm.ErrNotImplemented) {
		t.Error(err)
	}
	err = &dberr.UnsupportedError{Dialect: "clickhouse", Feature: "upsert", Remedy: "delete and insert"}
	if !strings.HasSuffix(err.Error(), ": delete and insert") {
		t.Error(err)
	}
}

// TestSentinels: each is itself alone, says so in lower case, and is GORM's
// of the same meaning where there is one.
func TestSentinels(t *testing.T) {
	of := []struct{ err, gorms error }{
		{dberr.ErrNotInstalled, nil},
		{dberr.ErrMisuse, nil},
		{dberr.ErrUnknownField, gorm.ErrInvalidField},
		{dberr.ErrInvalidValue, gorm.ErrInvalidData},
		{dberr.ErrInvalidKey, gorm.ErrPrimaryKeyRequired},
		{dberr.ErrMatchNotUnique, nil},
		{dberr.ErrNullMatch, nil},
		{dberr.ErrMatchDeleted, nil},
		{dberr.ErrDuplicateRow, nil},
		{dberr.ErrRowGone, nil},
		{dberr.ErrMultipleRows, nil},
		{dberr.ErrOtherTransaction, nil},
		{dberr.ErrRetryable, nil},
		{dberr.ErrConnection, nil},
	}
	for i, s := range of {
		wrapped := fmt.Errorf("x: %w", s.err)
		for k, other := range of {
			if errors.Is(wrapped, other.err) != (i == k) {
				t.Errorf("%v and %v", s.err, other.err)
			}
		}
		if s.gorms != nil && (!errors.Is(wrapped, s.gorms) || strings.Contains(s.err.Error(), s.gorms.Error())) {
			t.Errorf("%v and GORM's %v", s.err, s.gorms)
		}
		if first := s.err.Error()[:1]; first != strings.ToLower(first) {
			t.Errorf("%v", s.err)
		}
	}
}
