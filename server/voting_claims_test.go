package main

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/web"
)

// TestWhoCastsIsProvedWithTheBallot: a session that was ended casts nothing, nor does somebody who withdrew their agreement, while another
// device of theirs is told the same as ever; the log of calls names those who cast, and nobody learns of a meeting that is not called yet
// but its neighbours.
func TestWhoCastsIsProvedWithTheBallot(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.voting("claims", nil)
	at := fmt.Sprintf("/miniapp/v1/meetings/%d", id)
	seat := e.must(200, "owner", "GET", at+"/seats", nil).json["items"].([]any)[0].(m)["seat"].(m)["no"]
	motion := e.must(200, "owner", "GET", at, nil).json["motions"].([]any)[0].(m)["id"]
	body := func(ref string) m {
		return m{"seat_no": seat, "agreed": true, "client_ref": ref, "choices": []m{{"motion_id": motion, "choice": "yes"}}}
	}
	e.must(204, "tenant", "DELETE", "/miniapp/v1/consent", nil)
	if a := e.must(403, "tenant", "POST", at+"/ballots", body("none")); a.json["code"] != "privacy.consent_missing" {
		t.Errorf("without agreement: %s", a.body)
	}
	e.must(404, "owner_foreign", "POST", at+"/ballots", body("foreign"))
	code := e.must(201, "owner", "POST", at+"/ballots", body("one")).json["code"]
	if again := e.must(201, "owner", "POST", at+"/ballots", body("one")); again.json["code"] != code {
		t.Errorf("the same press again: %s", again.body)
	}
	draft := e.must(201, "committee_chair", "POST", "/office/v1/meetings", meetingOf(e.town.actors["owner"].Estate, "起草中的", "draft")).int("id")
	early := fmt.Sprintf("/miniapp/v1/meetings/%d/ballots", draft)
	e.must(409, "owner", "POST", early, body("early"))
	e.must(404, "owner_foreign", "POST", early, body("early"))

	person := e.town.actors["owner"].person
	if err := e.sessions.RevokeAll(t.Context(), person, 0); err != nil {
		t.Fatal(err)
	}
	if a := e.must(401, "owner", "POST", at+"/ballots", body("two")); a.json["code"] != "session.missing" {
		t.Errorf("an ended session: %s", a.body)
	}
	var envelopes []assembly.Envelope
	if err := e.db.View(t.Context(), func(tx *store.Tx) error { return tx.Where("meeting_id = ?", id).Find(&envelopes).Error }); err != nil {
		t.Fatal(err)
	}
	if len(envelopes) != 1 || envelopes[0].PersonID != person {
		t.Errorf("cast: %+v", envelopes)
	}
	e.access.Close()
	seen := map[int]int64{}
	now := e.db.Now()
	err := web.ReadAccessLog(t.Context(), e.db, audit.System{}, web.AccessQuery{From: now.Add(-time.Hour), Before: now.Add(time.Hour)}, func(x web.AccessEntry) error {
		if x.Operation == "castBallot" && (x.Status == 201 || x.Status == 409) {
			seen[x.Status] = x.PersonID
		}
		return nil
	})
	if err != nil || seen[201] != person || seen[409] != person {
		t.Errorf("the log of calls: %v, %v", seen, err)
	}
}

// TestARevocationAmongCasts: while many cast at once, those whose session has ended are refused alone.
func TestARevocationAmongCasts(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.voting("among", nil)
	at := fmt.Sprintf("/miniapp/v1/meetings/%d", id)
	seat := e.must(200, "owner", "GET", at+"/seats", nil).json["items"].([]any)[0].(m)["seat"].(m)["no"]
	motion := e.must(200, "owner", "GET", at, nil).json["motions"].([]any)[0].(m)["id"]
	if err := e.sessions.RevokeAll(t.Context(), e.town.actors["tenant"].person, 0); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	answers := make([]answer, 60)
	for i := range answers {
		wg.Go(func() {
			actor := []string{"owner", "tenant", "owner_foreign"}[i%3]
			answers[i] = e.call(actor, http.MethodPost, at+"/ballots", m{"seat_no": seat, "agreed": true, "client_ref": "same", "choices": []m{{"motion_id": motion, "choice": "yes"}}})
		})
	}
	wg.Wait()
	codes := map[any]bool{}
	for i, a := range answers {
		if want := []int{201, 401, 404}[i%3]; a.status != want {
			t.Errorf("%d: %d %s", i, a.status, a.body)
		} else if want == 201 {
			codes[a.json["code"]] = true
		}
	}
	if len(codes) != 1 {
		t.Errorf("one press has the receipts %v", codes)
	}
}

// TestASessionThatEndsWhileItsBallotWaits casts nothing: a round may stand at the meeting's row for as long as whoever closes holds it.
func TestASessionThatEndsWhileItsBallotWaits(t *testing.T) {
	t.Parallel()
	if !modelstest.OnServer() {
		t.Skip("SQLite has one writer: nobody can end a session meanwhile")
	}
	e := newEngine(t)
	id := e.voting("waits", nil)
	at := fmt.Sprintf("/miniapp/v1/meetings/%d", id)
	seat := e.must(200, "owner", "GET", at+"/seats", nil).json["items"].([]any)[0].(m)["seat"].(m)["no"]
	motion := e.must(200, "owner", "GET", at, nil).json["motions"].([]any)[0].(m)["id"]
	answered := make(chan answer, 1)
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		if err := tx.ForUpdate().Where("id = ?", id).Take(&assembly.Meeting{}).Error; err != nil {
			return err
		}
		go func() {
			answered <- e.call("owner", http.MethodPost, at+"/ballots", m{"seat_no": seat, "agreed": true, "client_ref": "one", "choices": []m{{"motion_id": motion, "choice": "yes"}}})
		}()
		for waiting := 0; waiting == 0; {
			if err := tx.Raw("SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE '%meetings%FOR UPDATE%'").Scan(&waiting).Error; err != nil {
				return err
			}
		}
		return e.sessions.RevokeAll(t.Context(), e.town.actors["owner"].person, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	if a := <-answered; a.status != 401 {
		t.Errorf("its session had ended: %d %s", a.status, a.body)
	}
}
