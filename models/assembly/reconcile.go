package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Reconciliation holds the forms of a meeting against each other: issued = returned + unreturned + replaced, received = found, and
// all that counts entered, confirmed and cast. Says are the sentences that do not hold.
type Reconciliation struct {
	Meeting     *Meeting
	Estate      string
	Issued      int64 // the highest number
	Returned    int64 // went into the box, or were found in it
	Unreturned  int64
	Replaced    int64
	Received    int64 // with a receipt
	Found       int64 // in the box
	Missing     int64 // received, and not found
	Stray       int64 // found, without a receipt
	Entered     int64 // read once or more
	Confirmed   int64
	Invalid     int64 // confirmed as not valid as a whole
	Opening     *Opening
	Present     []Scrutineer // names only
	FileIDs     []int64      // the signed minutes
	Differences []Difference
	Says        []string
}

// Closes reports whether everything holds.
func (r *Reconciliation) Closes() bool { return len(r.Says) == 0 }

// Reconcile shows how the papers of a meeting stand, from the forms as they are now.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) Reconcile(ctx context.Context, actor org.Actor, id int64) (*Reconciliation, error) {
	var r *Reconciliation
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		if r, err = s.reconcile(tx, m); err != nil {
			return err
		}
		if r.Estate, err = estateName(tx, m); err != nil || r.Opening == nil {
			return err
		}
		files, err := s.o.Files.IDsIn(tx, "paper_opening", []int64{r.Opening.ID})
		r.FileIDs = files[r.Opening.ID]
		return err
	})
	return r, err
}

func (s *Service) reconcile(tx *store.Tx, m *Meeting) (*Reconciliation, error) {
	r := &Reconciliation{Meeting: m}
	var rows []struct {
		State     FormState
		N, Last   int64
		Receipted int64
	}
	err := tx.Model(&Form{}).Select("state, COUNT(*) AS n, MAX(serial) AS last, SUM(CASE WHEN received_at IS NULL THEN 0 ELSE 1 END) AS receipted").Where("meeting_id = ?", m.ID).Group("state").Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	n := map[FormState]int64{}
	for _, row := range rows {
		n[row.State] = row.N
		r.Issued, r.Received = max(r.Issued, row.Last), r.Received+row.Receipted
	}
	r.Unreturned, r.Replaced, r.Missing, r.Stray, r.Confirmed = n[FormIssued], n[FormReplaced], n[FormMissing], n[FormStray], n[FormConfirmed]
	r.Entered = n[FormEntered] + n[FormDiffers] + n[FormConfirmed]
	r.Returned = r.Entered + n[FormReceived] + r.Missing + r.Stray
	if r.Opening, err = openingOf(tx, m.ID); err != nil {
		return nil, err
	}
	if err := s.readOpening(r); err != nil {
		return nil, err
	}
	var cast struct{ N, Invalid int64 }
	err = tx.Raw("SELECT COUNT(*) AS n, COALESCE(SUM(CASE WHEN e.void = ? THEN 1 ELSE 0 END), 0) AS invalid FROM paper_forms f JOIN envelopes e ON e.id = f.envelope_id AND e.form_id = f.id AND e.seat_id = f.seat_id WHERE f.meeting_id = ? AND f.state = ?",
		InvalidForm, m.ID, FormConfirmed).Scan(&cast).Error
	r.Invalid = cast.Invalid
	r.judge(n, cast.N)
	return r, err
}

func (s *Service) readOpening(r *Reconciliation) error {
	if r.Opening == nil {
		return nil
	}
	r.Found = int64(r.Opening.Found)
	text, err := s.o.Vault.Open(r.Opening.PresentSealed, "paper_openings.present")
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), &r.Present); err != nil {
		return err
	}
	for i := range r.Present {
		r.Present[i].Phone = "" // kept for a court; minutes name people without it
	}
	return json.Unmarshal([]byte(r.Opening.Differences), &r.Differences)
}

// judge says what does not hold. A meeting that issued no form has nothing to reconcile.
func (r *Reconciliation) judge(n map[FormState]int64, cast int64) {
	say := func(bad bool, format string, args ...any) {
		if bad {
			r.Says = append(r.Says, fmt.Sprintf(format, args...))
		}
	}
	if r.Issued == 0 && r.Opening == nil {
		return
	}
	sum := r.Returned + r.Unreturned + r.Replaced
	say(sum != r.Issued, "发出%d张，收回%d张、未收回%d张、换发作废%d张，合计%d张，对不上", r.Issued, r.Returned, r.Unreturned, r.Replaced, sum)
	say(r.Opening == nil, "还没有开箱")
	if r.Opening != nil {
		beside := int64(0) // in the box without being a form that was received
		for _, d := range r.Differences {
			if d.Kind != "missing" {
				beside++
			}
		}
		say(r.Found-beside != r.Received-r.Missing, "票箱里有%d张，其中%d张不计入；有回执的%d张，其中%d张没有找到：对不上", r.Found, beside, r.Received, r.Missing)
		say(r.Opening.SignedAt == nil, "监票人签名的开箱笔录还没有登记")
	}
	say(n[FormReceived] > 0, "还有%d张没有录入", n[FormReceived])
	say(n[FormEntered] > 0, "还有%d张没有由另一人复核", n[FormEntered])
	say(n[FormDiffers] > 0, "还有%d张两次录入不一致，要再看", n[FormDiffers])
	say(cast != r.Confirmed, "已复核%d张，计入表决记录的%d张，对不上", r.Confirmed, cast)
}

// papersDone refuses a result while a paper form is unfinished, or the forms do not reconcile.
func (s *Service) papersDone(tx *store.Tx, m *Meeting) error {
	r, err := s.reconcile(tx, m)
	if err != nil || r.Closes() {
		return err
	}
	return ErrPapers.Saying("纸质表决票还没有办完：" + strings.Join(r.Says, "；"))
}
