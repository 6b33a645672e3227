package logtail

import "cesi/internal/cesi"

const (
	// maxOfNode is how many logs of a node are followed at once, downloads
	// included: each takes a descriptor of its supervisord.
	maxOfNode = 24
	// maxOfUser is how many logs a user follows at once, downloads included.
	maxOfUser = 12
)

// slots counts what is followed, by node and by user. The zero value counts
// nothing yet. It is not safe for concurrent use.
type slots struct {
	ofNode, ofUser map[string]int
}

// takeUser counts one more log of a user. It fails with TooManyOpen.
func (s *slots) takeUser(user string) error {
	if s.ofUser[user] >= maxOfUser {
		return cesi.Errorf(cesi.TooManyOpen, "You follow or download %d logs already, which is the most: close one of them first.", maxOfUser)
	}
	count(&s.ofUser, user, 1)
	return nil
}

// takeNode counts one more log of a node. It fails with TooManyOpen.
func (s *slots) takeNode(node string) error {
	if s.ofNode[node] >= maxOfNode {
		return cesi.Errorf(cesi.TooManyOpen, "%d logs of this node are followed already, which is the most, to spare its supervisord: try again when one of them is closed.", maxOfNode)
	}
	count(&s.ofNode, node, 1)
	return nil
}

// count changes a count; one of nothing is not kept.
func count(counts *map[string]int, name string, by int) {
	if *counts == nil {
		*counts = make(map[string]int)
	}
	if (*counts)[name] += by; (*counts)[name] == 0 {
		delete(*counts, name)
	}
}

// Hold counts a download of a log as one that is followed, until release is
// called, once. It fails with TooManyOpen where the user or the node has too many.
func (l *Logs) Hold(user, node string) (release func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.slots.takeUser(user); err != nil {
		return nil, err
	}
	if err := l.slots.takeNode(node); err != nil {
		count(&l.slots.ofUser, user, -1)
		return nil, err
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		count(&l.slots.ofUser, user, -1)
		count(&l.slots.ofNode, node, -1)
	}, nil
}
