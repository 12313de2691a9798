package storetest

import (
	"testing"
)

// Run holds a database to the behaviour of a store. Each test opens one of its own.
func Run(t *testing.T, open func(*testing.T) Database) {
	for _, x := range []struct {
		name string
		test func(*bed)
	}{
		{"append and read", appendAndRead},
		{"acts among a long talk", manyActs},
		{"a command takes effect once", once},
		{"receipts are equal", receipts},
		{"refused, with events kept", refusedWithEvents},
		{"producers at once", producers},
		{"a bad neighbour", badNeighbour},
		{"no such case", noSuchCase},
		{"cold and hot are equal", coldAndHot},
		{"speakers are not shared", ownSpeakers},
		{"limits on filing", openCases},
		{"a file that is gone", goneFile},
		{"due", due},
		{"channels", channels},
		{"the tail for replicas", tail},
		{"cancelled", cancelled},
		{"commits in order", commitsInOrder},
		{"lists", lists},
		{"paging", paging},
		{"columns of the board", board},
		{"requests for approval", approvals},
		{"limits of agents", limits},
		{"cases that wait for an agent", waiting},
		{"search", search},
		{"erasure", erasure},
		{"a tampered log is found", tampered},
		{"figures", figures},
		{"ranking", rankings},
		{"results", results},
		{"renamed enterprise", renamedEnterprise},
		{"histories rebuild", histories},
		{"a rebuild that fails", failedRebuild},
		{"backup while writing", backup},
		{"accounts", accounts},
		{"sessions", sessions},
		{"seal", seal},
		{"codes and attempts", codesAndAttempts},
		{"register", register},
		{"saved replies", replies},
		{"upkeep", upkeep},
		{"outbox", outbox},
		{"new offers are told once", offersOnce},
		{"renamed while cases are filed", renamedMeanwhile},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			x.test(newBed(t, open))
		})
	}
}
