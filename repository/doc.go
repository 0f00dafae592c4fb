// Package repository reads and writes the rows of a model with typed verbs,
// in transactions that travel in a ctx.
//
//	posts := repository.New[Post](db, nil) // once, at start-up
//
//	err := posts.AddMany(ctx, rows)
//	err = posts.Upsert(ctx, &post, clauses.Upsert{Match: []string{"slug"}})
//	list, err := posts.List(ctx, func(db *gorm.DB) *gorm.DB {
//		return db.Where("published").Order("created_at DESC").Limit(20)
//	})
//
// # Verbs
//
// Write: [Repository.Add], [Repository.AddMany], [Repository.Update],
// [Repository.Upsert], [Repository.UpsertMany], [Repository.GetOrUpsert],
// [Repository.GetAndUpdate], [Repository.Delete].
// Read: [Repository.Get], [Repository.GetOne], [Repository.GetOneOrNil],
// [Repository.List], [Repository.Count], [Repository.Exists].
//
// Each is a thin skin over a GORM call: hooks, associations, serializers,
// soft delete and the plugins of others work as they do there. What a call
// needs beyond its arguments it takes as scopes, functions on a *gorm.DB that
// hold for this call only. For anything else there is [Repository.DB], a
// session for methods of your own; [Repository] shows how to embed it.
//
// # Three ways to say nothing
//
// Update writes the fields it is given by name, so a zero value is written
// when its field is named, NULL is written by a nil pointer, and what is not
// named is not written.
//
// # Transactions
//
// [Transaction] puts a transaction into the ctx that its function gets; every
// repository of the database that is called with this ctx works in it. Where
// there is none each verb is all or nothing by itself, and a verb that writes
// is repeated when the database gives it up for another one: deadlocks,
// serialization failures, a locked SQLite. In a transaction of the caller that
// is for the caller to repeat, so the error is dberr.ErrRetryable. There, a
// verb of several statements takes a savepoint, and its failure leaves the
// transaction usable; alchemy.Config.Savepoints says more. [Repository.WithDB]
// is for transactions that GORM began.
//
// # Bounds
//
// [Options] binds a repository to a part of its table: Scopes to what it
// reads, updates and deletes, Values to what it inserts as well. Whatever
// conditions a caller adds stand in brackets beside the bounds.
//
// # Errors
//
// A row that isn't there is gorm.ErrRecordNotFound. Errors of the database are
// those of package dberr, with the driver's error in the chain. Unknown names,
// bad keys and misuse are told before anything is sent, and a struct of a
// failed call is as it was before.
package repository
