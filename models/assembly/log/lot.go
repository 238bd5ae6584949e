package log

// PublicLot is how the order between candidates with equal votes is drawn: by hand, before witnesses. An order taken from the log would be the
// operator's choice, who salts the commitments and sees the votes before the close is signed.
const PublicLot = "public"

// Lot says how the order in an election's question came about: an input of the count that no ballot gives.
type Lot struct {
	Method  string `json:"method"`
	Records []Sum  `json:"records_sha256,omitempty"` // of the records of public drawings, the oldest first
}

// checkLot refuses an order that nothing explains.
func (m *Motion) checkLot() error {
	if (m.Lot == nil) != (len(m.Question.Lot) == 0) {
		return errFormat("议题 %d 的抽签顺序没有说明怎么抽的", m.Position)
	}
	if m.Lot != nil && (m.Lot.Method != PublicLot || len(m.Lot.Records) == 0) {
		return errFormat("议题 %d 的抽签方式不认识，或者没有抽签记录", m.Position)
	}
	return nil
}

// says tells a reader what the order rests on.
func (l *Lot) says() string {
	text := "当众抽签，抽签记录的 SHA-256"
	for _, r := range l.Records {
		text += " " + r.String()
	}
	return text
}
