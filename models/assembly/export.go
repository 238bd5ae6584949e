package assembly

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Own is one thing that a person wrote, signed, handed in or cast around a meeting, for that person (PIPL art. 45).
type Own struct {
	Kind    string
	ID      int64
	Number  string
	Text    string
	State   string
	Answer  string
	Erasure string // what an erasure does to it
	At      time.Time
}

// What an erasure does.
const (
	keptOwn  = "删除个人信息后，这一件作为业主大会决定的依据留存，去掉您的身份（《个人信息保护法》第13条第1款第（三）项、第47条第2款）"
	erasable = "删除个人信息时一并删除文字；已经采纳、已经够数或已经列入选票的，作为业主大会决定的依据留存，去掉您的身份"
)

// maxExport bounds each list of an export.
const maxExport = 1000

// Export collects what the actor wrote, signed, handed in and cast. Choices are not in it: whoever holds a receipt opens them.
func (s *Service) Export(ctx context.Context, actor org.Actor) ([]Own, error) {
	if err := actor.Must(org.ManageSelf); err != nil {
		return nil, err
	}
	x := &exporter{s: s, actor: actor}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		x.tx, x.list = tx, []Own{}
		for _, list := range []func() error{x.petitions, x.signatures, x.comments, x.candidacies, x.rollNotes, x.objections, x.proxies, x.credentials, x.ballots} {
			if err := list(); err != nil {
				return err
			}
		}
		return nil
	})
	return x.list, err
}

type exporter struct {
	s     *Service
	tx    *store.Tx
	actor org.Actor
	list  []Own
}

// mine are a person's rows, newest first.
func (x *exporter) mine(column string) *gorm.DB {
	return x.tx.Where(column+" = ?", x.actor.PersonID).Order("id DESC").Limit(maxExport)
}

func (x *exporter) add(o Own) { x.list = append(x.list, o) }

func (x *exporter) petitions() error {
	var rows []Petition
	err := x.mine("person_id").Find(&rows).Error
	for _, r := range rows {
		x.add(Own{Kind: "petition", ID: r.ID, Number: r.Number, Text: r.Title + "\n" + r.Text + "\n" + r.Wanted, State: PetitionNames[r.State], Erasure: erasable, At: r.CreatedAt})
	}
	return err
}

func (x *exporter) signatures() error {
	var rows []struct {
		Signature
		Number, Title string
	}
	err := x.tx.Table("petition_signatures g").Select("g.*, p.number, p.title").Joins("JOIN petitions p ON p.id = g.petition_id").Where("g.person_id = ?", x.actor.PersonID).Order("g.id DESC").Limit(maxExport).Scan(&rows).Error
	for _, r := range rows {
		state := "已签名"
		if r.WithdrawnAt != nil {
			state = "已撤签"
		}
		x.add(Own{Kind: "signature", ID: r.ID, Number: r.Number, Text: r.Title, State: state, Erasure: keptOwn, At: r.SignedAt})
	}
	return err
}

func (x *exporter) comments() error {
	var rows []Comment
	err := x.mine("person_id").Find(&rows).Error
	for _, r := range rows {
		x.add(Own{Kind: "comment", ID: r.ID, Text: r.Text, State: CommentNames[r.State], Answer: r.Answer, Erasure: erasable, At: r.At})
	}
	return err
}

// candidacies are where the person stands, then whom they nominated or backed, by their consent only.
func (x *exporter) candidacies() error {
	for column, kind := range map[string]string{"person_id": "candidacy", "nominator_id": "nomination"} {
		var rows []Candidate
		if err := x.mine(column).Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			own := Own{Kind: kind, ID: r.ID, Text: r.Profile, State: CandidateNames[r.State], Answer: r.Reason, Erasure: erasable, At: r.At}
			if kind == "nomination" {
				if r.PersonID == x.actor.PersonID {
					continue
				}
				own.Answer = ""
			}
			x.add(own)
		}
	}
	var backed []Backer
	err := x.mine("person_id").Find(&backed).Error
	for _, r := range backed {
		x.add(Own{Kind: "backing", ID: r.CandidateID, Erasure: keptOwn, At: r.At})
	}
	return err
}

func (x *exporter) rollNotes() error {
	var rows []RollNote
	err := x.mine("person_id").Where("kind = 'challenge'").Find(&rows).Error
	for _, r := range rows {
		x.add(Own{Kind: "roll_note", ID: r.ID, Text: r.Text, State: r.State, Answer: r.Answer, Erasure: keptOwn, At: r.At})
	}
	return err
}

func (x *exporter) objections() error {
	var rows []Objection
	err := x.mine("person_id").Find(&rows).Error
	for _, r := range rows {
		x.add(Own{Kind: "objection", ID: r.ID, Number: r.Number, Text: r.Grounds, State: r.State, Answer: r.Answer, Erasure: keptOwn, At: r.At})
	}
	return err
}

// proxies are what the person gave, with its agent's name masked, and those in which they are the agent.
func (x *exporter) proxies() error {
	var given, held []Proxy
	if err := x.mine("entered_by").Where("by_owner = ?", true).Find(&given).Error; err != nil {
		return err
	}
	index := x.tx.Model(&org.Person{}).Select("phone_index").Where("id = ?", x.actor.PersonID)
	if err := x.tx.Where("phone_index <> '' AND phone_index IN (?)", index).Order("id DESC").Limit(maxExport).Find(&held).Error; err != nil {
		return err
	}
	for _, r := range given {
		agent, err := x.s.o.Vault.Open(r.AgentSealed, "proxies.agent")
		if err != nil {
			return err
		}
		x.add(Own{Kind: "proxy", ID: r.ID, Number: r.Number, Text: "代理人" + vault.MaskName(agent) + "：" + r.Powers, State: ProxyStates[r.State], Answer: r.Reason, Erasure: erasableProxy, At: r.At})
	}
	for _, r := range held {
		x.add(Own{Kind: "agency", ID: r.ID, Number: r.Number, Text: r.Powers, State: ProxyStates[r.State], Answer: r.Reason, Erasure: erasableProxy, At: r.At})
	}
	return nil
}

const erasableProxy = "没有用来投票的委托，删除个人信息时失效并删除；用来投过票的，连同委托书作为表决的凭据留存（《个人信息保护法》第13条第1款第（三）项、第47条第2款）"

func (x *exporter) credentials() error {
	var rows []Credential
	err := x.mine("person_id").Find(&rows).Error
	for _, r := range rows {
		x.add(Own{Kind: "credential", ID: r.ID, Number: r.Number, Text: r.Words, State: CredentialStates[r.State], Answer: r.Reason, Erasure: keptOwn, At: r.At})
	}
	return err
}

func (x *exporter) ballots() error {
	sets, err := setsOf(x.tx, x.actor)
	if err != nil {
		return err
	}
	var rows []struct {
		Envelope
		Number string
	}
	owners := x.tx.Model(&org.Owner{}).Select("id").Where("person_id = ? AND person_id <> 0", x.actor.PersonID)
	err = x.tx.Table("envelopes e").Select("e.*, m.number").Joins("JOIN seats s ON s.id = e.seat_id JOIN meetings m ON m.id = e.meeting_id").
		Where("s.holder_set_id IN ? AND (e.person_id = ? OR e.owner_id IN (?))", sets, x.actor.PersonID, owners).Order("e.at DESC, e.id DESC").Limit(maxExport).Scan(&rows).Error
	for _, r := range rows {
		x.add(Own{Kind: "ballot", ID: r.ID, Number: r.Number, Text: "回执号" + r.Code, State: WayNames[r.Channel], Erasure: keptOwn, At: r.At})
	}
	return err
}
