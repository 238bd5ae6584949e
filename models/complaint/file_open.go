package complaint

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// OpenReport is what an organisation files through Open311 for one of its users. Their e-mail address, device and
// account stay outside: nothing here needs them.
type OpenReport struct {
	Estate   string // its code, or its name if no other has it
	Matter   string
	Text     string
	Part     string
	Address  string // in the words of whoever reports
	Lat, Lng int64  // micro-degrees (GCJ-02); both 0 without a pin
	Name     string
	Phone    string // without one nothing of the reporter is kept
	MediaURL string // a picture elsewhere, for the offices to look at
	Private  bool
	Body     string // fingerprint of everything that was sent
}

// openDetail is what the offices read beside the first step of such a case, and nobody else.
type openDetail struct {
	KeyID    int64  `json:"open311_key"`
	From     string `json:"from"`
	Address  string `json:"address,omitempty"`
	MediaURL string `json:"media_url,omitempty"`
}

const (
	maxOpenText = 4000 // GeoReport v2
	maxPlace    = 100
	// resending is how long the same report under the same key is the same case. Later it is a new one: the same
	// lamp breaks twice.
	resending = 24 * time.Hour
)

// ErrOpenPhone is the refusal of a matter for which somebody must be reachable.
var ErrOpenPhone = ErrNamed.Saying("这个事项要核对反映人本人的情况，请填写 phone（11位手机号）")

// FileOpen takes a report that came with an organisation's key. It is a case like any other; whoever reports is covered
// from the estate's company and committee, and without a phone unknown to all. The same report again within a day
// answers the first case.
// Faults: ErrMatter, ErrOpenPhone, org.ErrEstateNotFound, fault.ErrInvalid.
func (s *Service) FileOpen(ctx context.Context, key *OpenKey, in OpenReport) (*Case, error) {
	in.Name, in.Phone, in.Address, in.MediaURL = strings.TrimSpace(in.Name), strings.TrimSpace(in.Phone), strings.TrimSpace(in.Address), strings.TrimSpace(in.MediaURL)
	mandates, err := s.MandatesNow(ctx)
	if err != nil {
		return nil, err
	}
	m, known := mandates.Matter(in.Matter)
	if !known {
		return nil, ErrMatter
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	d := Draft{Part: in.Part, Place: first(in.Address, maxPlace), Lat: in.Lat, Lng: in.Lng, Matter: m.Code, Text: strings.TrimSpace(in.Text), Visibility: Public, Cover: Sealed,
		longest: maxOpenText, InputHash: s.keyed(fmt.Sprint(key.ID, " ", in.Body), 64)}
	if len([]rune(d.Text)) < minText { // the specification lets it be short, or missing
		d.Text = first(m.Name, 30) + "：" + d.Text + "（通过开放接口反映，没有更多说明）"
	}
	if in.Private {
		d.Visibility = Private
	}
	owner := Complainant{Source: FromOpen311}
	if in.Phone == "" {
		d.Cover = Anonymous
	} else {
		owner.NameSealed, owner.PhoneSealed = s.vault.Seal(in.Name, "complainants.name"), s.vault.Seal(in.Phone, "complainants.phone")
		owner.PhoneIndex = s.vault.Index("phone", in.Phone)
	}
	if m.Named && d.Cover == Anonymous {
		return nil, ErrOpenPhone
	}
	owner.Hidden = d.Cover
	f := filing{draft: d, by: audit.Unnamed{Surface: "open311"}, owner: owner,
		detail: openDetail{KeyID: key.ID, From: key.Label, Address: in.Address, MediaURL: in.MediaURL},
		estate: func(tx *store.Tx) (*org.Estate, error) { return org.EstateNamed(tx, in.Estate) }}
	now := s.db.Now()
	f.draft.ClientRef = s.openRef(f.draft, now.Add(-resending))
	before, err := s.filed(ctx, f)
	if err != nil {
		return nil, err
	}
	if before != nil && now.Sub(before.CreatedAt) < resending {
		return before, nil
	}
	f.draft.ClientRef = s.openRef(f.draft, now)
	if err := f.draft.check(); err != nil {
		return nil, err
	}
	return s.take(ctx, "", f)
}

// openRef names a report on a day. The digest is keyed, since the report holds a phone number.
func (s *Service) openRef(d Draft, day time.Time) string {
	return "open311:" + s.keyed(d.InputHash+" "+org.DayOf(day).Format(time.DateOnly), 48)
}

// keyed is the end of a value's keyed digest.
func (s *Service) keyed(value string, n int) string {
	digest := s.vault.Index("complaint.ref", value)
	return digest[len(digest)-n:]
}

func (in *OpenReport) check() error {
	var c fault.Checks
	c.Check(in.Estate != "", "attribute[estate]", "请填写小区：attribute[estate] 的可选值见 services/服务代码；也可以用 address_id")
	c.Check(len([]rune(in.Address)) <= 300, "address_string", "地址不超过300个字")
	c.Check(len([]rune(in.Name)) <= 30, "first_name", "姓名不超过30个字")
	c.Check(in.Phone == "" || org.ValidPhone(in.Phone), "phone", "请填写11位手机号，或不填（匿名）")
	c.Check(len([]rune(strings.TrimSpace(in.Text))) <= maxOpenText, "description", "内容不超过4000个字")
	c.Check(in.Part == "" || PartName(in.Part) != "", "attribute[part]", "没有这个公共部位，可选值见 services/服务代码")
	if in.MediaURL != "" {
		u, err := url.Parse(in.MediaURL)
		c.Check(err == nil && len(in.MediaURL) <= 1000 && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https"), "media_url", "应为 http 或 https 网址，不超过1000个字符")
	}
	return c.Err()
}

// first is the beginning of a text.
func first(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}
