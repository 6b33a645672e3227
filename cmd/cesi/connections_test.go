package main

import "testing"

func TestConnections_NodesComeFirst(t *testing.T) {
	for _, test := range []struct {
		files uint64
		nodes int
		want  int
	}{
		{1024, 40, 640}, {1024, 1000, -7040}, {1 << 40, 10, mostConnections}, {160, 1, 88},
	} {
		if got := connectionsOf(test.files, test.nodes); got != test.want {
			t.Errorf("%d descriptors, %d nodes: %d connections, want %d", test.files, test.nodes, got, test.want)
		}
	}
}
