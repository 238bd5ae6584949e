package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/store"
)

type benchRecountCmd struct {
	Ballots int `default:"1000000" help:"多少张票"`
	Rounds  int `default:"3" help:"重新计票几次"`
}

// Run puts many ballots into one meeting, as rows, and counts it from them. It prints the time and by how much memory grew; it needs an
// empty database.
func (c benchRecountCmd) Run(e *environment) error {
	return e.benchTown(func(a *app, town *demoTown) error {
		b := &voteBench{app: a, town: town, ctx: e.ctx, seats: 1, conns: 1}
		if err := b.seed(); err != nil {
			return err
		}
		meeting, motion, err := b.open(1)
		if err != nil {
			return err
		}
		began := time.Now()
		if err := b.stuff(meeting, motion, c.Ballots); err != nil {
			return err
		}
		before := peakMiB()
		if _, err := fmt.Fprintf(e.out, "database %s; %d ballots filled in %.0f s, peak memory %d MiB\n", a.db.Dialect, c.Ballots, time.Since(began).Seconds(), before); err != nil {
			return err
		}
		for n := range c.Rounds {
			yes, counted, took, err := b.recount(meeting)
			if err != nil {
				return err
			}
			if counted != int64(c.Ballots) || yes != int64(c.Ballots-c.Ballots/3) {
				return fmt.Errorf("counted %d ballots, %d of them yes", counted, yes)
			}
			if _, err := fmt.Fprintf(e.out, "recount %d: %d ballots, %d yes, in %.2f s; peak memory %d MiB\n", n+1, counted, yes, took.Seconds(), peakMiB()); err != nil {
				return err
			}
		}
		return nil
	})
}

// stuff gives a meeting its seats from the second on, and each a ballot; every third says no.
func (b *voteBench) stuff(meeting, motion int64, n int) error {
	const part = 900
	for from := 1; from <= n; from += part {
		err := b.db.InTx(b.ctx, func(tx *store.Tx) error {
			k := min(part, n-from+1)
			seats, envelopes, ballots := make([]assembly.Seat, 0, k), make([]assembly.Envelope, k), make([]assembly.Ballot, k)
			for i := range k {
				seats = append(seats, assembly.Seat{MeetingID: meeting, EstateID: b.estate, No: from + i, OwnerSetID: -int64(from + i), HolderSetID: -int64(from + i), AreaMilli: area.Milli(90_000), Units: "[]", Kind: "natural"})
			}
			if from == 1 { // the meeting's own
				var first assembly.Seat
				if err := tx.Where("meeting_id = ? AND no = 1", meeting).Take(&first).Error; err != nil {
					return err
				}
				seats[0] = first
			}
			if err := tx.Save(&seats).Error; err != nil {
				return err
			}
			for i := range envelopes {
				ref := strconv.Itoa(from + i)
				envelopes[i] = assembly.Envelope{MeetingID: meeting, EstateID: b.estate, SeatID: seats[i].ID, Channel: assembly.ByApp, Code: ref, Secret: strings.Repeat("0", 32), ClientRef: ref, At: tx.Now}
			}
			if err := tx.Create(&envelopes).Error; err != nil {
				return err
			}
			for i := range ballots {
				ballots[i] = assembly.Ballot{MeetingID: meeting, MotionID: motion, SeatID: seats[i].ID, Version: 1, EnvelopeID: envelopes[i].ID, Choice: tally.Yes, Commitment: strings.Repeat("0", 64), Leaf: int64(from + i - 1)}
				if (from+i)%3 == 0 {
					ballots[i].Choice = tally.No
				}
			}
			return tx.Create(&ballots).Error
		})
		if err != nil {
			return err
		}
	}
	return nil
}
