package event

import "time"

// CalendarUnknown says that due dates fall into a year whose holidays nobody has entered. It concerns the city, no estate.
type CalendarUnknown struct {
	EstateID int64     `json:"estate_id,omitempty"`
	Year     int       `json:"year"`
	At       time.Time `json:"at"`
}

// Estate gives the estate, of which there is none.
func (e CalendarUnknown) Estate() int64 { return e.EstateID }

// Kind names the event.
func (CalendarUnknown) Kind() string { return "calendar.unknown" }

// NotifierBehind says that notifications are later than they may be. It concerns the city, no estate.
type NotifierBehind struct {
	EstateID int64     `json:"estate_id,omitempty"`
	Waiting  int64     `json:"waiting"`
	Minutes  int64     `json:"minutes"` // for how long the oldest has waited
	At       time.Time `json:"at"`
}

// Estate gives the estate, of which there is none.
func (e NotifierBehind) Estate() int64 { return e.EstateID }

// Kind names the event.
func (NotifierBehind) Kind() string { return "notify.behind" }

// NoticePublished says that an organisation put something on the board of an estate.
type NoticePublished struct {
	NoticeID       int64  `json:"notice_id"`
	Number         string `json:"number"`
	EstateID       int64  `json:"estate_id"`
	EstateName     string `json:"estate_name"`
	Sort           string `json:"sort"` // 公示, 公告 or 通知
	Title          string `json:"title"`
	OrganisationID int64  `json:"organisation_id"`
	PublisherName  string `json:"publisher_name"`
	Scoped         bool   `json:"scoped,omitempty"` // it concerns the scope alone
	Scope
	At time.Time `json:"at"`
}

// Affects gives the owners whom the notice concerns.
func (n NoticePublished) Affects() (Scope, bool) { return n.Scope, true }

// Kind names the event.
func (NoticePublished) Kind() string { return "disclosure.published" }

// Estate gives the estate of the board.
func (n NoticePublished) Estate() int64 { return n.EstateID }

// CampaignSent says that a campaign goes out: at first, once more to those who were not reached, or as a reminder. The words are
// public, and who is told is the campaign's to say. What is part of the kind: sent, served where each seat's service has to be
// proven, urgent where it is about safety.
type CampaignSent struct {
	CampaignID    int64     `json:"campaign_id"`
	RunID         int64     `json:"run_id"`
	EstateID      int64     `json:"estate_id"`
	EstateName    string    `json:"estate_name"`
	Title         string    `json:"title"`
	Body          string    `json:"body"`
	Topic         string    `json:"topic,omitempty"` // one of Topics
	PublisherName string    `json:"publisher_name"`
	Channels      string    `json:"channels"` // in the order of trying, separated by commas
	At            time.Time `json:"at"`
}

// Topics are what campaigns are about, as far as it matters to how they are told: safety, what has to be proven to be served, a
// vote, the end of a vote, a payment, the rest.
var Topics = []string{"urgent", "served", "vote", "deadline", "payment", "other"}

// Kind names the event.
func (e CampaignSent) Kind() string { return "campaign.sent" }

// Estate gives the estate of the campaign.
func (e CampaignSent) Estate() int64 { return e.EstateID }
