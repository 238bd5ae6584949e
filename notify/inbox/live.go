package inbox

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

const (
	// look is how often the database is asked for what no hint told of: with Redis dead, open pages are that much slower.
	look = 10 * time.Second
	// perSession is how many pages of one session are told, and perPerson how many of all that somebody is signed in with.
	perSession, perPerson = 3, 5
	// lookBatch is how many inboxes one query names.
	lookBatch = 500
)

// Faults of streams.
var (
	ErrTooManyPages = fault.New(fault.Limited, "inbox.too_many_pages", "您已经打开了几个消息页面，请先关掉一个；不关也能用，下拉刷新就能看到新消息").After(60)
	ErrFull         = fault.New(fault.Unavailable, "inbox.streams_full", "现在看消息的人太多，新消息不会自动出现，请下拉刷新，过一会儿再试").After(60)
)

// News is that something has come: the newest unread item, and how many are unread, up to 100.
type News struct {
	ID     int64 `json:"id"`
	Unread int64 `json:"unread"`
}

// box names an inbox.
type box struct {
	kind string
	id   int64
}

func boxOf(a org.Actor) box {
	if a.Post != nil {
		return box{"post", a.Post.PostID}
	}
	return box{"person", a.PersonID}
}

// Live tells open pages when something comes, whichever process wrote it: Redis gives a hint, and the database is asked now and
// then in any case.
type Live struct {
	db    *store.DB
	hints *hints
	most  int
	log   *slog.Logger

	mu       sync.Mutex
	closed   bool
	open     int
	sessions map[int64]int
	persons  map[int64]int
	boxes    map[box][]*Stream
	dirty    map[box]bool
	poked    chan struct{}
}

// NewLive wires it; most is how many streams this process holds open, and shards how many channels of Redis the hints take.
func NewLive(db *store.DB, r redis.UniversalClient, shards, most int, log *slog.Logger) *Live {
	return &Live{db: db, hints: newHints(r, shards), most: most, log: log, sessions: map[int64]int{}, persons: map[int64]int{}, boxes: map[box][]*Stream{}, dirty: map[box]bool{}, poked: make(chan struct{}, 1)}
}

// Stream is what one open page is told.
type Stream struct {
	live    *Live
	box     box
	session int64
	person  int64
	after   int64 // the newest item that the page knows of
	unread  int64 // how many it was told are unread, -1 before it was told
	news    chan News
}

// News gives what has come, the latest only; it is closed when the stream ends.
func (s *Stream) News() <-chan News { return s.news }

// Open begins a stream for whoever reads an inbox. A page that comes back says what it knows of with after, and is told at once if
// there is more; with after below 0 it is told how things stand.
// Faults: org.ErrForbidden, ErrTooManyPages, ErrFull.
func (l *Live) Open(ctx context.Context, a org.Actor, after int64) (*Stream, error) {
	if err := a.Must(org.UseInbox); err != nil {
		return nil, err
	}
	s := &Stream{live: l, box: boxOf(a), session: a.SessionID, person: a.PersonID, after: after, unread: -1, news: make(chan News, 1)}
	if err := l.add(s); err != nil {
		return nil, err
	}
	stands, err := l.count(ctx, []box{s.box}) // after it was added: what comes in between is hinted at
	if err != nil {
		s.Close()
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.boxes[s.box], s) { // the process stops
		return nil, ErrFull
	}
	s.hear(stands[s.box], after < 0)
	return s, nil
}

func (l *Live) add(s *Stream) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed || l.open >= l.most:
		return ErrFull
	case l.sessions[s.session] >= perSession, l.persons[s.person] >= perPerson:
		return ErrTooManyPages
	}
	l.open++
	l.sessions[s.session]++
	l.persons[s.person]++
	l.boxes[s.box] = append(l.boxes[s.box], s)
	return nil
}

// Close ends a stream; it may be called twice.
func (s *Stream) Close() {
	s.live.mu.Lock()
	defer s.live.mu.Unlock()
	s.live.remove(s)
}

func (l *Live) remove(s *Stream) {
	i := slices.Index(l.boxes[s.box], s)
	if i < 0 {
		return
	}
	if l.boxes[s.box] = slices.Delete(l.boxes[s.box], i, i+1); len(l.boxes[s.box]) == 0 {
		delete(l.boxes, s.box)
	}
	if l.sessions[s.session]--; l.sessions[s.session] == 0 {
		delete(l.sessions, s.session)
	}
	if l.persons[s.person]--; l.persons[s.person] == 0 {
		delete(l.persons, s.person)
	}
	l.open--
	close(s.news)
}

// Close ends every stream at once and opens none any more: the process is stopping, and pages come back to another one.
func (l *Live) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, streams := range l.boxes {
		for _, s := range slices.Clone(streams) {
			l.remove(s)
		}
	}
}

// hear takes how the inbox stands and tells the page if something came. An item may be committed after a newer one: then there
// are more unread than before.
func (s *Stream) hear(n News, anyway bool) {
	came := n.ID > s.after || (s.unread >= 0 && n.Unread > s.unread)
	s.unread, s.after = n.Unread, max(s.after, n.ID)
	if !came && !anyway {
		return
	}
	n.ID = s.after
	select {
	case <-s.news: // nobody has looked at the one before
	default:
	}
	s.news <- n
}

// Told takes what has just come to inboxes and hints at it, here and to the other processes. It does not wait.
func (l *Live) Told(items []Item) {
	boxes := make([]box, len(items))
	for i, it := range items {
		boxes[i] = box{it.RecipientKind, it.RecipientID}
	}
	l.hint(boxes)
	l.hints.offer(boxes)
}

// hint notes inboxes to look at, if a page of theirs is open here.
func (l *Live) hint(boxes []box) {
	l.mu.Lock()
	some := false
	for _, b := range boxes {
		if len(l.boxes[b]) > 0 {
			l.dirty[b], some = true, true
		}
	}
	l.mu.Unlock()
	if !some {
		return
	}
	select {
	case l.poked <- struct{}{}:
	default:
	}
}

// Run carries hints and looks until ctx ends.
func (l *Live) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { l.hints.send(ctx) })
	wg.Go(func() { l.hints.listen(ctx, l.hint) })
	wg.Go(func() {
		tick := time.NewTicker(look)
		defer tick.Stop()
		for {
			var err error
			select {
			case <-ctx.Done():
				return
			case <-l.poked:
				err = l.lookAt(ctx, l.hinted())
			case <-tick.C:
				err = l.Look(ctx)
			}
			if err != nil && ctx.Err() == nil {
				l.log.WarnContext(ctx, "open pages are not told; trying on", "error", err.Error())
			}
		}
	})
	wg.Wait()
}

// Look asks the database about every inbox of which a page is open here.
func (l *Live) Look(ctx context.Context) error {
	l.mu.Lock()
	boxes := make([]box, 0, len(l.boxes))
	for b := range l.boxes {
		boxes = append(boxes, b)
	}
	l.mu.Unlock()
	return l.lookAt(ctx, boxes)
}

func (l *Live) hinted() []box {
	l.mu.Lock()
	defer l.mu.Unlock()
	boxes := make([]box, 0, len(l.dirty))
	for b := range l.dirty {
		boxes = append(boxes, b)
	}
	clear(l.dirty)
	return boxes
}

func (l *Live) lookAt(ctx context.Context, boxes []box) error {
	for batch := range slices.Chunk(boxes, lookBatch) {
		stands, err := l.count(ctx, batch)
		if err != nil {
			return err
		}
		l.mu.Lock()
		for _, b := range batch {
			for _, s := range l.boxes[b] {
				s.hear(stands[b], false)
			}
		}
		l.mu.Unlock()
	}
	return nil
}

// count tells how some inboxes stand, from the key of what is unread alone.
func (l *Live) count(ctx context.Context, boxes []box) (map[box]News, error) {
	ctx, cancel := context.WithTimeout(ctx, look)
	defer cancel()
	byKind := map[string][]int64{}
	for _, b := range boxes {
		byKind[b.kind] = append(byKind[b.kind], b.id)
	}
	stands := map[box]News{}
	err := l.db.View(ctx, func(tx *store.Tx) error {
		for kind, ids := range byKind {
			var rows []struct {
				RecipientID int64
				Newest      int64
				N           int64
			}
			err := tx.Model(&Item{}).Select("recipient_id, MAX(id) AS newest, COUNT(*) AS n").Where("recipient_kind = ? AND recipient_id IN ? AND read_at IS NULL", kind, ids).
				Group("recipient_id").Limit(lookBatch).Find(&rows).Error
			if err != nil {
				return err
			}
			for _, r := range rows {
				stands[box{kind, r.RecipientID}] = News{ID: r.Newest, Unread: min(r.N, maxUnread)}
			}
		}
		return nil
	})
	return stands, err
}
