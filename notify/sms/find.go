package sms

import (
	"context"
	"strconv"
	"strings"
	"time"
)

const opFind = "QuerySendDetails"

const (
	pageSize = 50 // the provider's largest
	// mostPages bounds what is read of one day: the provider lets a phone have fewer texts of one kind than fill a page.
	mostPages = 10
	// remembered is how many days the provider keeps.
	remembered = 30
	// skew is how far the provider's clock may stand behind ours at midnight.
	skew = 5 * time.Minute
	// findPatience bounds the whole search.
	findPatience = 20 * time.Second
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60) // no summer time since 1991

// receipts are the values of SendStatus; another one is no word yet.
var receipts = map[number]Receipt{1: Awaited, 2: Failed, 3: Arrived}

// best is what two texts of one key come to: one that may still arrive speaks for both.
func best(a, b Receipt) Receipt {
	for _, r := range []Receipt{Arrived, Awaited} {
		if a == r || b == r {
			return r
		}
	}
	return b
}

// row is a text as QuerySendDetails gives it. It has no BizId.
type row struct {
	OutID      string `json:"OutId"`
	SendStatus number
}

// number is one that the provider writes with and without quotes.
type number int

// UnmarshalJSON reads both.
func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.Atoi(strings.Trim(string(b), `"`))
	*n = number(v)
	return err
}

// Find asks the provider for a text by its key, in each Shanghai day from since to now. The provider does not give the text's
// BizId again, so the id is empty. A text shows up some seconds after it was taken: whoever asks at once may hear "not found"
// of one that is on its way.
func (c *Client) Find(ctx context.Context, phone, key string, since time.Time) (providerID string, found bool, r Receipt, err error) {
	if !mobile.MatchString(phone) || !keyShape.MatchString(key) {
		return "", false, "", refusal(opFind, "isv.INVALID_PARAMETERS", 0, "", "not a mobile number, or not a key")
	}
	ctx, cancel := context.WithTimeout(ctx, findPatience)
	defer cancel()
	today := day(c.cfg.Now())
	first := day(since.Add(-skew))
	oldest := today.AddDate(0, 0, 1-remembered)
	for d := today; !d.Before(first) && !d.Before(oldest); d = d.AddDate(0, 0, -1) {
		found, r, err := c.findOn(ctx, phone, key, d)
		if found || err != nil {
			return "", found, r, err
		}
	}
	if first.Before(oldest) {
		return "", false, "", &Error{Op: opFind, detail: "longer ago than the provider remembers"}
	}
	return "", false, "", nil
}

// day is the midnight in Shanghai before t.
func day(t time.Time) time.Time {
	y, m, d := t.In(shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, shanghai)
}

// findOn looks through one day. A list that is longer than is looked through, or shorter than it says, is an error: "not found"
// would have the text sent again.
func (c *Client) findOn(ctx context.Context, phone, key string, d time.Time) (found bool, of Receipt, err error) {
	seen := 0
	for page := 1; page <= mostPages; page++ {
		var got struct {
			TotalCount *number
			Details    struct {
				Rows []row `json:"SmsSendDetailDTO"`
			} `json:"SmsSendDetailDTOs"`
		}
		err := c.call(ctx, opFind, map[string]string{
			"PhoneNumber": phone, "SendDate": d.Format("20060102"), "PageSize": strconv.Itoa(pageSize), "CurrentPage": strconv.Itoa(page),
		}, &got)
		if err != nil {
			return false, "", err
		}
		for _, r := range got.Details.Rows {
			if r.OutID == key {
				said, known := receipts[r.SendStatus]
				if !known {
					said = Awaited
				}
				found, of = true, best(of, said)
			}
		}
		seen += len(got.Details.Rows)
		switch {
		case found:
			return true, of, nil
		case got.TotalCount == nil:
			return false, "", unreadable(opFind, 200)
		case seen >= int(*got.TotalCount):
			return false, "", nil
		}
	}
	return false, "", &Error{Op: opFind, detail: "the list of a day has no end"}
}
