package config_test

import (
	"errors"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/utils/tests"

	"github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/internal/config"
)

// impostor is a plugin of our name that isn't ours.
type impostor struct{}

func (impostor) Name() string              { return config.PluginName }
func (impostor) Initialize(*gorm.DB) error { return nil }

func open(t *testing.T) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(tests.DummyDialector{}, &gorm.Config{DryRun: true, Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestOfNoPlugin(t *testing.T) {
	other := open(t)
	if err := other.Use(impostor{}); err != nil {
		t.Fatal(err)
	}
	for name, db := range map[string]*gorm.DB{"nil": nil, "zero": {}, "none": open(t), "another": other} {
		if c, err := config.Of(db); c != nil || !errors.Is(err, dberr.ErrNotInstalled) {
			t.Errorf("%s: %v %v", name, c, err)
		}
	}
}

func TestOf(t *testing.T) {
	db := open(t)
	if err := db.Use(alchemy.New(alchemy.Config{Savepoints: alchemy.SavepointsNever})); err != nil {
		t.Fatal(err)
	}
	for name, session := range map[string]*gorm.DB{"itself": db, "a session": db.Session(&gorm.Session{NewDB: true}), "a chain": db.Where("1 = 1")} {
		c, err := config.Of(session)
		if err != nil || c.Savepoints != config.SavepointsNever || c.Dialect.Name() != "dummy" {
			t.Errorf("%s: %+v %v", name, c, err)
		}
	}
}

// TestSavepoints: the values are converted by number.
func TestSavepoints(t *testing.T) {
	for theirs, ours := range map[alchemy.Savepoints]config.Savepoints{
		alchemy.SavepointsAuto: config.SavepointsAuto, alchemy.SavepointsAlways: config.SavepointsAlways, alchemy.SavepointsNever: config.SavepointsNever,
	} {
		if config.Savepoints(theirs) != ours {
			t.Errorf("%d is %d", theirs, ours)
		}
	}
}
