package main

import (
	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/store"
)

// committeeMotions tells a committee which of its items the motions of the assembly have taken up.
type committeeMotions struct{}

// Taken gives them in the caller's transaction.
func (committeeMotions) Taken(tx *store.Tx, items []int64) (map[int64]committee.Taken, error) {
	rows, err := assembly.TakenUp(tx, items)
	taken := map[int64]committee.Taken{}
	for _, x := range rows {
		taken[x.ItemID] = committee.Taken{MeetingID: x.MeetingID, Number: x.Number, Position: x.Position, State: assembly.StateNames[x.State]}
	}
	return taken, err
}
