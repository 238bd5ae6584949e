package joint

import (
	"cmp"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// note records what happened in the trail, in the complaint's timeline, and for those who are told.
func (s *Service) note(tx *store.Tx, actor audit.Actor, w *Whistle, what string, to int64, text string) error {
	err := audit.Append(tx, actor, "whistle."+what, audit.Subject{Kind: "whistle", ID: w.ID, Estate: w.EstateID, About: w.AboutID}, map[string]any{"case": w.CaseID, "to": to})
	if err != nil {
		return err
	}
	if w.CaseID != 0 {
		if step := timelineText(w, what, text); step != "" {
			if err := s.cases.Record(tx, actor, w.CaseID, cmp.Or(stepKinds[what], complaint.Whistle), to, step); err != nil {
				return err
			}
		}
	}
	e, err := s.event(tx, w, what, to)
	if err != nil {
		return err
	}
	return outbox.Append(tx, e)
}

// stepKinds name what happened in the case's timeline; what is not here is of the whistle.
var stepKinds = map[string]complaint.Action{"requested": complaint.WhistleAsked, "closed": complaint.WhistleClosed, "arrived": complaint.CheckIn, "refused": complaint.WhistleRefused}

// timelineText is what the complainants read in their case; nothing for what concerns the offices alone.
func timelineText(w *Whistle, what, text string) string {
	switch what {
	case "requested":
		return "已请乡镇（办事处）吹哨：" + w.Reason
	case "recalled":
		return "吹哨申请已撤回：" + text
	case "declined":
		return "乡镇（办事处）没有同意吹哨：" + text
	case "blown":
		return "已吹哨（" + w.Number + "），有关单位到" + w.Place + "报到"
	case "unsigned":
		return "吹哨申请还没有签批，已报上一级督促"
	case "arrived", "refused", "excused", "must_come":
		return text
	case "closed":
		return "已销哨：" + text
	}
	return ""
}

func (s *Service) event(tx *store.Tx, w *Whistle, what string, to int64) (event.Whistle, error) {
	names, err := org.EstateNames(tx, []int64{w.EstateID})
	if err != nil {
		return event.Whistle{}, err
	}
	orgs, err := org.Organisations(tx, []int64{to})
	if err != nil {
		return event.Whistle{}, err
	}
	called, err := summoned(tx, w.ID)
	if err != nil {
		return event.Whistle{}, err
	}
	e := event.Whistle{WhistleID: w.ID, Number: w.Number, CaseID: w.CaseID, EstateID: w.EstateID, EstateName: names[w.EstateID], What: what, AskedID: w.AskedOrg, TownshipID: w.TownshipID,
		AboutID: w.AboutID, Place: w.Place, ToID: to, ToName: orgs[to].Name, At: tx.Now}
	if w.DueAt != nil {
		e.Due = *w.DueAt
	}
	for _, sm := range called {
		if sm.OrganisationID == to && sm.DueAt != nil {
			e.Due = *sm.DueAt
		}
		// The reminder is for those who have not come.
		if sm.State != Excused && (what != "soon" || sm.State == Called) {
			e.CalledIDs = append(e.CalledIDs, sm.OrganisationID)
		}
	}
	return e, nil
}
