package callbacks

import (
	"context"
	"reflect"
	"testing"
	"time"
)

type kept struct {
	ID    uint
	Name  string
	Tags  []string `gorm:"serializer:json"`
	Until *time.Time
	Note  string  `gorm:"-"`
	Place Audited `gorm:"embedded;embeddedPrefix:place_"`
}

// keptBehind has columns in a struct that it shares.
type keptBehind struct {
	ID   uint
	Name string
	*Audited
}

// Audited is embedded as a pointer.
type Audited struct {
	By string
	At *time.Time
}

func TestSnapshotRestore(t *testing.T) {
	then := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	make2 := func() []kept {
		return []kept{{Name: "a", Tags: []string{"x"}, Note: "note"}, {ID: 2, Until: &then, Place: Audited{By: "me"}}}
	}
	rows := make2()
	s := takeSnapshot(statement(t, openNamed(t, "dummy"), &rows))
	for i := range rows {
		rows[i].ID, rows[i].Name, rows[i].Tags, rows[i].Until = 9, "changed", nil, nil
		rows[i].Place = Audited{At: &then}
	}
	s.restore(context.Background())
	if want := make2(); !reflect.DeepEqual(rows, want) {
		t.Errorf("%+v, want %+v", rows, want)
	}
	rows[0].Note = "mine"
	s.restore(context.Background())
	if rows[0].Note != "mine" {
		t.Error("what is no column was put back")
	}
}

func TestSnapshotRestoresPointers(t *testing.T) {
	one, two := &kept{ID: 1}, &kept{ID: 2}
	rows := []*kept{one, nil, two}
	s := takeSnapshot(statement(t, openNamed(t, "dummy"), &rows))
	one.ID, two.Name = 9, "changed"
	s.restore(context.Background())
	if rows[0] != one || rows[2] != two || one.ID != 1 || two.Name != "" {
		t.Errorf("%+v %+v", one, two)
	}
}

func TestSnapshotBehindPointer(t *testing.T) {
	then := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	given := &Audited{By: "me"}
	row := keptBehind{Name: "a", Audited: given}
	s := takeSnapshot(statement(t, openNamed(t, "dummy"), &row))
	row.By, row.At, row.Name = "changed", &then, "changed"
	s.restore(context.Background())
	if row.Audited != given || given.By != "me" || given.At != nil || row.Name != "a" {
		t.Errorf("%+v %+v", row, given)
	}
}

func TestSnapshotBehindNil(t *testing.T) {
	row := keptBehind{Name: "a"}
	s := takeSnapshot(statement(t, openNamed(t, "dummy"), &row))
	s.restore(context.Background())
	row.Audited = &Audited{By: "changed"}
	s.restore(context.Background())
	if row.Audited != nil {
		t.Errorf("nothing became %+v", row.Audited)
	}
}

func TestSnapshotMaps(t *testing.T) {
	m := map[string]any{"name": "a"}
	stmt := statement(t, openNamed(t, "dummy"), &kept{})
	stmt.Dest = []map[string]any{m, {}}
	s := takeSnapshot(stmt)
	m["name"], m["id"] = "changed", 9
	s.restore(context.Background())
	if !reflect.DeepEqual(m, map[string]any{"name": "a"}) {
		t.Errorf("%v", m)
	}
}
