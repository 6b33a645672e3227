package stream

import (
	"bytes"
	"testing"
)

func TestEvent_OnTheWire(t *testing.T) {
	for want, e := range map[string]event{
		"data: a\ndata: b\n\n":                            {data: []byte("a\r\nb\n")},
		"event: reload\ndata:\n\n":                        {name: "reload"},
		"id: stdout=7\nevent: stdout-text\ndata: [1]\n\n": {id: "stdout=7", name: "stdout-text", data: []byte("[1]\n")},
	} {
		t.Run(want, func(t *testing.T) {
			var got bytes.Buffer
			if e.appendTo(&got); got.String() != want {
				t.Errorf("%+v is sent as %q, want %q", e, got.String(), want)
			}
		})
	}
}
