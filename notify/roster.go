package notify

import "github.com/linli-city/linli/models/store"

// byRoster finds where people are reached by the roster of the estate that a message is about, for those whom the channel does not
// know otherwise.
func (w *Way) byRoster(tx *store.Tx, rows []Delivery, known map[int64]string) (map[int64]map[int64]string, error) {
	if w == nil || w.Roster == nil {
		return nil, nil //nolint:nilnil // there is no roster to look into
	}
	people := map[int64][]int64{}
	for _, r := range rows {
		if (r.RecipientKind == "person" || r.RecipientKind == rosterOwner) && known[r.PersonID] == "" {
			people[r.EstateID] = append(people[r.EstateID], r.PersonID)
		}
	}
	found := make(map[int64]map[int64]string, len(people))
	for estate, ids := range people {
		numbers, err := w.Roster(tx, estate, ids)
		if err != nil {
			return nil, err
		}
		found[estate] = numbers
	}
	return found, nil
}

// letters finds the pages on which owners without an account read and confirm their messages, by message and person.
func (w *Way) letters(tx *store.Tx, rows []Delivery) (map[int64]map[int64]string, error) {
	if w == nil || w.Letters == nil {
		return nil, nil //nolint:nilnil // messages carry no link
	}
	people := map[int64][]int64{}
	for _, r := range rows {
		if r.RecipientKind == rosterOwner {
			people[r.MessageID] = append(people[r.MessageID], r.PersonID)
		}
	}
	found := make(map[int64]map[int64]string, len(people))
	for message, ids := range people {
		tokens, err := w.Letters(tx, message, ids)
		if err != nil {
			return nil, err
		}
		found[message] = tokens
	}
	return found, nil
}
