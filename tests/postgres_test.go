package tests

import (
	"testing"

	_ "github.com/lib/pq" // the driver "postgres"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/alchemytest/conformance"
)

func TestPostgres(t *testing.T) {
	runPostgres(t, postgres.Config{DSN: dsn(t, "ALCHEMY_TEST_POSTGRES_DSN")})
}

func TestPostgresSimpleProtocol(t *testing.T) {
	runDriver(t, postgres.Config{DSN: dsn(t, "ALCHEMY_TEST_POSTGRES_DSN"), PreferSimpleProtocol: true})
}

func TestPostgresLibPQ(t *testing.T) {
	runDriver(t, postgres.Config{DSN: dsn(t, "ALCHEMY_TEST_POSTGRES_DSN"), DriverName: "postgres"})
}

func TestPostgres18(t *testing.T) {
	runPostgres(t, postgres.Config{DSN: dsn(t, "ALCHEMY_TEST_POSTGRES18_DSN")})
}

func TestPostgres18SimpleProtocol(t *testing.T) {
	runDriver(t, postgres.Config{DSN: dsn(t, "ALCHEMY_TEST_POSTGRES18_DSN"), PreferSimpleProtocol: true})
}

func runPostgres(t *testing.T, cfg postgres.Config) {
	conformance.Run(t, func(testing.TB) gorm.Dialector { return postgres.New(cfg) })
}

func runDriver(t *testing.T, cfg postgres.Config) {
	conformance.RunDriver(t, func(testing.TB) gorm.Dialector { return postgres.New(cfg) })
}
