package notify

import (
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// withStandIns tells in the place of holders who are away the posts that stand in for them. The post's own inbox is written all
// the same; without anybody at the post that stands in, the holder is told as always.
func withStandIns(tx *store.Tx, found []recipient) ([]recipient, error) {
	posts := heldPosts(found)
	if len(posts) == 0 {
		return found, nil
	}
	list, err := org.StandIns(tx, posts)
	if err != nil || len(list) == 0 {
		return found, err
	}
	instead := map[recipient][]recipient{}
	for _, s := range list {
		away := recipient{kind: "post", id: s.PostID, person: s.AwayID}
		instead[away] = append(instead[away], recipient{kind: "post", id: s.StandInID, person: s.PersonID})
	}
	var all []recipient
	seen := map[recipient]bool{}
	add := func(r recipient) {
		if !seen[r] {
			seen[r] = true
			all = append(all, r)
		}
	}
	for _, r := range found {
		if to := instead[r]; len(to) > 0 {
			add(recipient{kind: r.kind, id: r.id})
			for _, x := range to {
				add(x)
			}
			continue
		}
		add(r)
	}
	return all, nil
}
