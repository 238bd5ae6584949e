package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/session"
	"github.com/linli-city/linli/server/web"
)

// seed gives one estate its homes, each with an owner who has signed in and agreed to the privacy notice.
func (b *voteBench) seed() error {
	people, err := b.settle()
	if err != nil {
		return err
	}
	return b.signIn(people)
}

// settle gives one estate its homes, each with an owner.
func (b *voteBench) settle() (people []org.Person, err error) {
	b.estate = b.town.actors["committee_chair"].Estate
	if b.estate == 0 {
		b.estate = b.town.actors["owner"].Estate
	}
	err = b.db.InTx(b.ctx, func(tx *store.Tx) error {
		if err := tx.Exec("UPDATE units SET removed_at = ? WHERE estate_id = ?", tx.Now, b.estate).Error; err != nil {
			return err
		}
		building := org.Building{EstateID: b.estate, Name: "测", CreatedAt: tx.Now}
		if err := tx.Create(&building).Error; err != nil {
			return err
		}
		people = make([]org.Person, b.seats)
		for i := range people {
			people[i] = org.Person{PhoneIndex: fmt.Sprint("vote", i), CreatedAt: tx.Now}
		}
		if err := tx.CreateInBatches(&people, 900).Error; err != nil {
			return err
		}
		return b.homes(tx, building.ID, people)
	})
	return people, err
}

func (b *voteBench) homes(tx *store.Tx, building int64, people []org.Person) error {
	n := len(people)
	consents, units, sets := make([]org.Consent, n), make([]org.Unit, n), make([]org.OwnerSet, n)
	for i, p := range people {
		consents[i] = org.Consent{PersonID: p.ID, Version: org.PrivacyVersion, GivenAt: tx.Now}
		units[i] = org.Unit{EstateID: b.estate, BuildingID: building, Entrance: "1", Number: strconv.Itoa(i + 1), AreaMilli: area.Milli(60_000 + i%50*1000), AreaSource: org.FromRegister, UseKind: "residential", Sold: true, Delivered: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
		sets[i] = org.OwnerSet{EstateID: b.estate, Kind: "natural", CreatedAt: tx.Now}
	}
	for _, rows := range []any{&consents, &units, &sets} {
		if err := tx.CreateInBatches(rows, 900).Error; err != nil {
			return err
		}
	}
	owners, held, living := make([]org.Owner, n), make([]org.Ownership, n), make([]org.Residence, n)
	for i, p := range people {
		owners[i] = org.Owner{EstateID: b.estate, OwnerSetID: sets[i].ID, Position: 1, PersonID: p.ID, CreatedAt: tx.Now}
		held[i] = org.Ownership{EstateID: b.estate, UnitID: units[i].ID, OwnerSetID: sets[i].ID, Since: tx.Now, CurrentUnit: &units[i].ID, Cause: "roster"}
	}
	for _, rows := range []any{&owners, &held} {
		if err := tx.CreateInBatches(rows, 900).Error; err != nil {
			return err
		}
	}
	for i, p := range people {
		key := fmt.Sprintf("%d/%d/owner", units[i].ID, p.ID)
		living[i] = org.Residence{EstateID: b.estate, UnitID: units[i].ID, PersonID: p.ID, OwnerID: owners[i].ID, Role: org.RoleOwner, Basis: "roster", Since: tx.Now, Living: &key}
	}
	return tx.CreateInBatches(&living, 900).Error
}

// signIn opens a session for each.
func (b *voteBench) signIn(people []org.Person) error {
	b.tokens = make([]string, len(people))
	errs := make([]error, b.conns)
	var wg sync.WaitGroup
	for w := range b.conns {
		wg.Go(func() {
			for i := w; i < len(people) && errs[w] == nil; i += b.conns {
				b.tokens[i], errs[w] = b.sessions.Create(b.ctx, session.Start{PersonID: people[i].ID, OpenID: fmt.Sprint("vote-", people[i].ID)})
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// open brings a meeting of one motion to its window by the steps that people take; the days between them are set back in the rows.
func (b *voteBench) open(n int) (meeting, motion int64, err error) {
	chair, err := b.sessions.Staff(b.ctx, b.town.actors["committee_chair"].Token, 0)
	if err != nil {
		return 0, 0, err
	}
	member, err := b.sessions.Staff(b.ctx, b.town.actors["committee_member"].Token, 0)
	if err != nil {
		return 0, 0, err
	}
	now := b.db.Now()
	m, err := b.assemblies.Convene(b.ctx, chair, assembly.Call{EstateID: b.estate, Session: assembly.Extraordinary, Title: fmt.Sprintf("测速第%d轮会议", n), Convener: assembly.ByCommittee, Basis: assembly.OwnMotion, Channel: assembly.OnSystem,
		ClientRef: fmt.Sprint("bench-", n), InputHash: web.InputHash(n), Motions: []assembly.Proposal{{Title: "使用维修资金修电梯", Body: "更换电梯曳引机。", Matter: "use_fund", Question: tally.Question{Kind: tally.Motion}}}})
	if err != nil {
		return 0, 0, err
	}
	if _, err := b.assemblies.Post(b.ctx, chair, m.ID, now.Add(time.Hour)); err != nil {
		return 0, 0, err
	}
	if err := b.exec(fmt.Sprintf("UPDATE meetings SET challenge_until = posted_at WHERE id = %d", m.ID)); err != nil {
		return 0, 0, err
	}
	if m, err = b.assemblies.Freeze(b.ctx, chair, m.ID, nil); err != nil {
		return 0, 0, err
	}
	if _, err := b.assemblies.ConfirmMatter(b.ctx, member, m.ID, 1, m.Version); err != nil {
		return 0, 0, err
	}
	if _, err := b.assemblies.Notify(b.ctx, chair, m.ID, m.Version, assembly.Window{Opens: now.AddDate(0, 0, 16), Closes: now.AddDate(0, 0, 26)}); err != nil {
		return 0, 0, err
	}
	if err := b.exec(fmt.Sprintf("UPDATE meetings SET opens_at = noticed_at WHERE id = %d", m.ID)); err != nil {
		return 0, 0, err
	}
	v, err := b.assemblies.Find(b.ctx, chair, m.ID)
	if err != nil {
		return 0, 0, err
	}
	return m.ID, v.Motions[0].ID, nil
}

// voterConn is one kept connection of a load generator that does as little as it can: it shares the machine with what it measures.
type voterConn struct {
	conn net.Conn
	in   *bufio.Reader
	host string
	out  []byte
	till time.Time // the deadline of what is under way
}

func dialVoter(ctx context.Context, address string) (*voterConn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &voterConn{conn: conn, in: bufio.NewReader(conn), host: address}, nil
}

func (c *voterConn) close() { _ = c.conn.Close() }

// post sends one request (RFC 9112) and reads its answer.
func (c *voterConn) post(path, token, body string) (status int, answer []byte, err error) {
	c.out = fmt.Appendf(c.out[:0], "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, c.host, token, len(body), body)
	if now := time.Now(); c.till.Sub(now) < time.Minute {
		c.till = now.Add(2 * time.Minute)
		if err := c.conn.SetDeadline(c.till); err != nil {
			return 0, nil, err
		}
	}
	if _, err := c.conn.Write(c.out); err != nil {
		return 0, nil, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil || len(line) < 12 {
		return 0, nil, fmt.Errorf("answer %q: %w", line, err)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, nil, err
	}
	length, chunked := 0, false
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, nil, err
		}
		name, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		if len(name) == 0 {
			break
		}
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, nil, err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		}
	}
	if chunked {
		return 0, nil, fmt.Errorf("an answer in chunks to %s", path)
	}
	answer = make([]byte, length)
	_, err = io.ReadFull(c.in, answer)
	return status, answer, err
}
