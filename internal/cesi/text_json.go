package cesi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// textJSON is an argument of a Text, other than a string or a number, as JSON.
type textJSON struct {
	ID     string            `json:"id,omitempty"`
	Args   []json.RawMessage `json:"args,omitempty"`
	Layout string            `json:"layout,omitempty"`
	Time   *time.Time        `json:"time,omitempty"`
}

// MarshalArgs returns the text's arguments as a JSON array. A fraction has a point or
// an exponent, an integer has neither.
func (t Text) MarshalArgs() ([]byte, error) {
	list := make([]json.RawMessage, len(t.Args))
	for i, arg := range t.Args {
		data, err := marshalArg(arg)
		if err != nil {
			return nil, fmt.Errorf("argument %d of %q: %w", i+1, t.ID, err)
		}
		list[i] = data
	}
	return json.Marshal(list)
}

func marshalArg(arg any) (json.RawMessage, error) {
	switch arg := arg.(type) {
	case Text:
		args, err := arg.MarshalArgs()
		if err != nil {
			return nil, err
		}
		return json.Marshal(map[string]any{"id": arg.ID, "args": json.RawMessage(args)})
	case Moment:
		return json.Marshal(textJSON{Layout: arg.Layout, Time: &arg.Time})
	case float64:
		number := strconv.FormatFloat(arg, 'g', -1, 64)
		if !strings.ContainsAny(number, ".e") {
			number += ".0"
		}
		return json.RawMessage(number), nil
	default:
		return json.Marshal(arg)
	}
}

// UnmarshalText returns the text of an id and the arguments of MarshalArgs.
func UnmarshalText(id string, args []byte) (Text, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(args, &list); err != nil {
		return Text{}, fmt.Errorf("arguments of %q: %w", id, err)
	}
	return unmarshalText(id, list)
}

func unmarshalText(id string, list []json.RawMessage) (Text, error) {
	t := Text{ID: id}
	for i, data := range list {
		arg, err := unmarshalArg(data)
		if err != nil {
			return Text{}, fmt.Errorf("argument %d of %q: %w", i+1, id, err)
		}
		t.Args = append(t.Args, arg)
	}
	return t, nil
}

func unmarshalArg(data json.RawMessage) (any, error) {
	switch {
	case bytes.HasPrefix(data, []byte(`"`)):
		var text string
		err := json.Unmarshal(data, &text)
		return text, err
	case bytes.HasPrefix(data, []byte("{")):
		var object textJSON
		if err := json.Unmarshal(data, &object); err != nil {
			return nil, err
		}
		if object.Time != nil {
			return Moment{object.Layout, *object.Time}, nil
		}
		return unmarshalText(object.ID, object.Args)
	case bytes.ContainsAny(data, ".eE"):
		return strconv.ParseFloat(string(data), 64)
	default:
		return strconv.Atoi(string(data))
	}
}
