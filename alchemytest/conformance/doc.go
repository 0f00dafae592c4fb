// Package conformance is the behaviour of alchemy as a test suite that any
// GORM dialector can be held to:
//
//	func TestPostgres(t *testing.T) {
//		conformance.Run(t, func(tb testing.TB) gorm.Dialector {
//			return postgres.Open(os.Getenv("DSN"))
//		})
//	}
//
// Every case makes tables under a random prefix and drops them when it is
// done, so the suite may share a database with others and with itself. What
// databases can't do alike is asked for as a capability; a case whose whole
// subject is missing from the database asserts that it is refused by name,
// or has nothing to assert and says so.
//
// Contention cases run 50 rounds, and 200 when ALCHEMY_TEST_SOAK is 1.
package conformance
