package assembly

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	signed "golang.org/x/mod/sumdb/note"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/store"
)

// verifyForms holds the paper forms against each other: issued = returned + unreturned + replaced, and once a result is out everything
// that a result waits for.
func (s *Service) verifyForms(tx *store.Tx, m *Meeting, done *Checks) error {
	r, err := s.reconcile(tx, m)
	if err != nil {
		return err
	}
	done.Forms += r.Issued
	if sum := r.Returned + r.Unreturned + r.Replaced; sum != r.Issued {
		return fmt.Errorf("paper forms: %d issued, %d returned, %d unreturned, %d replaced", r.Issued, r.Returned, r.Unreturned, r.Replaced)
	}
	if (m.State == Provisional || m.State == Certified) && m.Channel != OnOfficial && !r.Closes() {
		return fmt.Errorf("paper forms: %s", strings.Join(r.Says, "；"))
	}
	var wrong []Form
	err = tx.Select("id", "number").Where("meeting_id = ? AND (state = ?) <> (live IS NULL)", m.ID, FormReplaced).Limit(1).Find(&wrong).Error
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("paper form %s is alive and replaced at once, or neither", wrong[0].Number)
	}
	return err
}

// verifyOutcomes holds what was published against its hash and signature, and the certificate against a new count from the ballots.
func (s *Service) verifyOutcomes(tx *store.Tx, m *Meeting, t *trail, k *keys, done *Checks) error {
	certified := false
	var seen []outcomeNote
	for last := int64(0); ; {
		var list []Outcome
		if err := tx.Where("meeting_id = ? AND id > ?", m.ID, last).Order("id").Limit(100).Find(&list).Error; err != nil {
			return err
		}
		for i := range list {
			o := &list[i]
			st, err := o.signed(m)
			if err == nil {
				err = k.holds(o.KeyLine, o.At, t.strict())
			}
			if err != nil {
				return fmt.Errorf("%s %d: %w", o.Kind, o.ID, err)
			}
			if o.Kind == "certificate" {
				certified = true
				if err := s.recounts(tx, m, o, st, t); err != nil {
					return fmt.Errorf("certificate %d: %w", o.ID, err)
				}
			}
			done.Outcomes++
			seen = append(seen, o.noted())
			last = o.ID
		}
		if len(list) < 100 {
			break
		}
	}
	if m.State == Certified && !certified {
		return fmt.Errorf("it is certified without a certificate")
	}
	return t.verifyOutcomes(seen)
}

// signed reads what an outcome says, if hash, signature and the bundle's certificate agree with it.
func (o *Outcome) signed(m *Meeting) (*Statement, error) {
	key, err := log.ParseKey(o.KeyLine)
	if err != nil {
		return nil, err
	}
	n, err := signed.Open([]byte(o.Signature), signed.VerifierList(key))
	if err != nil {
		return nil, fmt.Errorf("the statement is not what was signed: %w", err)
	}
	if sha([]byte(o.Body)) != o.SHA256 || n.Text != "linli/"+m.Number+"\n"+o.Kind+" "+o.SHA256+"\n" {
		return nil, errors.New("the statement is not what was signed")
	}
	var st Statement
	if err := json.Unmarshal([]byte(o.Body), &st); err != nil {
		return nil, err
	}
	if st.RollRoot != m.RollRoot || st.LogSize != o.LogSize || st.LogRoot != o.LogRoot {
		return nil, fmt.Errorf("the statement is of another roll or log")
	}
	if o.Cert == "" {
		return &st, nil
	}
	n, err = signed.Open([]byte(o.CertNote), signed.VerifierList(key))
	if err != nil {
		return nil, fmt.Errorf("the bundle's certificate is not what was signed: %w", err)
	}
	if !strings.HasSuffix(n.Text, "\n"+sha([]byte(o.Cert))+"\n") {
		return nil, errors.New("the bundle's certificate is not what was signed")
	}
	var cert log.Certificate
	if err := json.Unmarshal([]byte(o.Cert), &cert); err != nil {
		return nil, err
	}
	return &st, st.agrees(&cert)
}

// recounts counts once more: as every bundle does, with the silent and the debtors as they were found then, for a visit corrected later
// changes no decision; and by the rule of the ballots, where no clause looks at silence.
func (s *Service) recounts(tx *store.Tx, m *Meeting, o *Outcome, st *Statement, t *trail) error {
	if st.Tally == nil {
		return s.reimports(tx, m, st, t)
	}
	if st.Terms.Warning() != "" {
		return s.bundled(tx, m, o, st)
	}
	now, err := s.count(tx, m)
	if err != nil {
		return err
	}
	for i := range now.Motions {
		is, err := json.Marshal(now.Motions[i])
		if err != nil {
			return err
		}
		was, err := json.Marshal(st.Tally.motion(i))
		if err != nil {
			return err
		}
		if !bytes.Equal(was, is) {
			return fmt.Errorf("the ballots give another count of motion %d than was certified", now.Motions[i].Position)
		}
	}
	if now.Scope != st.Tally.Scope || len(now.Motions) != len(st.Tally.Motions) {
		return fmt.Errorf("the meeting has %d motions and a scope of %+v, certified were others", len(now.Motions), now.Scope)
	}
	return s.bundled(tx, m, o, st)
}

// bundled recounts as whoever verifies the bundle does.
func (s *Service) bundled(tx *store.Tx, m *Meeting, o *Outcome, st *Statement) error {
	c, err := s.contents(tx, m, o)
	if err != nil {
		return err
	}
	cert, _, err := log.Certify(*c, log.Confirmed, o.At, s.o.Signer)
	if err != nil {
		return fmt.Errorf("the bundle does not recount: %w", err)
	}
	var was log.Certificate
	if err := json.Unmarshal([]byte(o.Cert), &was); err != nil {
		return fmt.Errorf("the bundle's certificate: %w", err)
	}
	if (was.Debtors == nil) != (cert.Debtors == nil) || was.Debtors != nil && *was.Debtors != *cert.Debtors {
		return errors.New("the list of debtors is not the one that was certified")
	}
	return st.agrees(&cert)
}

func (t *Tallied) motion(i int) *Counted {
	if i < len(t.Motions) {
		return &t.Motions[i]
	}
	return nil
}
