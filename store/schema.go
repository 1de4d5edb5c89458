package store

import (
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// The buckets of the journal.
var (
	metaBucket    = []byte("meta")       // schema, identity
	entriesBucket = []byte("entries")    // seq -> record
	blocksBucket  = []byte("blocks")     // seq -> idHash of the entries up to it, after the block before (see ids.go)
	idsBucket     = []byte("ids")        // run, idHash -> seq
	filtersBucket = []byte("filters")    // run -> filter
	scopesBucket  = []byte("scopes")     // scope -> seq of its newest entry
	resultsBucket = []byte("results")    // command -> time, answer
	agesBucket    = []byte("resultages") // time, command -> nothing: in which order results are forgotten
	leasesBucket  = []byte("leases")     // key -> fence, until, holder
	draftsBucket  = []byte("drafts")     // key -> draft
)

var journalBuckets = [][]byte{metaBucket, entriesBucket, blocksBucket, idsBucket, filtersBucket, scopesBucket, resultsBucket, agesBucket, leasesBucket, draftsBucket}

// The keys of metaBucket.
var (
	schemaKey   = []byte("schema")
	identityKey = []byte("identity")
)

// A migration leads from one schema to the next, in one transaction. What it does must not depend on code that may
// change later: it is history.
type migration struct {
	name string
	run  func(*bolt.Tx) error
}

// journalMigrations leads from schema 1, the first release, to the present one. Add at the end, change nothing.
var journalMigrations []migration

// schemaOf is the number that a list of migrations leads to.
func schemaOf(list []migration) uint64 { return uint64(len(list)) + 1 }

var (
	errNewer   = errors.New("it was written by a newer frontdesk")
	errForeign = errors.New("it is not a file of frontdesk")
)

// migrate brings db to the present schema, one transaction for each step, so that a crash leaves it between two steps
// and never inside one. It returns the number found. A newer schema, or none, is an error.
func migrate(db *bolt.DB, list []migration) (found uint64, err error) {
	err = db.View(func(tx *bolt.Tx) error {
		found = schema(tx)
		return known(found, list)
	})
	if err != nil {
		return found, err
	}
	for n := found; n < schemaOf(list); n++ {
		step := list[n-1]
		err := db.Update(func(tx *bolt.Tx) error {
			if err := step.run(tx); err != nil {
				return err
			}
			return tx.Bucket(metaBucket).Put(schemaKey, u64(n+1))
		})
		if err != nil {
			return found, fmt.Errorf("migration %q: %w", step.name, err)
		}
	}
	return found, nil
}

// known says whether a schema can be read by a program that has these migrations.
func known(n uint64, list []migration) error {
	switch {
	case n == 0:
		return errForeign
	case n > schemaOf(list):
		return fmt.Errorf("%w (schema %d, known up to %d)", errNewer, n, schemaOf(list))
	}
	return nil
}

// schema is the number in a file; 0 when it is not one of ours.
func schema(tx *bolt.Tx) uint64 {
	meta := tx.Bucket(metaBucket)
	if meta == nil {
		return 0
	}
	return number(meta.Get(schemaKey))
}
