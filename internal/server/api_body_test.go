package server

import (
	"net/http"
	"strings"
	"testing"

	"cesi/internal/cesi"
)

func TestAPI_BodyErrorsHideValues(t *testing.T) {
	_, nodes := fakeNode(t)
	_, b := startServerAs(t, cesi.Admin, nodes)
	form := with{"Content-Type", "application/x-www-form-urlencoded"}
	for _, c := range []struct {
		method, path, body string
		header             with
		want               string
	}{
		{"POST", "commands", `{"action":"stop","target":["n/s3cret"]}`, form, `the request's body has an unknown key \"target\"`},
		{"POST", "commands", `{"action":"stop","targets":"n/s3cret"}`, form, "targets: want a list of strings"},
		{"POST", "commands", `{"action":"stop","targets":[]}`, form, "there is nothing to stop: name targets, such as node/group:name, or a scope"},
		{"POST", "commands", "", form, "the request has no body: want a JSON object"},
		{"POST", "profile/tokens", `{"name":"a","expires":"s3cret"}`, form, "expires: want a time such as 2026-12-01T00:00:00Z"},
		{"POST", "profile/tokens", `{"name":"a","expires":12345678}`, form, "expires: want a time such as 2026-12-01T00:00:00Z"},
		{"POST", "profile/tokens", `{"name":"a","expirse":"2026-12-01T00:00:00Z"}`, form, `the request's body has an unknown key \"expirse\"`},
		{"POST", "users", `{"username":"x","password":12345678}`, form, "password: want a string"},
		{"POST", "users", `{"username":"x","must_change_password":"s3cret"}`, form, "must_change_password: want true or false"},
		{"POST", "auth/login", "username=a&password=s3cret", form, "the request's body is not JSON, but sent as application/x-www-form-urlencoded: want application/json"},
		{"POST", "auth/login", `{"password":"s3cret`, with{"Content-Type", "application/json; charset=utf-8"}, `the request's body is not JSON"`},
		{"PUT", "profile/password", `["s3cret"]`, form, "the request's body: want an object"},
	} {
		t.Run(c.method, func(t *testing.T) {
			got := b.do(c.method, "/api/v2/"+c.path, c.body, c.header)
			if got.status != http.StatusBadRequest || !strings.Contains(got.body, c.want) {
				t.Errorf("%s %s: %d %s, want %s", c.path, c.body, got.status, got.body, c.want)
			}
			if strings.Contains(got.body, "s3cret") || strings.Contains(got.body, "12345678") {
				t.Errorf("%s: a value is told: %s", c.path, got.body)
			}
		})
	}
}
