package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
)

// readJSON decodes the request's body into value. If optional, an empty body leaves
// value unchanged.
func readJSON(r *http.Request, value any, optional bool) error {
	return decodeJSON(r, json.NewDecoder(r.Body), value, optional)
}

// readStrictJSON is readJSON that refuses unknown keys: a misspelt one must not count
// as missing.
func readStrictJSON(r *http.Request, value any) error {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	return decodeJSON(r, decoder, value, false)
}

func decodeJSON(r *http.Request, decoder *json.Decoder, value any, optional bool) error {
	err := decoder.Decode(value)
	var limit *http.MaxBytesError
	switch {
	case err == nil:
		if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
			return cesi.Errorf(cesi.Invalid, "the request's body has more than one JSON value")
		}
		return nil
	case errors.Is(err, io.EOF) && optional:
		return nil
	case errors.As(err, &limit):
		return request.BodyError(err)
	default:
		return explainJSON(r, err)
	}
}

// explainJSON says what is wrong with a body, by its keys and types. It quotes no
// values: one may be a password.
func explainJSON(r *http.Request, err error) error {
	var (
		known  *cesi.Error // of a value with its own check
		syntax *json.SyntaxError
		typed  *json.UnmarshalTypeError
	)
	key, unknown := strings.CutPrefix(err.Error(), "json: unknown field ")
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, io.EOF):
		return cesi.Wrap(cesi.Invalid, err, "the request has no body: want a JSON object")
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
		return cesi.Wrap(cesi.Invalid, err, "the request's body is not JSON%s", otherType(r))
	case unknown:
		return cesi.Wrap(cesi.Invalid, err, "the request's body has an unknown key %.60s", key)
	case errors.As(err, &typed) && typed.Field != "":
		return cesi.Wrap(cesi.Invalid, err, "%s: want %s", typed.Field, typeWords(typed.Type))
	case errors.As(err, &typed):
		return cesi.Wrap(cesi.Invalid, err, "the request's body: want %s", typeWords(typed.Type))
	default:
		return cesi.Wrap(cesi.Invalid, err, "the request's body is not the JSON that belongs here")
	}
}

// otherType names the type of a body that was not sent as JSON. It is no reason to
// refuse valid JSON: curl -d sends everything as a form.
func otherType(r *http.Request) string {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind == "application/json" {
		return ""
	}
	return fmt.Sprintf(", but sent as %s: want application/json", kind)
}

// typeWords names the type of a key.
func typeWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list of strings"
	case reflect.Struct, reflect.Map:
		return "an object"
	default:
		return "a number"
	}
}
