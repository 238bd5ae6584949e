package assembly

import (
	"fmt"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// erasedWords stand where what somebody wrote has gone.
const erasedWords = "（作者已删除）"

// Erase takes a person out of what they wrote before and around meetings. What a decision of the owners rests on stays without them, for a
// court and for whoever recounts (PIPL arts 13(1)(3), 47(2); a court may revoke a decision within a year, and records are kept for five): ballots, signatures of owner
// sets, objections to a result, accepted comments, who stood on a ballot, authorisations that were used. The rest of the words goes.
func (s *Service) Erase(tx *store.Tx, person int64) error {
	for _, step := range []func(*store.Tx, int64) error{erasePetitions, eraseComments, s.eraseCandidacies, s.eraseProxies} {
		if err := step(tx, person); err != nil {
			return err
		}
	}
	for _, row := range []any{&Signature{}, &Backer{}} {
		if err := tx.Model(row).Where("person_id = ?", person).Update("person_id", 0).Error; err != nil {
			return err
		}
	}
	for _, row := range []struct {
		model  any
		column string
	}{{&Objection{}, "person_id"}, {&RollNote{}, "person_id"}, {&Candidate{}, "nominator_id"}} {
		if err := unname(tx, row.model, row.column, person, nil, "1 = 1"); err != nil {
			return err
		}
	}
	return tx.Model(&Credential{}).Where("person_id = ? AND state IN ?", person, []CredentialState{Submitted, Accredits}).
		Updates(map[string]any{"state": TakenBack, "ended_at": tx.Now, "reason": "本人已注销"}).Error
}

// unname takes a person out of rows; their references are a person's own and would meet those of others without a name.
func unname(tx *store.Tx, model any, column string, person int64, change map[string]any, where string, args ...any) error {
	var ids []int64
	if err := tx.Model(model).Where(column+" = ?", person).Where(where, args...).Order("id").Limit(10_000).Pluck("id", &ids).Error; err != nil {
		return err
	}
	for _, id := range ids {
		row := map[string]any{column: 0, "client_ref": fmt.Sprint("erased-", id)}
		for name, value := range change {
			row[name] = value
		}
		if err := tx.Model(model).Where("id = ?", id).Updates(row).Error; err != nil {
			return err
		}
	}
	return nil
}

// erasePetitions: what obliges a committee is the owners' together and stays; what is still being signed is withdrawn.
func erasePetitions(tx *store.Tx, person int64) error {
	gone := map[string]any{"title": erasedWords, "text": erasedWords, "wanted": "[]", "state": Withdrawn, "withdrawn_at": tx.Now}
	if err := unname(tx, &Petition{}, "person_id", person, gone, "state <> ?", Reached); err != nil {
		return err
	}
	return unname(tx, &Petition{}, "person_id", person, nil, "state = ?", Reached)
}

// eraseComments: a comment that was accepted is why a draft or a list is as it is; the others lose their words.
func eraseComments(tx *store.Tx, person int64) error {
	if err := unname(tx, &Comment{}, "person_id", person, map[string]any{"building_id": 0}, "state = ?", Accepted); err != nil {
		return err
	}
	if err := unname(tx, &Comment{}, "person_id", person, map[string]any{"building_id": 0, "text": erasedWords}, "state = ?", Declined); err != nil {
		return err
	}
	return unname(tx, &Comment{}, "person_id", person, map[string]any{"building_id": 0, "text": erasedWords, "state": Declined, "answer": "提意见的人已删除个人信息，不再处理", "answered_at": tx.Now}, "state = ?", Open)
}

// eraseCandidacies: who was voted on stays on the ballot; who was not stands down, without name and words.
func (s *Service) eraseCandidacies(tx *store.Tx, person int64) error {
	gone := map[string]any{"person_id": 0, "name_sealed": s.o.Vault.Seal(erasedWords, "candidates.name"), "profile": erasedWords, "reason": "", "checks": "[]", "state": StoodDown}
	if err := tx.Model(&Candidate{}).Where("person_id = ? AND slot IS NULL", person).Updates(gone).Error; err != nil {
		return err
	}
	return tx.Model(&Candidate{}).Where("person_id = ?", person).Update("person_id", 0).Error
}

// eraseProxies: an authorisation by which nobody voted ends, and its agent with it. One that was used proves a ballot; it keeps name and paper,
// sealed, and loses the phone.
func (s *Service) eraseProxies(tx *store.Tx, person int64) error {
	var index string
	if err := tx.Model(&org.Person{}).Where("id = ?", person).Select("phone_index").Scan(&index).Error; err != nil {
		return err
	}
	var rows []Proxy
	q := tx.Where("entered_by = ? AND by_owner = ?", person, true)
	if err := q.Order("id").Limit(10_000).Find(&rows).Error; err != nil {
		return err
	}
	if index != "" {
		var asAgent []Proxy
		if err := tx.Where("phone_index = ?", index).Order("id").Limit(10_000).Find(&asAgent).Error; err != nil {
			return err
		}
		rows = append(rows, asAgent...)
	}
	for i := range rows {
		if err := s.eraseProxy(tx, &rows[i], person); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) eraseProxy(tx *store.Tx, p *Proxy, person int64) error {
	used, err := p.used(tx)
	if err != nil {
		return err
	}
	change := map[string]any{}
	if p.EnteredBy == person {
		change["entered_by"], change["client_ref"] = 0, fmt.Sprint("erased-", p.ID)
	} else {
		change["phone_sealed"], change["phone_index"] = "", ""
	}
	if !used {
		for column, value := range map[string]any{"agent_sealed": s.o.Vault.Seal(erasedWords, "proxies.agent"), "paper_sealed": "", "paper_index": "", "phone_sealed": "", "phone_index": "", "powers": erasedWords} {
			change[column] = value
		}
		if p.State == ProxyPending || p.State == ProxyAccepted {
			change["state"], change["reason"], change["ended_at"] = ProxyRevoked, "有关的人已删除个人信息", tx.Now
		}
	}
	return tx.Model(&Proxy{}).Where("id = ?", p.ID).Updates(change).Error
}
