package conformance

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// hookLog is what the hooks of one case have seen, in order.
type hookLog struct{ calls []string }

// hookedRow calls every create hook there is.
type hookedRow struct {
	ID    uint
	Name  string   `gorm:"size:100;uniqueIndex"`
	Made  string   `gorm:"size:100"`
	State string   `gorm:"size:20;default:(lower('NEW'))"`
	Log   *hookLog `gorm:"-"`
}

var errHook = errors.New("the hook says no")

func (r *hookedRow) note(what string) {
	if r.Log != nil {
		r.Log.calls = append(r.Log.calls, fmt.Sprintf("%s %s key=%t state=%s", what, r.Name, r.ID != 0, r.State))
	}
}

func (r *hookedRow) BeforeSave(*gorm.DB) error {
	r.note("before save")
	return nil
}

// BeforeCreate sets one column by itself and one through the statement.
func (r *hookedRow) BeforeCreate(tx *gorm.DB) error {
	r.note("before create")
	tx.Statement.SetColumn("Made", "made for "+r.Name)
	if r.Name == "refused before" {
		return errHook
	}
	return nil
}

// AfterCreate looks at its own row inside the transaction of the call.
func (r *hookedRow) AfterCreate(tx *gorm.DB) error {
	var n int64
	if err := tx.Session(&gorm.Session{NewDB: true}).Model(&hookedRow{}).Where("id = ?", r.ID).Count(&n).Error; err != nil {
		return err
	}
	r.note(fmt.Sprint("after create sees ", n))
	if r.Name == "refused after" {
		return errHook
	}
	return nil
}

func (r *hookedRow) AfterSave(*gorm.DB) error {
	r.note("after save")
	return nil
}

var _ = register("18 create hooks run for every row", func(e *env) {
	e.migrate(&hookedRow{})
	var log hookLog
	rows := []hookedRow{{Name: "b", Log: &log}, {Name: "a", State: "s", Log: &log}}
	e.ok(e.db.Create(&rows).Error)
	e.equal("calls", log.calls, []string{
		"before save b key=false state=", "before create b key=false state=",
		"before save a key=false state=s", "before create a key=false state=s",
		"after create sees 1 b key=true state=new", "after save b key=true state=new",
		"after create sees 1 a key=true state=s", "after save a key=true state=s",
	})
	var stored []string
	e.ok(e.db.Model(&hookedRow{}).Order("name").Pluck("made", &stored).Error)
	e.equal("set by the hook", stored, []string{"made for a", "made for b"})

	log = hookLog{}
	e.ok(e.db.Session(&gorm.Session{SkipHooks: true}).Create(&hookedRow{Name: "c", Log: &log}).Error)
	e.equal("calls without hooks", log.calls, []string(nil))
})

var _ = register("18 a hook that fails undoes the whole call", func(e *env) {
	e.migrate(&hookedRow{})
	for _, name := range []string{"refused before", "refused after"} {
		rows := []hookedRow{{Name: "x"}, {Name: name}, {Name: "y"}}
		tx := e.db.Create(&rows)
		e.wantErr(tx.Error, errHook)
		for i := range rows {
			e.equal(fmt.Sprintf("key and default of row %d, %s", i, name), fmt.Sprintf("%d %q", rows[i].ID, rows[i].State), `0 ""`)
		}
		one := hookedRow{Name: name}
		e.wantErr(e.db.Create(&one).Error, errHook)
		e.equal("key of a single row, "+name, one.ID, uint(0))
	}
	e.equal("stored names", names(e, &hookedRow{}), []string{})
})
