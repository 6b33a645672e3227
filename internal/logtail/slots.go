package logtail

import "cesi/internal/cesi"

const (
	// maxOfNode bounds the logs of a node that are followed at once, including
	// downloads: each takes a file descriptor of its supervisord.
	maxOfNode = 24
	// maxOfUser bounds the logs that a user follows at once, including downloads.
	maxOfUser = 12
)

// slots counts the followed logs by node and by user. The zero value is empty. It is
// not safe for concurrent use.
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

// count changes a count, and removes it when it is 0.
func count(counts *map[string]int, name string, by int) {
	if *counts == nil {
		*counts = make(map[string]int)
	}
	if (*counts)[name] += by; (*counts)[name] == 0 {
		delete(*counts, name)
	}
}

// Hold counts a download as a followed log until release is called, once. It fails with
// TooManyOpen if the user or the node has too many.
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
