package session

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// tagLen is how many digits of a token's signature it carries: 128 bits.
const tagLen = 32

// sign puts whose session it is and the city's signature behind a secret.
func (s *Sessions) sign(secret string, session, person int64) string {
	text := secret + "." + strconv.FormatInt(session, 36) + "." + strconv.FormatInt(person, 36)
	return text + "." + tag(s.vault.Index("session", text))
}

func tag(index string) string { return index[len(index)-tagLen:] }

// signed reads a token that this city signed, without asking the database. Tokens of earlier versions carry no signature, and that of a key
// which is gone is not known any more.
func (s *Sessions) signed(token string) (session, person int64, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 4 || !strings.HasPrefix(token, prefix) {
		return 0, 0, false
	}
	for _, index := range s.vault.Indexes("session", strings.Join(parts[:3], ".")) {
		ok = ok || hmac.Equal([]byte(tag(index)), []byte(parts[3]))
	}
	session, noSession := strconv.ParseInt(parts[1], 36, 64)
	person, noPerson := strconv.ParseInt(parts[2], 36, 64)
	return session, person, ok && noSession == nil && noPerson == nil
}

// Claim believes a token whose signature is right, for an operation that proves it in its own transaction; any other is looked up
// now. Faults: org.ErrSignIn, ErrBusy.
func (s *Sessions) Claim(ctx context.Context, token string) (org.Actor, error) {
	session, person, ok := s.signed(token)
	if !ok {
		return s.Resident(ctx, token)
	}
	return org.Actor{Claim: &org.Claim{SessionID: session, PersonID: person, TokenHash: hash(token)}}, nil
}

// Prove satisfies org.Prover: it finds the living sessions of some claims, their people, who are not erased, and whether they agreed to the
// privacy notice.
func (s *Sessions) Prove(now time.Time, claims []*org.Claim) store.Query {
	ids := make([]int64, len(claims))
	byID := make(map[int64][]*org.Claim, len(claims))
	for i, c := range claims {
		ids[i], c.Proved = c.SessionID, org.Actor{}
		byID[c.SessionID] = append(byID[c.SessionID], c)
	}
	return store.Query{SQL: `SELECT s.id, s.person_id, s.token_hash, c.id IS NOT NULL
		FROM sessions s JOIN persons p ON p.id = s.person_id AND p.erased_at IS NULL
		LEFT JOIN consents c ON c.person_id = s.person_id AND c.version = ? AND c.withdrawn_at IS NULL
		WHERE s.id IN ? AND s.revoked_at IS NULL AND s.expires_at > ?`,
		Args: []any{org.PrivacyVersion, ids, now},
		Read: func(found *sql.Rows) error {
			a := org.Actor{Surface: "miniapp"}
			var hash string
			if err := found.Scan(&a.SessionID, &a.PersonID, &hash, &a.Consented); err != nil {
				return err
			}
			for _, c := range byID[a.SessionID] {
				if c.TokenHash == hash {
					c.Proved = a
				}
			}
			return nil
		}}
}
